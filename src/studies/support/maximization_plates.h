// Results side by side: which belong together, and as moving pictures.
#pragma once

#include "studies/support/maximization_plan.h"
#include "studies/support/plate_films.h"

#include "praxiscope/study.h"

#include <vector>

namespace praxiscope::studies {

/// Those of one thing and one noise, by speed; `is_alone`: those of single streams instead.
std::vector<const Found*> results_of(const std::vector<Found>& found, std::size_t sought,
                                     std::size_t draw, bool is_alone);

/// A column a result; rows of all streams, see plate_rows().
Plate plate_of(const std::vector<const Found*>& results, const MaximizationPlan& plan,
               const optima::Streams& streams, const Model& model);

/// Plates of all things one after the other as a video, each twice; those that a stopped search
/// left incomplete are not shown.
void show_film(const std::vector<Sought>& sought, const std::vector<Found>& found,
               const MaximizationPlan& plan, const optima::Streams& streams,
               const StudyContext& context);

}  // namespace praxiscope::studies
