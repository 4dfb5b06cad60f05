// See strongest_unit.h.
#include "methods/support/strongest_unit.h"

#include "methods/support/target_score.h"

namespace praxiscope::methods {
namespace {

/// The channel's activation [T,H,W], [H,W] or [] with given positions narrowed to size 1.
at::Tensor open_part(const at::Tensor& channel, const Target& unit) {
  at::Tensor part = channel;
  std::int64_t axis = channel.dim();
  for (const auto& position : {unit.x, unit.y, unit.t}) {
    --axis;
    if (position) part = part.narrow(axis, *position, 1);
  }
  return part;
}

void move(const at::Tensor& layer, std::int64_t clip, Target& unit,
          std::map<std::string, double>& measures) {
  const at::Tensor part = open_part(layer.select(0, clip).select(0, unit.channel), unit);
  auto place = part.argmax().item<std::int64_t>();
  measures["start activation"] = part.max().item<double>();
  const std::array<std::pair<std::optional<std::int64_t>*, const char*>, 3> axes{
      {{&unit.x, "start x"}, {&unit.y, "start y"}, {&unit.t, "start t"}}};
  std::int64_t axis = part.dim();
  for (const auto& [position, name] : axes) {
    if (--axis < 0) break;
    if (!*position) *position = place % part.size(axis);
    place /= part.size(axis);
    measures[name] = static_cast<double>(**position);
  }
}

}  // namespace

StrongestStart move_to_strongest(const MethodInput& input) {
  const std::size_t targets = targets_per_clip(input);
  StrongestStart start;
  start.targets.assign(input.targets.begin(), input.targets.end());
  start.measures.assign(input.targets.size(), std::vector<std::map<std::string, double>>(targets));
  const at::NoGradGuard no_recording;
  for (std::size_t k = 0; k < targets; ++k) {
    target_scores(input, k);  // says what is wrong with a unit
    for (std::size_t n = 0; n < start.targets.size(); ++n) {
      Target& target = start.targets[n][k];
      if (target.kind != Target::Kind::kUnit) continue;
      auto found = input.run.activations.find(target.layer);
      if (found == input.run.activations.end())
        found = input.run.activations.find(input.model.find_layer(target.layer));
      move(found->second.detach(), static_cast<std::int64_t>(n), target, start.measures[n][k]);
    }
  }
  return start;
}

}  // namespace praxiscope::methods
