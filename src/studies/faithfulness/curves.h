// Insertion and deletion in space-time: voxels replaced in the order of a map. (Petsiuk et al.,
// "RISE", BMVC 2018, sec. 4.3; with voxels of a clip in place of pixels.)
#pragma once

#include "praxiscope/tensor.h"

#include <cstdint>
#include <span>
#include <string>
#include <vector>

namespace praxiscope::studies {

/// Where each voxel stands in an order, made once a map: a mask of the first `count` voxels is then
/// one comparison.
class RankedMask {
 public:
  /// @param order   [T*H*W] i64: every voxel once, see rank_voxels().
  /// @param frames, height, width  T, H, W.
  /// @param device  where the clips lie.
  /// @throws Error kInternal when `order` does not name every voxel once.
  RankedMask(const at::Tensor& order, std::int64_t frames, std::int64_t height, std::int64_t width,
             const std::string& device = "cpu");

  /// [T,H,W] bool: the voxels at the first `count` places.
  at::Tensor first(std::int64_t count) const;
  /// [T,H,W] i32: the place of each voxel, 0 for the first.
  const at::Tensor& places() const { return places_; }
  std::int64_t voxels() const { return places_.numel(); }

 private:
  at::Tensor places_;
};

/// How many voxels are replaced at each step: round(k * voxels / steps) for k = 0..steps.
/// @throws Error kInternal for steps < 1.
std::vector<std::int64_t> step_counts(std::int64_t voxels, int steps);

/// Copies of a clip in which the first `count` voxels of the order come from `fill`, in all
/// channels; one copy for each count, ready for one batch.
///
/// Deletion: replace_by_rank(clip, fill, ...). Insertion: replace_by_rank(fill, clip, ...). The
/// larger-map control of Grad-CAM++ (sec. 4.1: everything below a quantile of the map is occluded)
/// makes the same clips as insertion: share k inserted = share 1 - k occluded.
///
/// @param clip, fill  [C,T,H,W], on the mask's device.
/// @return            [counts, C, T, H, W], dtype of `clip`.
/// @throws Error kInternal when the sizes of clip, fill and mask differ.
at::Tensor replace_by_rank(const at::Tensor& clip, const at::Tensor& fill, const RankedMask& mask,
                           std::span<const std::int64_t> counts);

/// Area under values on an even grid from 0 to 1, by trapezoids: the mean, with half weight at both
/// ends. NaN if a value is. @throws Error kInternal for fewer than two values.
double area_under(std::span<const double> values);

}  // namespace praxiscope::studies
