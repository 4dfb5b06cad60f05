// The figure of a faithfulness run: numbers and curves over all clips, and the clips on which maps
// did best and worst.
#pragma once

#include "studies/faithfulness/plan.h"

#include <nlohmann/json_fwd.hpp>

namespace praxiscope::studies {

/// @param summary  see summarize(). Walks the inputs of the shown clips once more.
Figure faithfulness_figure(const nlohmann::json& summary, const FaithfulnessPlan& plan,
                           const Explainer& explainer, const StudyContext& context);

}  // namespace praxiscope::studies
