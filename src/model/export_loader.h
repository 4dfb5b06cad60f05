// torch.export files (.pt2) -> Program.
#pragma once

#include "model/program.h"

#include <string>

namespace praxiscope::program {

/// Loads a .pt2 file onto `device`: static or dynamic sizes, sub-graphs (cond, grad-mode wrappers),
/// sizes that are computed. The graph may hold in-place operators: it is run as it is.
/// @throws Error kModel; c10::Error where LibTorch cannot read the file (see file_kinds.h).
std::unique_ptr<Program> load_export(const std::string& path, const at::Device& device);

}  // namespace praxiscope::program
