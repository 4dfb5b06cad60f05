// The figure of the study activations: channels in motion, their numbers, and the layer's place in
// the network.
#pragma once

#include "studies/activations/plan.h"
#include "studies/support/channel_films.h"

#include <nlohmann/json.hpp>

#include <vector>

namespace praxiscope::studies {

/// A clip that is shown, with the chosen channels of every watched layer.
struct ShownClip {
  ClipPlace place;
  std::string name;  ///< "eating_watermelon, 3.2 s"
  Clip clip;
  std::vector<ChannelVolumes> channels;  ///< one a layer
};

/// `summary`: as the study tells it in JSON.
Figure activation_figure(const nlohmann::json& summary, const std::vector<WatchedLayer>& layers,
                         const std::vector<ShownClip>& clips, const StudyContext& context);

}  // namespace praxiscope::studies
