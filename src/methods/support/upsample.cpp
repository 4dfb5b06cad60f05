// Trilinear interpolation by the dispatcher's own operator, kept within the coarse range.
#include "methods/support/upsample.h"

#include <limits>

namespace praxiscope::methods {
namespace {

/// [N,t,h,w] -> [N,T,H,W].
at::Tensor interpolate(const at::Tensor& coarse, at::IntArrayRef size) {
  return at::upsample_trilinear3d(coarse.unsqueeze(1), size, /*align_corners=*/false).squeeze(1);
}

/// Without this, one cell that is not finite would spoil all its neighbours, and through the clamp
/// the whole clip: even weight 0 times infinity is not a number.
at::Tensor interpolate_finite(const at::Tensor& coarse, const at::Tensor& is_finite,
                              at::IntArrayRef size) {
  const at::Tensor values = at::where(is_finite, coarse, at::zeros_like(coarse));
  const at::Tensor weights = interpolate(is_finite.to(at::kFloat), size);
  const at::Tensor own = at::upsample_nearest3d(coarse.unsqueeze(1), size).squeeze(1);
  return at::where(at::isfinite(own), interpolate(values, size) / weights, own);
}

}  // namespace

at::Tensor upsample(const at::Tensor& coarse, std::int64_t frames, std::int64_t height,
                    std::int64_t width) {
  const std::array<std::int64_t, 3> size{frames, height, width};
  constexpr std::array<std::int64_t, 3> kVolume{1, 2, 3};
  const at::Tensor is_finite = at::isfinite(coarse);
  // Interpolation weights sum to 1 only up to rounding: hence the clamp.
  if (is_finite.all().item<bool>()) {
    return interpolate(coarse, size).clamp(coarse.amin(kVolume, true), coarse.amax(kVolume, true));
  }
  const at::Tensor fine = interpolate_finite(coarse, is_finite, size);
  const auto without = [&](double value) {
    return at::where(is_finite, coarse, at::full_like(coarse, value));
  };
  constexpr double kInfinity = std::numeric_limits<double>::infinity();
  const at::Tensor lo = without(kInfinity).amin(kVolume, true);
  const at::Tensor hi = without(-kInfinity).amax(kVolume, true);
  return at::where(at::isfinite(fine), fine.clamp(lo, hi), fine);
}

}  // namespace praxiscope::methods
