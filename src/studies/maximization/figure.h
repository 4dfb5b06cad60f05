// The plate of every unit or class: what it wants to see, slow to fast, beside the real clips that
// drive it. Several have an index in front.
#pragma once

#include "studies/maximization/plates.h"

#include "praxiscope/figure.h"

#include <nlohmann/json.hpp>

namespace praxiscope::studies {

Figure maximization_figure(const nlohmann::json& summary, const Gallery& gallery);

}  // namespace praxiscope::studies
