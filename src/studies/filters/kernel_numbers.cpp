// See kernel_numbers.h.
#include "studies/filters/kernel_numbers.h"

#include <ATen/ATen.h>

#include <algorithm>
#include <cmath>

namespace praxiscope::studies {
namespace {

using nlohmann::json;

struct Roughness {
  double differences = 0;  ///< sum of squares
  std::int64_t pairs = 0;
};

void add_axis(const at::Tensor& kernel, std::int64_t axis, Roughness& sum) {
  if (kernel.size(axis) < 2) return;
  const at::Tensor step = kernel.diff(1, axis);
  sum.differences += step.square().sum().item<double>();
  sum.pairs += step.numel();
}

std::optional<double> smoothness(const Roughness& sum, double mean_square) {
  if (sum.pairs == 0 || !(mean_square > 0)) return std::nullopt;
  return 1 - sum.differences / static_cast<double>(sum.pairs) / (2 * mean_square);
}

json number(const std::optional<double>& value) {
  return value && std::isfinite(*value) ? json(*value) : json();
}

}  // namespace

KernelNumbers kernel_numbers(const at::Tensor& kernel) {
  const at::Tensor weights = kernel.to(at::kDouble);
  const double energy = weights.square().sum().item<double>();
  KernelNumbers numbers;
  numbers.mean = weights.mean().item<double>();
  numbers.norm = std::sqrt(energy);
  const auto frames = weights.size(1);
  if (frames > 1 && energy > 0) {
    const double constant = weights.mean(1).square().sum().item<double>();
    numbers.temporal_share =
        std::clamp(1 - static_cast<double>(frames) * constant / energy, 0.0, 1.0);
  }
  const double mean_square = energy / static_cast<double>(weights.numel());
  Roughness space, time;
  add_axis(weights, 2, space);
  add_axis(weights, 3, space);
  add_axis(weights, 1, time);
  numbers.smoothness_space = smoothness(space, mean_square);
  numbers.smoothness_time = smoothness(time, mean_square);
  return numbers;
}

LayerNumbers layer_numbers(const Convolution& convolution) {
  const at::Tensor weights = convolution.kernels.to(at::kDouble);
  LayerNumbers numbers;
  numbers.mean = weights.mean().item<double>();
  numbers.std = std::sqrt((weights - numbers.mean).square().mean().item<double>());
  numbers.min = weights.min().item<double>();
  numbers.max = weights.max().item<double>();
  for (std::int64_t o = 0; o < weights.size(0); ++o)
    numbers.kernels.push_back(kernel_numbers(weights[o]));
  return numbers;
}

std::optional<double> median(std::vector<double> values) {
  std::erase_if(values, [](double value) { return !std::isfinite(value); });
  if (values.empty()) return std::nullopt;
  std::sort(values.begin(), values.end());
  const std::size_t half = values.size() / 2;
  return values.size() % 2 == 1 ? values[half] : (values[half - 1] + values[half]) / 2;
}

json told(const Convolution& convolution, const LayerNumbers& numbers) {
  json layer{{"layer", convolution.layer},
             {"operation", convolution.operation},
             {"shape", convolution.kernels.sizes().vec()},
             {"groups", convolution.groups},
             {"stride", convolution.stride},
             {"reads", convolution.reads},
             {"mean", numbers.mean},
             {"std", numbers.std},
             {"min", numbers.min},
             {"max", numbers.max},
             {"kernels", json::array()}};
  for (const KernelNumbers& kernel : numbers.kernels) {
    layer["kernels"].push_back({{"mean", kernel.mean},
                                {"norm", kernel.norm},
                                {"temporal_share", number(kernel.temporal_share)},
                                {"smoothness_space", number(kernel.smoothness_space)},
                                {"smoothness_time", number(kernel.smoothness_time)}});
  }
  return layer;
}

}  // namespace praxiscope::studies
