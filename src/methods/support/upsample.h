// Coarse maps to the clip's size. Knows tensors only.
#pragma once

#include "praxiscope/tensor.h"

#include <cstdint>

namespace praxiscope::methods {

/// Resizes coarse maps to the clip's size, linearly in time and space: cells tile the clip evenly
/// and a cell's value stands at its centre (align_corners=false; centres at +0.5).
///
/// @param coarse  [N,T',H',W'] f32.
/// @param frames  T, @param height  H px, @param width  W px; all > 0.
/// @return        [N,T,H,W] f32; each clip within its coarse range, so that a constant stays one.
///                A cell that is not finite stays what it is over its own extent; around it only
///                the finite cells count.
at::Tensor upsample(const at::Tensor& coarse, std::int64_t frames, std::int64_t height,
                    std::int64_t width);

}  // namespace praxiscope::methods
