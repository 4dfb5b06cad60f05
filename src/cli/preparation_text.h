// A preparation (how frames become a network's input) in words and as JSON; for `list presets` and
// `info`.
#pragma once

#include "praxiscope/preparation.h"

#include <nlohmann/json_fwd.hpp>

#include <string>

namespace praxiscope::cli {

/// "16 frames every 2, shorter side 128, crop 112x112, range 0..1, mean 0.43 0.39 0.38, std 0.22
/// 0.22 0.22".
std::string describe_preparation(const InputSpec& input);
nlohmann::json preparation_as_json(const InputSpec& input);

}  // namespace praxiscope::cli
