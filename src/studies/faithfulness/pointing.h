// The pointing game in space-time: does the largest value of a map lie on what is to be found?
#pragma once

#include "praxiscope/tensor.h"

#include <cstdint>

namespace praxiscope::studies {

/// Points won, and how many could be.
struct Pointing {
  double hits = 0;  ///< 0..counted; not whole where several voxels share the largest value
  std::int64_t counted = 0;
};

/// One point for the whole clip: the largest voxel of the annotated frames against the truth of
/// its own frame, within `tolerance_px`. (Zhang et al., "Top-down Neural Attention by Excitation
/// Backprop", ECCV 2016, sec. 5.1, with time.)
///
/// - Frames of which nothing is known take no part; a clip without truth is not counted.
/// - Several voxels that share the largest value win the share of them that hits: what a choice by
///   lot would win on average. Interpolated maps have such plateaus at the border.
/// - A map that is constant there points nowhere and never hits. NaN and infinities are never
///   largest.
///
/// @param map           [T,H,W], floating, CPU.
/// @param truth         [T,H,W] bool.
/// @param is_annotated  [T] bool: frames of which the truth is known, also when it is "nothing".
/// @param tolerance_px  clip pixels between pixel centres in the same frame, >= 0; inclusive.
/// @throws Error kInternal for other shapes or types.
Pointing point_in_clip(const at::Tensor& map, const at::Tensor& truth,
                       const at::Tensor& is_annotated, double tolerance_px);

/// One point for every annotated frame that has truth: the largest pixel of that frame alone, by
/// the rules above. A frame without truth is not counted.
Pointing point_in_frames(const at::Tensor& map, const at::Tensor& truth,
                         const at::Tensor& is_annotated, double tolerance_px);

}  // namespace praxiscope::studies
