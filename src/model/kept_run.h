// KeptRun over a Recording: the network's call and its logits around what was kept.
#pragma once

#include "model/network_call.h"
#include "model/program.h"

#include <memory>
#include <vector>

namespace praxiscope::program {

/// See Model::keep_run; `program` and `call` must outlive it.
///
/// @param inputs  one contiguous [1,C,T,H,W] a model input, on the program's device.
std::unique_ptr<KeptRun> keep_run(const Program& program, const NetworkCall& call,
                                  std::vector<at::Tensor> inputs);

}  // namespace praxiscope::program
