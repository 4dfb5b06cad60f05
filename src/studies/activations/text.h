// What the study activations found, for a terminal.
#pragma once

#include <nlohmann/json.hpp>

#include <string>

namespace praxiscope::studies {

/// Lines of at most 100 columns. `summary`: as the study tells it in JSON.
std::string activation_text(const nlohmann::json& summary);

}  // namespace praxiscope::studies
