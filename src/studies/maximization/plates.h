// Results side by side, with the real clips that drive the same: which belong together, and as
// moving pictures.
#pragma once

#include "studies/maximization/plan.h"
#include "studies/maximization/plate_films.h"
#include "studies/support/clip_store.h"

#include "praxiscope/study.h"

#include <vector>

namespace praxiscope::studies {

/// px of a cell in a preview.
inline constexpr int kPreviewCell = 160;

/// All that plates show. Everything outlives it.
struct Gallery {
  const MaximizationPlan& plan;
  const std::vector<Sought>& sought;
  const std::vector<Found>& found;
  const optima::Streams& streams;
  const ClipStore& store;
  const StudyContext& context;

  /// Those of one thing and one noise, by speed; `is_alone`: those of single streams instead.
  std::vector<const Found*> results(std::size_t sought, std::size_t draw, bool is_alone) const;
  /// A column a result; rows of all streams, see plate_rows().
  Plate plate(const std::vector<const Found*>& results) const;
  /// The real clip in motion, with the tubes of the cell that it drives most.
  void add_clip(const DrivingClip& clip, const std::string& title, Plate& plate) const;
  /// The results beside the real clips that were fetched.
  Plate plate_with_clips(std::size_t sought, const std::vector<const Found*>& results) const;
  std::string name_of_input(std::size_t input) const;
};

/// One more column: a clip, per stream [C,T,H,W] centred.
void add_column(const std::string& title, const std::vector<at::Tensor>& clip,
                const optima::Streams& streams, const Model& model, Plate& plate);

/// Plates of all things one after the other as a video, each twice; those that a stopped search
/// left incomplete are not shown.
void show_film(const Gallery& gallery);

}  // namespace praxiscope::studies
