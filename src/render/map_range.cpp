#include "render/map_range.h"

#include <ATen/ATen.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <vector>

namespace praxiscope {

ValueRange finite_range(const at::Tensor& values) {
  const float* data = values.const_data_ptr<float>();
  ValueRange range{std::numeric_limits<float>::infinity(), -std::numeric_limits<float>::infinity()};
  for (std::int64_t i = 0; i < values.numel(); ++i) {
    if (!std::isfinite(data[i])) continue;
    range.lo = std::min(range.lo, data[i]);
    range.hi = std::max(range.hi, data[i]);
  }
  if (range.lo > range.hi) range.lo = range.hi = std::numeric_limits<float>::quiet_NaN();
  return range;
}

ValueRange range_of_share(const at::Tensor& values, double share) {
  ValueRange range = finite_range(values);
  if (share >= 1 || !std::isfinite(range.hi)) return range;
  std::vector<float> sizes;
  sizes.reserve(static_cast<std::size_t>(values.numel()));
  const float* data = values.const_data_ptr<float>();
  for (std::int64_t i = 0; i < values.numel(); ++i) {
    if (std::isfinite(data[i])) sizes.push_back(std::abs(data[i]));
  }
  const auto last =
      sizes.begin() + static_cast<std::ptrdiff_t>(share * static_cast<double>(sizes.size() - 1));
  std::nth_element(sizes.begin(), last, sizes.end());
  if (*last == 0) return range;
  return {.lo = std::max(range.lo, -*last), .hi = std::min(range.hi, *last)};
}

at::Tensor mean_of_cells(const at::Tensor& volume) {
  constexpr std::int64_t kCell = 8;  // px
  const auto cells = [](std::int64_t side) { return std::max<std::int64_t>(1, side / kCell); };
  return at::adaptive_avg_pool2d(volume.detach().to(at::kCPU, at::kFloat),
                                 {cells(volume.size(1)), cells(volume.size(2))})
      .contiguous();
}

}  // namespace praxiscope
