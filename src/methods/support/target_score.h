// From a Run to the number that is explained, one per clip. Knows the ways to name a target, not
// the methods.
#pragma once

#include "praxiscope/method.h"

namespace praxiscope::methods {

/// Checks that a batch's targets and its logits belong together.
///
/// @return K, the number of targets of every clip.
/// @throws Error kInternal when the clips have different numbers of targets, or not one list each.
std::size_t targets_per_clip(const MethodInput& input);

/// How a unit whose position is left open counts: all its positions alike, or each by its share of
/// the positive activations (of the clip; as weights that the graph does not see).
enum class UnitMean { kEven, kByActivation };

/// The k-th target's value of every clip: [N], attached to the run's graph.
///
/// Class: the logit. Contrast: S_a - S_b. Unit: its activation, or the mean over the axes whose
/// position is not given; the layer must be among the run's taps.
/// @throws Error kUsage naming the class, channel or position that does not exist; kInternal when
/// the run did not keep the unit's layer.
at::Tensor target_scores(const MethodInput& input, std::size_t k, UnitMean mean = UnitMean::kEven);

/// What of a target counts. kLogit: what target_scores() gives. kProbability: a class's
/// probability; of a contrast the difference of two; a unit has none and keeps its activation.
enum class ScoreKind { kLogit, kProbability };

/// "logit" or "probability".
ScoreKind find_score_kind(std::string_view name);

/// The k-th target's value of every clip: [N] f32, detached.
at::Tensor target_values(const MethodInput& input, std::size_t k, ScoreKind kind);

/// d score / d tensor for each tensor named in `of` ("input:0" or a tapped layer), every clip its
/// own. The run's graph is freed with the last target when nobody needs it afterwards.
///
/// @param scores  target_scores(input, k).
std::vector<at::Tensor> target_gradients(const MethodInput& input, const at::Tensor& scores,
                                         std::size_t k, std::span<const std::string> of);

}  // namespace praxiscope::methods
