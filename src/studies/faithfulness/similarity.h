// How alike two maps are: for the parameter-randomization check and for neighbouring clips.
#pragma once

#include "praxiscope/clip.h"
#include "praxiscope/tensor.h"

#include <optional>
#include <utility>
#include <vector>

namespace praxiscope::studies {

/// Pearson's correlation of the voxels that are finite in both maps, in [-1,1]. Nothing where one
/// of the maps is constant, or fewer than two voxels are left: a correlation with a constant is
/// not 0 but unknown.
/// @param a, b  the same shape, floating, CPU. @throws Error kInternal for different shapes.
std::optional<double> pearson(const at::Tensor& a, const at::Tensor& b);

/// Spearman's rank correlation: Pearson's of the ranks, equal values sharing their mean rank.
/// (Adebayo et al., "Sanity Checks for Saliency Maps", NeurIPS 2018, sec. 3.) O(n log n).
std::optional<double> spearman(const at::Tensor& a, const at::Tensor& b);

/// Structural similarity (Wang et al., "Image Quality Assessment", 2004, eq. 13) in space-time:
/// mean over all whole windows of 5 x 5 x 5 voxels with equal weights (an axis shorter than 5: all
/// of it), population variances, K1 = 0.01, K2 = 0.03, range 1. Adebayo et al. use windows of 5 x 5
/// pixels. Two maps of zeros are alike: 1.
/// @param a, b  [T,H,W] in [0,1], see normalised(). @return [-1,1].
double ssim(const at::Tensor& a, const at::Tensor& b);

/// Places at which two clips show the same source frame: ([n] i64, [n] i64), for index_select(0) on
/// the maps of neighbouring clips. Frames repeated as padding are left out.
std::pair<at::Tensor, at::Tensor> shared_frames(const std::vector<ClipFrame>& a,
                                                const std::vector<ClipFrame>& b);

}  // namespace praxiscope::studies
