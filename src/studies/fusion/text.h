// The tables of the study fusion for a terminal.
#pragma once

#include <nlohmann/json.hpp>

#include <string>

namespace praxiscope::studies {

/// Lines of at most 100 columns. `summary`: as the study tells it in JSON.
std::string fusion_text(const nlohmann::json& summary);

/// "both streams", "rgb alone", ...: what units of a kind need. `kind`: of kUnitKindNames.
std::string words_of_kind(const std::string& kind, const nlohmann::json& streams);

/// "white.mp4, 3.2 s": a clip of the summary.
std::string name_of_clip(const nlohmann::json& clip);

}  // namespace praxiscope::studies
