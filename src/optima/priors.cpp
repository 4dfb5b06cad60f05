// See priors.h.
#include "optima/priors.h"

#include "praxiscope/error.h"

#include <ATen/ATen.h>
#include <ATen/core/grad_mode.h>
#include <fmt/format.h>

#include <functional>
#include <vector>

namespace praxiscope::optima {
namespace {

at::Tensor squared_steps(const at::Tensor& pictures, std::int64_t axis) {
  const std::int64_t size = pictures.size(axis);
  if (size < 2) return pictures.new_zeros({pictures.size(0)});
  return (pictures.narrow(axis, 1, size - 1) - pictures.narrow(axis, 0, size - 1))
      .square()
      .sum({1, 2, 3, 4});
}

at::Tensor weights_of(std::span<const Priors> rows, double Priors::*weight,
                      const at::Tensor& like) {
  std::vector<double> values;
  for (const Priors& row : rows) values.push_back(row.*weight);
  return at::tensor(values, at::kDouble).to(like.options());
}

bool is_used(std::span<const Priors> rows, double Priors::*weight) {
  for (const Priors& row : rows)
    if (row.*weight != 0) return true;
  return false;
}

/// Rows of different exponents one by one: they are few kinds, and each kind goes at once.
at::Tensor energies(const at::Tensor& pictures, std::span<const Priors> rows) {
  at::Tensor sums;
  std::vector<at::Tensor> each(rows.size());
  for (std::size_t n = 0; n < rows.size(); ++n) {
    if (each[n].defined()) continue;
    const at::Tensor all = energy(pictures, rows[n].alpha);
    for (std::size_t m = n; m < rows.size(); ++m)
      if (rows[m].alpha == rows[n].alpha) each[m] = all[static_cast<std::int64_t>(m)];
  }
  return at::stack(each);
}

}  // namespace

at::Tensor energy(const at::Tensor& pictures, double alpha) {
  const at::Tensor squares = pictures.square().sum(1);
  // The root has no finite slope at 0, where pictures begin; so small a number moves nothing else.
  return alpha == 2 ? squares.sum({1, 2, 3}) : (squares + 1e-12).pow(alpha / 2).sum({1, 2, 3});
}

at::Tensor spatial_variation(const at::Tensor& pictures) {
  return squared_steps(pictures, 3) + squared_steps(pictures, 4);
}

at::Tensor temporal_variation(const at::Tensor& pictures) { return squared_steps(pictures, 2); }

at::Tensor penalty(const at::Tensor& pictures, std::span<const Priors> rows, double voxels) {
  if (pictures.dim() != 5 || pictures.size(0) != static_cast<std::int64_t>(rows.size()))
    throw Error(ErrorKind::kInternal, fmt::format("priors: {} rows of weights for {} pictures",
                                                  rows.size(), pictures.size(0)));
  at::Tensor sum = pictures.new_zeros({pictures.size(0)});
  const auto add = [&](double Priors::*weight, const std::function<at::Tensor()>& term) {
    if (is_used(rows, weight)) sum = sum + weights_of(rows, weight, pictures) * term() / voxels;
  };
  add(&Priors::energy, [&] { return energies(pictures, rows); });
  add(&Priors::l2, [&] { return pictures.square().sum({1, 2, 3, 4}); });
  add(&Priors::kappa, [&] { return spatial_variation(pictures); });
  add(&Priors::chi, [&] { return temporal_variation(pictures); });
  return sum;
}

at::Tensor temporal_spectrum(const at::Tensor& pictures) {
  const at::NoGradGuard no_recording;
  const at::Tensor values = pictures.detach().to(at::kCPU, at::kDouble);
  const at::Tensor centred = values - values.mean({1, 2, 3, 4}, /*keepdim=*/true);
  const at::Tensor spectrum = at::fft_rfft(centred, std::nullopt, 2);
  const at::Tensor power = at::view_as_real(spectrum).square().sum(-1).sum({1, 3, 4});  // [N,F]
  // Every frequency but 0 and 1/2 stands for two of the whole spectrum.
  at::Tensor counts = at::full({power.size(1)}, 2, at::kDouble);
  counts[0] = 1;
  const std::int64_t frames = pictures.size(2);
  if (frames % 2 == 0 && frames > 1) counts[counts.size(0) - 1] = 1;
  const at::Tensor shares = power * counts;
  return shares / shares.sum(1, /*keepdim=*/true).clamp_min(1e-300);
}

at::Tensor temporal_frequency(const at::Tensor& pictures) {
  const at::Tensor shares = temporal_spectrum(pictures);
  const at::Tensor frequencies =
      at::fft_rfftfreq(pictures.size(2), 1.0, at::TensorOptions(at::kDouble));
  return (shares * frequencies).sum(1);
}

}  // namespace praxiscope::optima
