// Clips of one batch as a network takes them.
#pragma once

#include "praxiscope/clip.h"
#include "praxiscope/model.h"
#include "praxiscope/tensor.h"

#include <span>
#include <vector>

namespace praxiscope::studies {

/// One [N,C,T,H,W] tensor an input, on the model's device. A file that fixes the batch gets it
/// full; what the repeated clip gives is to be dropped.
std::vector<at::Tensor> stack_clips(const Model& model, std::span<const Clip> clips);

}  // namespace praxiscope::studies
