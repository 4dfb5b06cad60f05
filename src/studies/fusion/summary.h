// What `fusion` found, as JSON: the study's own result, and what its tables and pages are made of.
#pragma once

#include "studies/fusion/plan.h"

#include <string>
#include <vector>

namespace praxiscope::studies {

/// doc/outputs.md names the members.
nlohmann::json fusion_summary(const FusionPlan& plan, const FusionFacts& facts,
                              const StudyContext& context);

/// The classes that most clips have, at most kMostClasses; ties by index.
std::vector<std::int64_t> frequent_classes(const std::vector<FusionClip>& clips);

}  // namespace praxiscope::studies
