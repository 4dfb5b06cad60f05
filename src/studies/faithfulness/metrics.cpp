#include "studies/faithfulness/metrics.h"

#include "praxiscope/error.h"

#include <ATen/ATen.h>
#include <ATen/CPUGeneratorImpl.h>

#include <algorithm>
#include <cmath>
#include <limits>

namespace praxiscope::studies {

at::Tensor normalised(const at::Tensor& map) {
  const at::Tensor values = map.detach().to(at::kDouble);  // the range of f32 may overflow in f32
  const at::Tensor is_finite = at::isfinite(values);
  const at::Tensor finite = values.masked_select(is_finite);
  if (finite.numel() == 0) return at::zeros_like(values, at::kFloat);
  const double low = finite.min().item<double>();
  const double high = finite.max().item<double>();
  if (!(high > low)) return at::zeros_like(values, at::kFloat);
  return ((values - low) / (high - low)).masked_fill(is_finite.logical_not(), 0).to(at::kFloat);
}

at::Tensor rank_voxels(const at::Tensor& map, std::uint64_t seed) {
  at::Tensor values = map.detach().to(at::kCPU, at::kFloat).flatten();
  values = values.masked_fill(at::isfinite(values).logical_not(),
                              -std::numeric_limits<float>::infinity());
  // Sorting stably after shuffling leaves equal values in the order of the lot.
  const at::Generator generator = at::detail::createCPUGenerator(seed);
  const at::Tensor lot = at::randperm(values.numel(), generator, at::kLong);
  const auto sorted = values.index_select(0, lot).sort(/*stable=*/true, 0, /*descending=*/true);
  return lot.index_select(0, std::get<1>(sorted));
}

double relative_drop(double before, double after) {
  if (std::isnan(before) || std::isnan(after)) return std::numeric_limits<double>::quiet_NaN();
  if (before <= 0) return 0;
  return std::max(0.0, before - after) / before;
}

bool is_increase(double before, double after) { return before < after; }

at::Tensor win_matrix(const at::Tensor& falls) {
  if (falls.dim() != 2) {
    throw Error(ErrorKind::kInternal, "cannot compare methods: found falls of " +
                                          std::to_string(falls.dim()) +
                                          " axes, expected [methods, clips]");
  }
  const at::Tensor values = falls.detach().to(at::kCPU, at::kDouble);
  const at::Tensor row = values.unsqueeze(1);
  const at::Tensor column = values.unsqueeze(0);
  const at::Tensor is_counted = at::isfinite(row).logical_and(at::isfinite(column));
  const at::Tensor wins = row.lt(column).to(at::kDouble) + row.eq(column).to(at::kDouble) / 2;
  const at::Tensor total = wins.masked_fill(is_counted.logical_not(), 0).sum(2);
  return 100 * total / is_counted.sum(2).to(at::kDouble);  // 0 / 0 is NaN: no common clip
}

}  // namespace praxiscope::studies
