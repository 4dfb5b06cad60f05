// Further forwards that a method makes of its own: changed clips in, scores or input gradients out.
#pragma once

#include "praxiscope/method.h"

#include <functional>
#include <vector>

namespace praxiscope::methods {

/// The layers that the targets name as units, so that a forward keeps them.
std::vector<std::string> unit_layers(const MethodInput& input);

/// d target_k / d inputs at other inputs than the shared run's: same clips, same targets.
///
/// @param inputs  one [N,C,T,H,W] f32 a model input.
/// @param rule    what rectifiers hand back.
/// @return        [k][input]: [N,C,T,H,W], k over all targets; every clip its own.
std::vector<std::vector<at::Tensor>> input_gradients_at(const MethodInput& input,
                                                        std::span<const at::Tensor> inputs,
                                                        ReluRule rule = ReluRule::kPlain);

/// The targets' values [K][N] at other inputs; without gradients.
std::vector<at::Tensor> scores_at(const MethodInput& input, std::span<const at::Tensor> inputs);

/// Gives the `index`-th changed copy of a clip: one [C,T,H,W] a model input.
using MakeCopy = std::function<std::vector<at::Tensor>(std::int64_t index)>;

/// Runs `count` changed copies of clip `clip`, MethodInput::batch of them in one forward.
///
/// @return  [count,K] f32 on the CPU: the values of that clip's targets.
/// @throws Error kCancelled between forwards.
at::Tensor scores_of_copies(const MethodInput& input, std::size_t clip, std::int64_t count,
                            const MakeCopy& make, Progress& progress);

}  // namespace praxiscope::methods
