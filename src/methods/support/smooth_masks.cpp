// See smooth_masks.h.
#include "methods/support/smooth_masks.h"

#include <algorithm>
#include <cmath>
#include <limits>

namespace praxiscope::methods {
namespace {

constexpr double kTemperature = 20;  ///< of the smooth maximum, as in the authors' code

/// The authors' kernel: flat to half its width, then Gaussian.
at::Tensor kernel_at(const at::Tensor& distance) {
  const at::Tensor beyond = (distance - 0.5).clamp_min(0);
  return (-2 * beyond * beyond).exp();
}

}  // namespace

SmoothMasks::SmoothMasks(const std::array<std::int64_t, 3>& clip,
                         const at::TensorOptions& options) {
  constexpr std::array<double, 3> kSigma{2.0 / 16, 21.0 / 224, 21.0 / 224};  // of the clip
  constexpr std::array<double, 3> kCellsInSigma{2, 3, 3};
  for (std::size_t axis = 0; axis < 3; ++axis) {
    const double sigma = std::max(1.0, kSigma[axis] * static_cast<double>(clip[axis]));
    const double step = std::max(1.0, sigma / kCellsInSigma[axis]);
    windows_[axis] = make_window(clip[axis], step, sigma, options, cells_[axis]);
  }
}

SmoothMasks::Window SmoothMasks::make_window(std::int64_t length, double step, double sigma,
                                             const at::TensorOptions& options,
                                             std::int64_t& cells) {
  cells = static_cast<std::int64_t>(std::ceil(static_cast<double>(length) / step));
  const auto radius = 1 + static_cast<std::int64_t>(std::ceil(sigma / step));
  const at::Tensor centre = at::arange(length, at::kDouble) + 0.5;
  const at::Tensor near = (centre / step).floor().to(at::kLong);
  const at::Tensor all =
      near.unsqueeze(1) + at::arange(-radius, radius + 1, at::kLong).unsqueeze(0);
  const at::Tensor distance = (centre.unsqueeze(1) - (all.to(at::kDouble) + 0.5) * step).abs();
  const at::Tensor is_beyond = all.lt(0).logical_or(all.ge(cells));
  const at::Tensor zeros = at::zeros(all.sizes(), at::kDouble);
  return {
      .cells = all.clamp(0, cells - 1).to(options.device()),
      .kernel = kernel_at(distance / sigma).to(options),
      .beyond = zeros.masked_fill(is_beyond, -std::numeric_limits<double>::infinity()).to(options)};
}

/// Smooth maximum along one axis: sum_i v_i e^(20 v_i) / sum_i e^(20 v_i), v_i = kernel_i value_i.
at::Tensor SmoothMasks::widen(const at::Tensor& values, std::int64_t axis, const Window& window) {
  const at::Tensor lines = values.movedim(axis, -1);
  std::vector<std::int64_t> sizes = lines.sizes().vec();
  sizes.back() = window.cells.size(0);
  sizes.push_back(window.cells.size(1));
  const at::Tensor around = lines.index_select(-1, window.cells.flatten()).view(sizes);
  const at::Tensor heights = around * window.kernel;
  const at::Tensor shares = (kTemperature * heights + window.beyond).softmax(-1);
  return (shares * heights).sum(-1).movedim(-1, axis);
}

at::Tensor SmoothMasks::operator()(const at::Tensor& parameters) const {
  at::Tensor mask = parameters;  // time first: the clip's full size is reached in the last step
  for (std::size_t axis = 0; axis < 3; ++axis)
    mask = widen(mask, static_cast<std::int64_t>(axis) + 1, windows_[axis]);
  return mask;
}

}  // namespace praxiscope::methods
