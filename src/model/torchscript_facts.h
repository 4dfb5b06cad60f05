// What a TorchScript file tells of its network besides the operators: for `info`, messages and zero
// clips.
#pragma once

#include "model/program.h"

#include <torch/csrc/jit/api/module.h>

#include <string>

namespace praxiscope::program {

/// Layer::parameters of every module, weights shared inside a module once.
void count_parameters(Program& program, const torch::jit::Module& root);

/// Program::dtype: that of the first weight with more than one axis.
void find_dtype(Program& program);

/// Program::traced_with: torch.jit.trace leaves the inputs it was given in the file, as shapes
/// without content.
void find_traced_sizes(Program& program, const std::string& path);

}  // namespace praxiscope::program
