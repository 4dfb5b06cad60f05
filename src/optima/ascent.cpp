// See ascent.h.
#include "optima/ascent.h"

#include <ATen/ATen.h>
#include <ATen/core/grad_mode.h>

#include <cmath>
#include <numbers>

namespace praxiscope::optima {
namespace {

constexpr double kForgetMean = 0.9, kForgetSquare = 0.99, kSettle = 0.1;

at::Tensor root_mean_square(const at::Tensor& rows) {
  std::vector<std::int64_t> axes;
  for (std::int64_t axis = 1; axis < rows.dim(); ++axis) axes.push_back(axis);
  return rows.square().mean(axes, /*keepdim=*/true).sqrt();
}

}  // namespace

void Ascent::step(at::Tensor& values, const at::Tensor& gradient, double rate) {
  const at::NoGradGuard no_recording;
  const at::Tensor size = root_mean_square(gradient);
  // A gradient of 0 / 0 is none.
  const at::Tensor along =
      at::where(size > 0, gradient / size.clamp_min(1e-30), at::zeros_like(gradient));
  if (kind_ == AscentKind::kNormalized) {
    values.add_(along, rate);
    return;
  }
  if (!mean_.defined()) mean_ = at::zeros_like(along), square_ = at::zeros_like(along);
  ++steps_;
  mean_.mul_(kForgetMean).add_(along, 1 - kForgetMean);
  square_.mul_(kForgetSquare).addcmul_(along, along, 1 - kForgetSquare);
  const double mean_seen = 1 - std::pow(kForgetMean, steps_);
  const double square_seen = 1 - std::pow(kForgetSquare, steps_);
  values.addcdiv_(mean_ / mean_seen, (square_ / square_seen).sqrt().add_(1e-8), rate);
}

double rate_at(double rate, int step, int steps) {
  const double begin = 2.0 / 3 * steps;
  if (step <= begin) return rate;
  const double way = std::min(1.0, (step - begin) / std::max(1.0, steps - 1 - begin));
  return rate * (kSettle + (1 - kSettle) * (1 + std::cos(std::numbers::pi * way)) / 2);
}

}  // namespace praxiscope::optima
