// See targets.h.
#include "studies/maximization/targets.h"

#include "studies/support/numbered.h"
#include "studies/support/stacking.h"

#include "praxiscope/error.h"
#include "praxiscope/text.h"

#include <ATen/ATen.h>
#include <fmt/format.h>

#include <algorithm>
#include <cerrno>
#include <charconv>
#include <cmath>
#include <cstring>
#include <filesystem>
#include <fstream>

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

/// A layer to look into: as it is named, where it is taken, and how many channels it has there.
struct TakenLayer {
  std::string name, taken;
  std::int64_t channels = 0;
};

TakenLayer take_layer(const std::string& name, const MaximizationPlan& plan, const Model& model,
                      std::span<const at::Tensor> inputs) {
  TakenLayer layer{.name = model.find_layer(name), .taken = {}};
  layer.taken =
      plan.is_rectified ? layer.name : optima::before_rectifier(model, layer.name, inputs);
  RunOptions options;
  options.taps = {layer.taken};
  options.stop_after = layer.taken;
  const at::Tensor output = model.run(inputs, options).activations.at(layer.taken);
  if (output.dim() != 2 && output.dim() != 5)
    throw Error(ErrorKind::kUsage,
                fmt::format("maximize: layer {}: found an output of {} dimensions, expected "
                            "[N,C,T,H,W] or [N,C]; choose another layer",
                            in_quotes(layer.name), output.dim()));
  layer.channels = output.size(1);
  return layer;
}

Sought of_layer(const TakenLayer& layer, const std::string& name, const MaximizationPlan& plan) {
  Sought sought;
  sought.name = name;
  sought.wished_layer = layer.name;
  sought.objective.target.kind = Target::Kind::kUnit;
  sought.objective.target.layer = layer.taken;
  sought.objective.place = plan.place;
  return sought;
}

/// "conv1:0-7,9,conv2:3" -> ("conv1", "0-7,9"), ("conv2", "3"): what follows a comma without a
/// colon belongs to the layer before.
std::vector<std::pair<std::string, std::string>> units_by_layer(const std::string& text) {
  std::vector<std::pair<std::string, std::string>> layers;
  for (const std::string& part : split(text, ',')) {
    const std::size_t colon = part.rfind(':');
    if (colon == std::string::npos && !layers.empty()) {
      layers.back().second += "," + part;
      continue;
    }
    if (colon == std::string::npos || colon == 0 || colon + 1 == part.size())
      throw Error(ErrorKind::kUsage,
                  fmt::format("maximize: option unit: found {}, expected LAYER:CHANNEL, as in "
                              "layer4.0:17 or layer4.0:3,17,40-47",
                              in_quotes(text)));
    layers.emplace_back(trimmed(part.substr(0, colon)), part.substr(colon + 1));
  }
  return layers;
}

void add_units(const MaximizationPlan& plan, const Model& model, std::span<const at::Tensor> inputs,
               std::vector<Sought>& all) {
  for (const auto& [name, channels] : units_by_layer(plan.units)) {
    const TakenLayer layer = take_layer(name, plan, model, inputs);
    const NumberedChoice choice = parse_numbered("maximize: option unit", channels);
    const std::vector<double> scores(static_cast<std::size_t>(layer.channels), 0.0);
    for (const std::int64_t channel : choose_numbered(
             choice, scores, fmt::format("maximize: layer {}: channels", in_quotes(layer.name)))) {
      Sought sought = of_layer(layer, fmt::format("{}:{}", layer.name, channel), plan);
      sought.objective.target.channel = channel;
      all.push_back(std::move(sought));
    }
  }
}

/// Lines of numbers, one a channel, apart by spaces or commas; empty lines and those that begin
/// with # say nothing.
std::vector<std::vector<double>> read_directions(const std::string& path) {
  std::ifstream file(path);
  if (!file)
    throw Error(ErrorKind::kInput, fmt::format("cannot read {}: {}; option direction names it",
                                               in_quotes(path), std::strerror(errno)));
  std::vector<std::vector<double>> rows;
  std::int64_t number = 0;
  for (std::string line; std::getline(file, line);) {
    ++number;
    std::replace(line.begin(), line.end(), ',', ' ');
    const std::string plain = trimmed(line);
    if (plain.empty() || plain.front() == '#') continue;
    rows.emplace_back();
    for (const std::string& word : split(plain, ' ')) {
      if (word.empty()) continue;
      double value = 0;
      const auto [end, error] = std::from_chars(word.data(), word.data() + word.size(), value);
      if (error != std::errc() || end != word.data() + word.size() || !std::isfinite(value))
        throw Error(ErrorKind::kInput,
                    fmt::format("{}: line {}: found {}, expected numbers, one a channel of the "
                                "layer",
                                in_quotes(path), number, in_quotes(word)));
      rows.back().push_back(value);
    }
  }
  if (rows.empty())
    throw Error(ErrorKind::kInput, fmt::format("{}: found no numbers, expected lines of them, one "
                                               "a channel of the layer",
                                               in_quotes(path)));
  return rows;
}

