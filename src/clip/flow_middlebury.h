// .flo, the Middlebury benchmark's form of a flow field (Baker et al., IJCV 2011).
#pragma once

#include "praxiscope/tensor.h"

#include <string>

namespace praxiscope {

/// @return [2,H,W] f32: px right and down. Unknown flow (beyond 1e9 by the form's rule) is 0.
/// @throws Error kInput: missing, no .flo, cut off, absurd size.
at::Tensor read_flo(const std::string& path);
/// @param flow  [2,H,W], any floating type and device. @throws Error kOutput.
void write_flo(const std::string& path, const at::Tensor& flow);

}  // namespace praxiscope
