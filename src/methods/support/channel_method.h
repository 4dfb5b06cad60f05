// What Score-CAM and Ablation-CAM share: channels of a layer are tried one by one with forwards of
// their own, and the map is their weighted sum. The rooms only say what a trial is.
#pragma once

#include "methods/support/layer_view.h"

#include "praxiscope/method.h"

#include <functional>
#include <memory>
#include <string>
#include <vector>

namespace praxiscope::methods {

/// One clip at a layer, and the channels to try.
struct ChannelTrial {
  const MethodInput& input;
  std::size_t clip = 0;                ///< which of the batch
  std::vector<std::int64_t> channels;  ///< in rising order
  at::Tensor activation;               ///< [C',T',H',W'] f32: of these channels only
  const LayerView& view;
  const std::vector<std::size_t>& inputs;  ///< positions of the inputs under the layer
};

/// A weight of every tried channel for every target of the clip: [K,C'] f32.
using ChannelWeights = std::function<at::Tensor(const ChannelTrial&, Progress&)>;

struct ChannelMethodSettings {
  std::string id;             ///< of the room
  std::string layer;          ///< resolved
  std::string variant;        ///< options that change the formula
  std::int64_t channels = 0;  ///< how many, those that vary most over the clip; 0: all
};

/// A method with the map ReLU(sum_k w_k A^k), where the weights come from forwards. One pass
/// answers all targets.
///
/// explain() throws Error kUsage for a layer without time and space, as LayerView does; it warns
/// when the layer says the same everywhere.
std::unique_ptr<Method> make_channel_method(ChannelMethodSettings settings, ChannelWeights weights);

/// The number of channels that option `channels` names: 0 for "all".
/// @throws Error kUsage naming `method`.
std::int64_t channels_option(std::string_view method, const std::string& text);

}  // namespace praxiscope::methods
