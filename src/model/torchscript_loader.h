// TorchScript files (scripted, traced, frozen) -> Program.
#pragma once

#include "model/program.h"

#include <string>

namespace praxiscope::program {

/// Loads a .pt file onto `device`. Module calls are resolved once, here: every operator then knows
/// its module path, and a run is one walk. Parameters are frozen, eval mode is set.
/// @throws Error kModel; c10::Error where LibTorch cannot read the file (see file_kinds.h).
std::unique_ptr<Program> load_torchscript(const std::string& path, const at::Device& device);

}  // namespace praxiscope::program
