// See maximization_targets.h.
#include "studies/support/maximization_targets.h"

#include "studies/support/numbered.h"

#include "praxiscope/error.h"
#include "praxiscope/text.h"

#include <ATen/ATen.h>
#include <fmt/format.h>

#include <algorithm>

namespace praxiscope::studies {
namespace {

/// Clips of one input that overlap show the same.
bool is_same_scene(const DrivingClip& a, const DrivingClip& b) {
  return a.input == b.input && a.begin_s < b.end_s && b.begin_s < a.end_s;
}

Sought of_target(const Target& target, const Model& model) {
  Sought sought;
  sought.name = describe(target, model.labels());
  sought.objective.target = target;
  return sought;
}

void add_class(const std::string& text, const Model& model, std::vector<Sought>& all) {
  for (const TargetWish& wish : parse_target(text, model.labels())) {
    if (!wish.fixed || wish.fixed->kind == Target::Kind::kUnit)
      throw Error(
          ErrorKind::kUsage,
          fmt::format("maximize: option class: found {}, expected a label, an index, A-B or "
                      "all{}",
                      in_quotes(text),
                      wish.fixed ? "; units are named with --unit LAYER:CHANNEL" : ""));
    all.push_back(of_target(*wish.fixed, model));
  }
}

/// Labels may hold commas: the whole is tried first.
void add_classes(const std::string& text, const Model& model, std::vector<Sought>& all) {
  if (text == "all") {
    for (std::size_t k = 0; k < model.labels().size(); ++k) {
      Target target;
      target.class_index = static_cast<std::int64_t>(k);
      all.push_back(of_target(target, model));
    }
    return;
  }
  try {
    add_class(text, model, all);
    return;
  } catch (const Error& error) {
    if (error.kind() != ErrorKind::kUsage || text.find(',') == std::string::npos) throw;
  }
  for (const std::string& part : split(text, ',')) add_class(trimmed(part), model, all);
}

void add_units(const MaximizationPlan& plan, const Model& model, std::span<const at::Tensor> inputs,
               std::vector<Sought>& all) {
  const std::size_t colon = plan.units.rfind(':');
  if (colon == std::string::npos || colon == 0 || colon + 1 == plan.units.size())
    throw Error(ErrorKind::kUsage,
                fmt::format("maximize: option unit: found {}, expected LAYER:CHANNEL, as in "
                            "layer4.0:17 or layer4.0:3,17,40-47",
                            in_quotes(plan.units)));
  const std::string layer = model.find_layer(trimmed(plan.units.substr(0, colon)));
  const std::string taken =
      plan.is_rectified ? layer : optima::before_rectifier(model, layer, inputs);
  RunOptions options;
  options.taps = {taken};
  options.stop_after = taken;
  const at::Tensor output = model.run(inputs, options).activations.at(taken);
  if (output.dim() != 2 && output.dim() != 5)
    throw Error(ErrorKind::kUsage,
                fmt::format("maximize: layer {}: found an output of {} dimensions, expected "
                            "[N,C,T,H,W] or [N,C]; choose another layer",
                            in_quotes(layer), output.dim()));
  const NumberedChoice choice =
      parse_numbered("maximize: option unit", plan.units.substr(colon + 1));
  const std::vector<double> scores(static_cast<std::size_t>(output.size(1)), 0.0);
  for (const std::int64_t channel : choose_numbered(
           choice, scores, fmt::format("maximize: layer {}: channels", in_quotes(layer)))) {
    Sought sought;
    sought.name = fmt::format("{}:{}", layer, channel);
    sought.wished_layer = layer;
    sought.objective.target.kind = Target::Kind::kUnit;
    sought.objective.target.layer = taken;
    sought.objective.target.channel = channel;
    sought.objective.place = plan.place;
    all.push_back(std::move(sought));
  }
}

Size picture_size(const InputSpec& spec) {
  const Preparation& preparation = spec.preparation;
  if (preparation.crop) return *preparation.crop;
  if (preparation.exact) return *preparation.exact;
  if (preparation.short_side) return {*preparation.short_side, *preparation.short_side};
  throw Error(ErrorKind::kUsage,
              fmt::format("maximize: input {}: found no picture size in the manifest, expected "
                          "one; give it with --crop HxW",
                          in_quotes(spec.name)));
}

}  // namespace

std::vector<Sought> find_sought(const MaximizationPlan& plan, const Model& model,
                                std::span<const at::Tensor> inputs) {
  std::vector<Sought> all;
  if (!plan.units.empty()) add_units(plan, model, inputs, all);
  if (!plan.classes.empty()) add_classes(plan.classes, model, all);
  return all;
}

std::vector<std::array<std::int64_t, 3>> usual_sizes(const Model& model) {
  std::vector<std::array<std::int64_t, 3>> sizes;
  for (const InputSpec& spec : model.manifest().inputs) {
    const Size size = picture_size(spec);
    sizes.push_back({spec.frames, size.height, size.width});
  }
  return sizes;
}

std::vector<at::Tensor> stack_clips(const Model& model, std::span<const Clip> clips) {
  std::vector<at::Tensor> inputs;
  const auto whole = static_cast<std::size_t>(model.fixed_batch().value_or(0));
  for (std::size_t i = 0; i < model.manifest().inputs.size(); ++i) {
    std::vector<at::Tensor> tensors;
    for (const Clip& clip : clips) tensors.push_back(clip.inputs.at(i).tensor);
    while (tensors.size() < whole) tensors.push_back(tensors.back());
    inputs.push_back(at::stack(tensors).to(at::Device(model.device())));
  }
  return inputs;
}

void DrivingClips::add(const Model& model, std::size_t input, std::span<const Clip> clips) {
  if (clips.empty() || sought_.empty()) return;
  has_clips_ = true;
  RunOptions options;
  bool needs_classes = false;
  for (const Sought& one : sought_) {
    const std::string& layer = one.objective.target.layer;
    if (one.objective.target.kind != Target::Kind::kUnit)
      needs_classes = true;
    else if (std::find(options.taps.begin(), options.taps.end(), layer) == options.taps.end())
      options.taps.push_back(layer);
  }
  if (!needs_classes) options.stop_after = options.taps.back();
  const Run run = model.run(stack_clips(model, clips), options);
  for (Sought& one : sought_) {
    for (std::size_t n = 0; n < clips.size(); ++n) {
      const auto& frames = clips[n].inputs.front().frames;
      DrivingClip found{.input = input,
                        .clip = clips[n].index,
                        .begin_s = frames.front().pts.to_double(),
                        .end_s = frames.back().pts.to_double(),
                        .value = 0,
                        .cell = {}};
      const auto row = static_cast<std::int64_t>(n);
      const Target& target = one.objective.target;
      if (target.kind == Target::Kind::kUnit) {
        const at::Tensor values =
            run.activations.at(target.layer)[row][target.channel].to(at::kCPU, at::kFloat);
        const std::int64_t at = values.argmax().item<std::int64_t>();
        found.value = values.flatten()[at].item<double>();
        if (values.dim() == 3) {
          const std::int64_t plane = values.size(1) * values.size(2);
          found.cell = {at / plane, at % plane / values.size(2), at % values.size(2)};
        }
      } else {
        found.value = run.logits[row][target.class_index].item<double>();
        if (target.kind == Target::Kind::kContrast)
          found.value -= run.logits[row][target.other_class_index].item<double>();
      }
      add_value(one, std::move(found));
    }
  }
}

void DrivingClips::add_value(Sought& sought, DrivingClip clip) const {
  for (DrivingClip& other : sought.clips) {
    if (!is_same_scene(other, clip)) continue;
    if (clip.value > other.value) other = std::move(clip);
    std::stable_sort(sought.clips.begin(), sought.clips.end(),
                     [](const auto& a, const auto& b) { return a.value > b.value; });
    return;
  }
  sought.clips.push_back(std::move(clip));
  std::stable_sort(sought.clips.begin(), sought.clips.end(),
                   [](const auto& a, const auto& b) { return a.value > b.value; });
  // The largest is kept even where none is shown: it is what activations are measured by.
  sought.clips.resize(std::min(sought.clips.size(), std::max<std::size_t>(most_, 1)));
}

}  // namespace praxiscope::studies