void add_directions(const MaximizationPlan& plan, const Model& model,
                    std::span<const at::Tensor> inputs, std::vector<Sought>& all) {
  const std::size_t colon = plan.directions.find(':');
  if (colon == std::string::npos || colon == 0 || colon + 1 == plan.directions.size())
    throw Error(ErrorKind::kUsage,
                fmt::format("maximize: option direction: found {}, expected LAYER:FILE",
                            in_quotes(plan.directions)));
  const std::string path = plan.directions.substr(colon + 1);
  const TakenLayer layer =
      take_layer(trimmed(plan.directions.substr(0, colon)), plan, model, inputs);
  const auto rows = read_directions(path);
  const std::string file = std::filesystem::path(path).filename().string();
  for (std::size_t i = 0; i < rows.size(); ++i) {
    if (static_cast<std::int64_t>(rows[i].size()) != layer.channels)
      throw Error(ErrorKind::kInput,
                  fmt::format("{}: direction {}: found {} numbers, expected {}: one a channel of "
                              "layer {}",
                              in_quotes(path), i + 1, rows[i].size(), layer.channels,
                              in_quotes(layer.name)));
    Sought sought = of_layer(layer, fmt::format("{}:{}", layer.name, file), plan);
    if (rows.size() > 1) sought.name += fmt::format(" {}", i + 1);
    // Of length 1, so that directions can be compared with each other and with single channels.
    const at::Tensor direction = at::tensor(rows[i], at::kDouble);
    const double length = direction.norm().item<double>();
    if (!(length > 0))
      throw Error(ErrorKind::kInput, fmt::format("{}: direction {}: found only 0, expected numbers "
                                                 "that point somewhere",
                                                 in_quotes(path), i + 1));
    sought.objective.direction = (direction / length).to(at::kFloat);
    all.push_back(std::move(sought));
  }
}

/// The layer that is run last.
std::string deepest(const std::vector<std::string>& names, const Model& model) {
  std::string last;
  for (const LayerInfo& layer : model.layers())
    if (std::find(names.begin(), names.end(), layer.name) != names.end()) last = layer.name;
  return last;
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
  if (!plan.directions.empty()) add_directions(plan, model, inputs, all);
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
  if (!needs_classes) options.stop_after = deepest(options.taps, model);
  const Run run = model.run(stack_clips(model, clips), options);
  for (Sought& one : sought_) {
    for (std::size_t n = 0; n < clips.size(); ++n) {
      const auto& frames = clips[n].inputs.front().frames;
      DrivingClip found{.input = input,
                        .clip = clips[n].index,
                        .begin_s = frames.front().pts.to_double(),
                        .end_s = frames.back().pts.to_double(),
                        .value = 0,
                        .cell = {},
                        .place = -1,
                        .tubes = {}};
      const auto row = static_cast<std::int64_t>(n);
      const Target& target = one.objective.target;
      if (target.kind == Target::Kind::kUnit) {
        const at::Tensor values =
            optima::responses(run.activations.at(target.layer)[row], one.objective)
                .to(at::kCPU, at::kFloat);
        const std::int64_t at = values.argmax().item<std::int64_t>();
        // What is optimized: of a channel its mean, of a unit the place where it is strongest.
        found.value = one.objective.place == optima::Place::kMean
                          ? values.mean().item<double>()
                          : values.flatten()[at].item<double>();
        if (values.dim() == 3) {
          const std::int64_t plane = values.size(1) * values.size(2);
          found.cell = {at / plane, at % plane / values.size(2), at % values.size(2)};
        }
      } else {
        found.value = run.logits[row][target.class_index].item<double>();
        if (target.kind == Target::Kind::kClass)
          found.is_answer = run.logits[row].argmax().item<std::int64_t>() == target.class_index;
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
