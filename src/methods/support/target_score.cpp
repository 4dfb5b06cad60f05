// Class logits, contrasts and units of a Run, with errors for targets that the network does not
// have.
#include "methods/support/target_score.h"

#include "core/text.h"

#include "praxiscope/error.h"

#include <ATen/core/grad_mode.h>
#include <fmt/format.h>
#include <fmt/ranges.h>

namespace praxiscope::methods {
namespace {

at::Tensor class_logit(const Run& run, std::int64_t clip, std::int64_t index) {
  const std::int64_t classes = run.logits.size(1);
  if (index < 0 || index >= classes) {
    throw Error(ErrorKind::kUsage,
                fmt::format("target: no class {}; the network has {} classes, 0 to {}", index,
                            classes, classes - 1));
  }
  return run.logits.select(0, clip).select(0, index);
}

const at::Tensor& unit_activation(const MethodInput& input, const std::string& layer) {
  const auto& activations = input.run.activations;
  auto found = activations.find(layer);
  if (found == activations.end()) found = activations.find(input.model.find_layer(layer));
  if (found == activations.end()) {
    throw Error(ErrorKind::kInternal,
                fmt::format("target: the run did not keep layer {} of the unit", in_quotes(layer)));
  }
  return found->second;
}

std::string unit_name(const Target& unit) {
  return fmt::format("target: unit {}:{}", in_quotes(unit.layer), unit.channel);
}

/// One axis of a unit's activation: a position, or the mean over it later.
at::Tensor at_position(const at::Tensor& activation, std::int64_t axis,
                       std::optional<std::int64_t> position, const char* name, const Target& unit) {
  if (!position) return activation;
  if (axis < 0) {
    throw Error(ErrorKind::kUsage,
                fmt::format("{}: has no axis {}; leave the position away", unit_name(unit), name));
  }
  const std::int64_t size = activation.size(axis);
  if (*position < 0 || *position >= size) {
    throw Error(ErrorKind::kUsage, fmt::format("{}: no position {} = {}; the layer has 0 to {}",
                                               unit_name(unit), name, *position, size - 1));
  }
  return activation.narrow(axis, *position, 1);
}

/// Activations weighted by their shares; 0 for a unit that is off everywhere.
at::Tensor mean_by_activation(const at::Tensor& value) {
  const at::Tensor shares = value.detach().clamp_min(0);
  const at::Tensor sum = shares.sum();
  return (value * at::where(sum > 0, shares / sum, at::zeros_like(shares))).sum();
}

at::Tensor unit_value(const MethodInput& input, std::int64_t clip, const Target& unit,
                      UnitMean mean) {
  const at::Tensor& layer = unit_activation(input, unit.layer);
  const bool has_axes = layer.dim() == 2 || layer.dim() == 4 || layer.dim() == 5;
  if (!has_axes || layer.size(0) != input.run.logits.size(0)) {
    throw Error(ErrorKind::kUsage, fmt::format("{}: the layer's output is [{}], expected [N,C], "
                                               "[N,C,H,W] or [N,C,T,H,W]; choose another layer",
                                               unit_name(unit), fmt::join(layer.sizes(), ",")));
  }
  if (unit.channel < 0 || unit.channel >= layer.size(1)) {
    throw Error(ErrorKind::kUsage, fmt::format("{}: no such channel; the layer has 0 to {}",
                                               unit_name(unit), layer.size(1) - 1));
  }
  at::Tensor value = layer.select(0, clip).select(0, unit.channel);
  const std::int64_t last = value.dim() - 1;  // x; the axes before it are y, then t
  value = at_position(value, last, unit.x, "x", unit);
  value = at_position(value, last - 1, unit.y, "y", unit);
  value = at_position(value, last - 2, unit.t, "t", unit);
  return mean == UnitMean::kEven ? value.mean() : mean_by_activation(value);
}

at::Tensor clip_score(const MethodInput& input, std::int64_t clip, const Target& target,
                      UnitMean mean) {
  switch (target.kind) {
    case Target::Kind::kClass:
      return class_logit(input.run, clip, target.class_index);
    case Target::Kind::kContrast:
      return class_logit(input.run, clip, target.class_index) -
             class_logit(input.run, clip, target.other_class_index);
    case Target::Kind::kUnit:
      return unit_value(input, clip, target, mean).to(input.run.logits.scalar_type());
  }
  throw Error(ErrorKind::kInternal, "target: unknown kind");
}

}  // namespace

std::size_t targets_per_clip(const MethodInput& input) {
  const auto clips = static_cast<std::size_t>(input.run.logits.size(0));
  if (input.targets.size() != clips) {
    throw Error(ErrorKind::kInternal, fmt::format("explain: {} lists of targets for {} clips",
                                                  input.targets.size(), clips));
  }
  const std::size_t count = clips == 0 ? 0 : input.targets.front().size();
  for (const std::vector<Target>& targets : input.targets) {
    if (targets.size() != count) {
      throw Error(ErrorKind::kInternal, fmt::format("explain: one clip has {} targets, another {}",
                                                    count, targets.size()));
    }
  }
  return count;
}

at::Tensor target_scores(const MethodInput& input, std::size_t k, UnitMean mean) {
  const at::AutoGradMode record(true);
  std::vector<at::Tensor> scores;
  for (std::size_t n = 0; n < input.targets.size(); ++n) {
    scores.push_back(clip_score(input, static_cast<std::int64_t>(n), input.targets[n][k], mean));
  }
  return at::stack(scores);
}

ScoreKind find_score_kind(std::string_view name) {
  return name == "probability" ? ScoreKind::kProbability : ScoreKind::kLogit;
}

at::Tensor target_values(const MethodInput& input, std::size_t k, ScoreKind kind) {
  at::Tensor values = target_scores(input, k).detach().to(at::kFloat);
  if (kind == ScoreKind::kLogit) return values;
  const at::Tensor all = probabilities(input.run).to(at::kFloat);
  for (std::size_t n = 0; n < input.targets.size(); ++n) {
    const Target& target = input.targets[n][k];
    if (target.kind == Target::Kind::kUnit) continue;
    const auto clip = static_cast<std::int64_t>(n);
    const at::Tensor of_clip = all.select(0, clip);
    at::Tensor value = of_clip.select(0, target.class_index);
    if (target.kind == Target::Kind::kContrast)
      value = value - of_clip.select(0, target.other_class_index);
    values.select(0, clip).copy_(value);
  }
  return values;
}

std::vector<at::Tensor> target_gradients(const MethodInput& input, const at::Tensor& scores,
                                         std::size_t k, std::span<const std::string> of) {
  const at::AutoGradMode record(true);
  const bool is_last_target = k + 1 == input.targets.front().size();
  return input.run.gradients(scores.sum(), of, !(input.is_last_use && is_last_target));
}

}  // namespace praxiscope::methods
