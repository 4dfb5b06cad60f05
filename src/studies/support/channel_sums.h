// Running sums over the activations of a layer: as large after a million clips as after one.
#pragma once

#include "praxiscope/tensor.h"

#include <nlohmann/json.hpp>

#include <cstdint>
#include <string>
#include <vector>

namespace praxiscope::studies {

/// What is known of one layer's channels over all clips so far. Values are raw; tensors [C] f64 on
/// the CPU.
class ChannelSums {
 public:
  /// `activations`: [N,C,T',H',W'], any floating type and device. @throws Error kInternal for
  /// another shape or another number of channels than before.
  void add(const at::Tensor& activations);

  std::int64_t clips() const { return clips_; }
  std::int64_t channels() const { return zeros_.defined() ? zeros_.size(0) : 0; }

  /// Share of values that are exactly 0 (methods.md F1).
  at::Tensor zero_share() const;
  /// Share of values <= 0: what a rectifier behind the layer would make 0.
  at::Tensor not_positive_share() const;
  at::Tensor mean() const;
  at::Tensor mean_magnitude() const;  ///< of |value|: by this channels are ranked
  const at::Tensor& least() const { return least_; }
  const at::Tensor& most() const { return most_; }
  /// Share of clips in which the channel is 0 everywhere: F1's dead rate.
  at::Tensor dead_rate() const;
  /// Mean over clips and space, [C,T']; undefined where clips differed in T'.
  at::Tensor curve() const;

  /// Channels that are 0 everywhere in every clip; those that are never above 0 (these included).
  std::vector<std::int64_t> dead() const;
  std::vector<std::int64_t> never_positive() const;
  /// Whether no value is negative and some are 0: the output of a rectifier.
  bool is_rectified() const;

  /// {channels, zero_share, not_positive_share, dead, never_positive, min, max}: over all channels.
  nlohmann::json summary() const;

 private:
  at::Tensor per_cell(const at::Tensor& sum) const;

  std::int64_t clips_ = 0, cells_ = 0;  ///< cells of a channel, over all clips
  at::Tensor zeros_, not_positive_, sum_, sum_of_magnitudes_, least_, most_, dead_clips_, curve_;
};

/// Numbers of a tensor; null for those that are not finite.
nlohmann::json numbers_of(const at::Tensor& values);

}  // namespace praxiscope::studies
