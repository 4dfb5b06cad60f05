// The raw values of a map that its colours span.
#pragma once

#include "praxiscope/render.h"

namespace praxiscope {

/// Lowest and highest finite value; NaN where there is none. `values`: f32, contiguous, on the CPU.
ValueRange finite_range(const at::Tensor& values);

/// Share of |values| that colours span in maps computed element by element (gradients at the
/// input): a few pixels are many times stronger than all else, which would be left without colour.
/// Smilkov et al. 2017 (SmoothGrad, sec. 3.1) cap at the 99th percentile for the same reason.
inline constexpr double kFineMapShare = 0.995;

/// finite_range() without the (1 - share) of the finite values that are farthest from 0; the whole
/// range when the rest is 0. `share`: 0..1, 1: the whole range.
ValueRange range_of_share(const at::Tensor& values, double share);

/// What is drawn of a map that has a value for every pixel: itself, or, where it has both signs,
/// means over cells of 8 x 8 px. Neighbouring pixels of a signed gradient differ in sign more than
/// in size; drawn one by one they are a haze without place, while their sum is what they say of it.
/// @param volume  [T,H,W], floating. @return [T,h,w] f32 on the CPU: one value a cell.
at::Tensor mean_of_cells(const at::Tensor& volume);

}  // namespace praxiscope
