// The pages of an explanation's figure: states for every clip, class, method, layer and view, and
// what each panel says.
#pragma once

#include "pipeline/figure_maker.h"

#include <nlohmann/json.hpp>

#include <vector>

namespace praxiscope {

struct PageSource {
  const MediaInfo& media;
  const Model& model;
  const Explainer& explainer;
  const FigureWish& wish;
  const ScoreTimeline* scores = nullptr;  ///< absent where there are no clips
  const nlohmann::json& header;
};

/// `clips`: in the order of time; taken. @throws Error kInput when there are none.
Figure make_pages(const PageSource& source, std::vector<ShownClip> clips);

}  // namespace praxiscope
