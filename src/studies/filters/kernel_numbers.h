// Numbers of convolution kernels: how strong, how much in motion, how smooth.
#pragma once

#include "praxiscope/model.h"

#include <nlohmann/json.hpp>

#include <optional>
#include <vector>

namespace praxiscope::studies {

/// Of one kernel [I,kT,kH,kW].
struct KernelNumbers {
  double mean = 0;  ///< of its weights
  double norm = 0;  ///< sqrt(sum of squares)
  /// Share of the energy that is not constant in time: 1 - kT |mean over t|^2 / |kernel|^2. 0: the
  /// same in every frame; 1: its mean over time is 0, a still clip gets no answer. Absent for kT 1.
  std::optional<double> temporal_share;
  /// 1 - d / (2 e), with d the mean squared difference of neighbours along the axes and e the mean
  /// square of all weights: 1 for constant kernels, 0 on average for independent weights around 0,
  /// negative where signs alternate. Absent without neighbours, and for kernels that are 0.
  /// Source: the ratio of von Neumann, Ann. Math. Statist. 12 (1941), here around 0.
  std::optional<double> smoothness_space, smoothness_time;
};
KernelNumbers kernel_numbers(const at::Tensor& kernel);

/// Of a convolution's kernels, one an output channel.
struct LayerNumbers {
  double mean = 0, std = 0;  ///< of all weights; std of the population
  double min = 0, max = 0;
  std::vector<KernelNumbers> kernels;
};
LayerNumbers layer_numbers(const Convolution& convolution);

/// Median of those that are there; nothing where none is.
std::optional<double> median(std::vector<double> values);

/// {layer, operation, shape, groups, stride, reads, mean, std, min, max, kernels: [...]}.
nlohmann::json told(const Convolution& convolution, const LayerNumbers& numbers);

}  // namespace praxiscope::studies
