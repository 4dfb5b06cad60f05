// The plate of every unit or class: what it wants to see, slow to fast, beside the real clips that
// drive it.
#pragma once

#include "studies/support/maximization_plan.h"

#include "praxiscope/figure.h"
#include "praxiscope/study.h"

#include <nlohmann/json.hpp>

#include <map>
#include <utility>
#include <vector>

namespace praxiscope::studies {

/// A real clip as the figure stores it; by input and index of the clip.
using ShownClips = std::map<std::pair<std::size_t, std::int64_t>, Clip>;

Figure maximization_figure(const nlohmann::json& summary, const MaximizationPlan& plan,
                           const std::vector<Sought>& sought, const std::vector<Found>& found,
                           const optima::Streams& streams, const ShownClips& clips,
                           const StudyContext& context);

}  // namespace praxiscope::studies
