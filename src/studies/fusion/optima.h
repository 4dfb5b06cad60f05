// How far optimized clips drive units of two streams: both optimized together, and each by itself.
// Real clips may lack what a unit waits for; these do not.
#pragma once

#include "studies/support/streams.h"

#include "praxiscope/progress.h"

#include <array>
#include <cstdint>
#include <map>
#include <span>
#include <string>
#include <vector>

namespace praxiscope::studies {

/// How the optimization is done.
struct DriveSettings {
  int steps = 128;
  int batch = 1;
  std::uint64_t seed = 0;
};

/// Strengths of channels (as in UnitSums: the mean of the largest kTopCells of the cells) in clips
/// that were optimized for the channel's mean; by the streams that were optimized, the others held
/// at their means. kNeither: both at their means. Empty for 0 steps.
///
/// @param layer    where the strengths are taken; units behind a rectifier are optimized before it.
/// @param example  a clip, [1,C,T,H,W] each: sizes. @param means  [C] each, of the network's
/// inputs.
/// @throws Error kModel, kCancelled.
std::map<std::int64_t, StreamValues> drive_by_optima(const Model& model, const std::string& layer,
                                                     std::span<const std::int64_t> channels,
                                                     const StreamPair& example,
                                                     const std::array<at::Tensor, 2>& means,
                                                     const DriveSettings& settings,
                                                     Progress& progress);

}  // namespace praxiscope::studies
