// Numbers of clips -> numbers of methods, and their tables.
#pragma once

#include "studies/faithfulness/plan.h"

#include <nlohmann/json.hpp>

#include <string>
#include <vector>

namespace praxiscope::studies {

/// Everything that was found, as the .json has it: methods, measures with 95 % intervals (bootstrap
/// over inputs), mean curves, Win %, randomization, clips.
///
/// @param records        one a clip, see score_maps(); "input" is a position in `inputs`.
/// @param randomization  see randomization_check().
nlohmann::json summarize(const FaithfulnessPlan& plan, std::span<const std::string> inputs,
                         const std::vector<nlohmann::json>& records,
                         const nlohmann::json& randomization, std::uint64_t seed);

/// A mean with its interval: "0.42 (0.31-0.55)", "-" for none. `is_short`: the mean alone.
std::string estimate_text(const nlohmann::json& estimate, bool is_percent, bool is_short = false);

/// The summary's tables for a terminal.
std::string tables_of(const nlohmann::json& summary);

}  // namespace praxiscope::studies
