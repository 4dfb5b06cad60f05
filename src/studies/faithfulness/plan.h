// What a faithfulness run was asked for, and the maps that it judges.
#pragma once

#include "methods/support/explainer.h"
#include "studies/annotations/annotations.h"
#include "studies/faithfulness/clip_scores.h"

#include "praxiscope/study.h"

#include <string>
#include <vector>

namespace praxiscope::studies {

struct FaithfulnessPlan {
  std::vector<MethodChoice> methods;
  std::vector<std::string> names;  ///< of the methods, as asked for; unique
  std::string target = "top";      ///< "top", "label": each input's own, or a class
  ScoreSettings scores;
  int random_clips = 4;  ///< clips of the randomization check; 0: none
  int examples = 3;      ///< best and worst clips in the figure, each
  Annotations annotations;

  bool has_labels() const { return target == "label"; }
  /// What the network is asked where inputs have no labels of their own.
  std::string wish() const { return has_labels() ? "top" : target; }
};

/// The baselines that every run has, by name.
const std::vector<std::string>& baseline_names();

/// The methods' maps of one clip, then the baselines'.
std::vector<ClipMaps> maps_of(const ClipResult& result, const FaithfulnessPlan& plan,
                              const Explainer& explainer, std::uint64_t seed);

/// A seed of a clip's own, whatever other clips there are.
std::uint64_t seed_of(std::uint64_t seed, const std::string& input, std::int64_t clip);

/// Rank correlation of neighbouring clips' maps in the frames that both show, by method; [value,
/// weight], for those that have one.
nlohmann::json stability_of(const ClipResult& before, const ClipResult& after,
                            const FaithfulnessPlan& plan, const Explainer& explainer);

/// The cascading randomization check (Adebayo et al., NeurIPS 2018, sec. 3): maps of the same clips
/// and classes from networks of which more and more operators, from the output down, have random
/// weights, compared with the trained one's.
///
/// @return {"shares": [0.2, ...] of the operators, "methods": {name: {"spearman": [...], "ssim":
/// [...]}}, "clips": n}; an empty object where the network cannot be randomized or no clip is
/// there.
/// @param classes  one an input instead of the plan's target; empty: that.
nlohmann::json randomization_check(const StudyContext& context, const FaithfulnessPlan& plan,
                                   const std::vector<Target>& classes);

}  // namespace praxiscope::studies
