// How results look as JSON, wherever they are printed: one number is never written in two ways.
#pragma once

#include "praxiscope/explain.h"

#include <nlohmann/json.hpp>

#include <vector>

namespace praxiscope {

/// The shortest decimal that is this float again; null when it is not finite.
nlohmann::json float_json(float value);

/// Best first: {"label", "index", "probability", "logit"}.
nlohmann::json top_json(const std::vector<TopClass>& top);

}  // namespace praxiscope
