// Dense optical flow by inverse search, OpenCV's.
#pragma once

#include "praxiscope/tensor.h"

namespace praxiscope {

/// DIS flow (Kroeger, Timofte, Dai, Van Gool, ECCV 2016), OpenCV's preset "medium".
/// @param from, to  [H,W] u8 gray pictures on the CPU.
/// @return [2,H,W] f32 on the CPU: px that each pixel of `from` goes right and down until `to`.
/// @throws Error kInput for pictures that are too small for it (a side below 12 px).
at::Tensor dis_flow(const at::Tensor& from, const at::Tensor& to);

}  // namespace praxiscope
