// What `maximize` found, as JSON and as lines for a terminal.
#pragma once

#include "studies/maximization/plan.h"

#include "praxiscope/study.h"

#include <nlohmann/json.hpp>

#include <string>
#include <string_view>
#include <vector>

namespace praxiscope::studies {

/// {"sought": [{"name", "kind", "layer", "taken_at", "a_hat", "a_hat_from", "clips", "results"}],
/// "speeds", "settings", "priors", "streams", "stopped"}; doc/maximize.md says what each is.
nlohmann::json maximization_summary(const MaximizationPlan& plan, const std::vector<Sought>& sought,
                                    const std::vector<Found>& found, const optima::Streams& streams,
                                    const StudyContext& context);

/// What an activation of 1 a-hat is: "that of the strongest clip", ...; of a Sought::a_hat_from.
std::string_view reference_words(std::string_view a_hat_from);

std::string maximization_text(const nlohmann::json& summary);

}  // namespace praxiscope::studies
