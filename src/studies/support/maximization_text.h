// What `maximize` found, as JSON and as lines for a terminal.
#pragma once

#include "studies/support/maximization_plan.h"

#include "praxiscope/study.h"

#include <nlohmann/json.hpp>

#include <vector>

namespace praxiscope::studies {

/// {"sought": [{"name", "kind", "layer", "taken_at", "a_hat", "a_hat_from", "clips", "results"}],
/// "speeds", "settings", "priors", "streams", "stopped"}; doc/maximize.md says what each is.
nlohmann::json maximization_summary(const MaximizationPlan& plan, const std::vector<Sought>& sought,
                                    const std::vector<Found>& found, const optima::Streams& streams,
                                    const StudyContext& context);

std::string maximization_text(const nlohmann::json& summary);

}  // namespace praxiscope::studies
