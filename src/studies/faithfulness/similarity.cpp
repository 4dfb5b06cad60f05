#include "studies/faithfulness/similarity.h"

#include "studies/support/checks.h"

#include "praxiscope/error.h"

#include <ATen/ATen.h>

#include <algorithm>
#include <cmath>
#include <map>
#include <numeric>

namespace praxiscope::studies {
namespace {

/// The voxels that are finite in both, f64.
std::pair<at::Tensor, at::Tensor> common_voxels(const at::Tensor& a, const at::Tensor& b) {
  check_same_shape("similarity of maps", a, b);
  const at::Tensor x = a.detach().to(at::kDouble).flatten();
  const at::Tensor y = b.detach().to(at::kDouble).flatten();
  const at::Tensor is_common = at::isfinite(x).logical_and(at::isfinite(y));
  return {x.masked_select(is_common), y.masked_select(is_common)};
}

bool is_constant(const at::Tensor& values) {
  return values.min().item<double>() == values.max().item<double>();
}

std::optional<double> correlation(const at::Tensor& x, const at::Tensor& y) {
  if (x.numel() < 2 || is_constant(x) || is_constant(y)) return std::nullopt;
  // Scaled before they are squared: gradients may lie near the smallest numbers.
  const auto centred = [](const at::Tensor& values) {
    const at::Tensor from_mean = values - values.mean();
    return from_mean / from_mean.abs().max();
  };
  const at::Tensor u = centred(x), v = centred(y);
  const double r = ((u * v).sum() / (u.square().sum() * v.square().sum()).sqrt()).item<double>();
  return std::clamp(r, -1.0, 1.0);
}

/// 1-based ranks; equal values share the mean of theirs.
at::Tensor ranks_of(const at::Tensor& values) {
  const auto [sorted, order] = values.sort();
  const double* const value = sorted.const_data_ptr<double>();
  at::Tensor ranks = at::empty_like(sorted);
  auto* const rank = ranks.data_ptr<double>();
  const std::int64_t n = values.numel();
  for (std::int64_t begin = 0, end = 0; begin < n; begin = end) {
    while (end < n && value[end] == value[begin]) ++end;
    std::fill(rank + begin, rank + end, static_cast<double>(begin + 1 + end) / 2);
  }
  return at::empty_like(ranks).scatter_(0, order, ranks);
}

}  // namespace

std::optional<double> pearson(const at::Tensor& a, const at::Tensor& b) {
  const auto [x, y] = common_voxels(a, b);
  return correlation(x, y);
}

std::optional<double> spearman(const at::Tensor& a, const at::Tensor& b) {
  const auto [x, y] = common_voxels(a, b);
  return correlation(ranks_of(x), ranks_of(y));
}

double ssim(const at::Tensor& a, const at::Tensor& b) {
  check_same_shape("structural similarity", a, b);
  if (a.dim() != 3 || a.numel() == 0) {
    throw Error(ErrorKind::kInternal,
                "structural similarity: found " + shape_text(a) + ", expected [T,H,W]");
  }
  constexpr std::int64_t kWindow = 5;
  constexpr double kLuminance = 0.01 * 0.01, kContrast = 0.03 * 0.03;
  const std::vector<std::int64_t> window{std::min(kWindow, a.size(0)), std::min(kWindow, a.size(1)),
                                         std::min(kWindow, a.size(2))};
  const auto mean = [&window](const at::Tensor& volume) {
    return at::avg_pool3d(volume.unsqueeze(0), window, /*stride=*/1);
  };
  const at::Tensor x = a.detach().to(at::kDouble), y = b.detach().to(at::kDouble);
  const at::Tensor mx = mean(x), my = mean(y);
  const at::Tensor covariance = mean(x * y) - mx * my;
  const at::Tensor variances = mean(x * x) - mx * mx + mean(y * y) - my * my;
  const at::Tensor local = (2 * mx * my + kLuminance) * (2 * covariance + kContrast) /
                           ((mx * mx + my * my + kLuminance) * (variances + kContrast));
  return local.mean().item<double>();
}

std::pair<at::Tensor, at::Tensor> shared_frames(const std::vector<ClipFrame>& a,
                                                const std::vector<ClipFrame>& b) {
  std::map<std::int64_t, std::int64_t> place_in_b;
  for (std::size_t k = 0; k < b.size(); ++k) {
    if (!b[k].is_padding) place_in_b.emplace(b[k].source_index, static_cast<std::int64_t>(k));
  }
  std::vector<std::int64_t> in_a, in_b;
  for (std::size_t k = 0; k < a.size(); ++k) {
    const auto found = place_in_b.find(a[k].source_index);
    if (a[k].is_padding || found == place_in_b.end()) continue;
    in_a.push_back(static_cast<std::int64_t>(k));
    in_b.push_back(found->second);
  }
  return {at::tensor(in_a, at::kLong), at::tensor(in_b, at::kLong)};
}

}  // namespace praxiscope::studies
