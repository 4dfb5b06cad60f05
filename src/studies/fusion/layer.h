// Where two streams become one: found by asking the network, not by names.
#pragma once

#include "studies/support/streams.h"

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace praxiscope::studies {

/// Channels of a layer that answer otherwise when a stream is another one.
struct StreamReach {
  std::string layer;
  std::int64_t channels = 0, first = 0, second = 0, both = 0;  ///< how many depend on it
};

/// Runs one clip three times: as it is, with noise added to stream 1, with noise added to stream
/// 2 (normal, of standard deviation 1, seeded). A channel depends on a stream when its sum or its
/// sum of squares over all cells changes by more than 1e-5 of its size. Nothing of an activation
/// is kept. Layers that the clip's way does not come by, or without [N,C,T',H',W'], are left out.
///
/// @param streams  [1,C,T,H,W] each.
std::vector<StreamReach> reach_of_streams(const Model& model, const StreamPair& streams,
                                          const std::vector<std::string>& layers,
                                          std::uint64_t seed);

/// The layer whose units are looked at.
struct FusionLayer {
  std::string name;    ///< as find_layer() gives it
  std::string origin;  ///< "asked for", "manifest", "found"
  StreamReach reach;
};

/// `asked`, else the manifest's streams.fusion, else the first layer in order of execution of which
/// a channel depends on both streams, and where a rectifier of the same size follows within two
/// layers, that: what the rest of the network sees. Two streams that are merely stacked are no
/// such layer, as each channel still belongs to one.
///
/// @return nothing where streams only meet behind time and space (fused scores).
/// @throws Error kUsage for a name that is none or a layer without time and space.
std::optional<FusionLayer> find_fusion_layer(const Model& model, const StreamPair& streams,
                                             const std::string& asked, std::uint64_t seed);

}  // namespace praxiscope::studies
