// See plan.h.
#include "studies/activations/plan.h"

#include "methods/support/layer_view.h"
#include "studies/support/rectifiers.h"
#include "studies/support/stacking.h"

#include "praxiscope/error.h"
#include "praxiscope/text.h"

#include <ATen/ATen.h>
#include <fmt/format.h>

#include <algorithm>
#include <cctype>
#include <map>
#include <set>

namespace praxiscope::studies {
namespace {

/// Layers of the list whose output has 5 dimensions, for messages.
std::string layers_to_look_at(const Model& model) {
  std::vector<std::string> names;
  for (const LayerInfo& info : model.layers()) {
    if (info.shape.size() == 5) names.push_back(in_quotes(info.name));
  }
  if (names.empty()) return "this network has none";
  const std::size_t begin = names.size() > 3 ? names.size() - 3 : 0;
  return "take one such as " +
         fmt::format("{}", fmt::join(names.begin() + static_cast<std::ptrdiff_t>(begin),
                                     names.end(), ", "));
}

/// The input whose frames stand beside a layer.
std::size_t input_under(const std::string& layer, const Model& model) {
  std::vector<std::string> inputs;
  for (const InputSpec& input : model.manifest().inputs) inputs.push_back(input.name);
  return methods::inputs_under(layer, model.manifest(), inputs).front();
}

}  // namespace

std::vector<WatchedLayer> watched_layers(const ActivationPlan& plan, const Model& model) {
  std::vector<std::string> wished;
  for (const std::string& part : split(plan.layers, ',')) {
    if (!trimmed(part).empty()) wished.push_back(model.find_layer(trimmed(part)));
  }
  if (wished.empty()) wished.push_back(model.default_layer());
  std::vector<WatchedLayer> layers;
  std::set<std::string> seen;
  for (const std::string& name : wished) {
    if (!seen.insert(name).second) continue;
    layers.push_back({name, input_under(name, model)});
  }
  return layers;
}

std::vector<at::Tensor> activations_of(const Model& model, const std::vector<WatchedLayer>& layers,
                                       const std::vector<Clip>& clips) {
  RunOptions options;
  for (const WatchedLayer& layer : layers) options.taps.push_back(layer.name);
  const std::vector<at::Tensor> inputs = stack_clips(model, clips);
  const Run run = model.run(inputs, options);
  std::vector<at::Tensor> found;
  for (const WatchedLayer& layer : layers) {
    const at::Tensor& output = run.activations.at(layer.name);
    if (output.dim() != 5)
      throw Error(ErrorKind::kUsage,
                  fmt::format("activations: layer {}: found [{}], expected [N,C,T,H,W]; {}",
                              in_quotes(layer.name), fmt::join(output.sizes(), ","),
                              layers_to_look_at(model)));
    const methods::LayerView view("activations", layer.name, output, inputs.at(layer.input));
    found.push_back(view(output).detach().narrow(0, 0, static_cast<std::int64_t>(clips.size())));
  }
  return found;
}

DepthSums::DepthSums(const Model& model, const std::vector<WatchedLayer>& watched)
    : model_(model), watched_(watched) {
  std::set<std::string> missing;
  for (const WatchedLayer& layer : watched) missing.insert(layer.name);
  for (const LayerInfo& info : model.layers()) {
    if (info.shape.size() != 5 && !missing.contains(info.name)) continue;
    missing.erase(info.name);
    layers_.push_back({info.name, info.type, input_under(info.name, model), true, {}});
  }
  for (const std::string& name : missing)
    layers_.push_back({name, "", input_under(name, model), false, {}});
}

void DepthSums::count(const Layer& layer, const at::Tensor& output, const at::Tensor& clip,
                      std::size_t clips, ChannelSums& sums) {
  if (output.dim() != 5 || output.size(0) != clip.size(0) || output.numel() == 0) return;
  const methods::LayerView view("activations", layer.name, output, clip);
  sums.add(view(output).narrow(0, 0, static_cast<std::int64_t>(clips)));
}

bool DepthSums::is_watched(const std::string& name) const {
  return std::any_of(watched_.begin(), watched_.end(),
                     [&](const WatchedLayer& layer) { return layer.name == name; });
}

bool DepthSums::try_run(const std::vector<at::Tensor>& inputs, std::size_t clips,
                        std::set<std::string>& skipped) {
  // Counted apart: a run that stops on its way has counted some of its layers.
  std::map<std::string, ChannelSums> sums;
  RunOptions options;
  for (const Layer& layer : layers_) {
    if (skipped.contains(layer.name)) continue;
    sums[layer.name] = layer.sums;
    options.replace[layer.name] = [&, &sum = sums[layer.name]](const at::Tensor& output) {
      count(layer, output, inputs[layer.input], clips, sum);
      return output;
    };
  }
  try {
    model_.run(inputs, options);
  } catch (const Error& error) {
    // The clip's way through the network did not come by some layers.
    bool has_new = false, has_watched = false;
    for (const auto& [name, sum] : sums) {
      if (sum.clips() != find(name).clips()) continue;
      has_new |= skipped.insert(name).second;
      has_watched |= is_watched(name);
    }
    if (error.kind() != ErrorKind::kUsage || !has_new || has_watched) throw;
    return false;
  }
  for (Layer& layer : layers_) {
    if (const auto sum = sums.find(layer.name); sum != sums.end()) layer.sums = sum->second;
  }
  return true;
}

void DepthSums::add(const std::vector<Clip>& clips) {
  if (clips.empty()) return;
  const std::vector<at::Tensor> inputs = stack_clips(model_, clips);
  std::set<std::string> skipped;
  while (!try_run(inputs, clips.size(), skipped)) {
  }
  for (const WatchedLayer& layer : watched_) {
    if (find(layer.name).clips() == 0) activations_of(model_, watched_, clips);  // says why
  }
}

const ChannelSums& DepthSums::find(const std::string& name) const {
  const auto found = std::find_if(layers_.begin(), layers_.end(),
                                  [&](const Layer& layer) { return layer.name == name; });
  if (found == layers_.end())
    throw Error(ErrorKind::kInternal, "activations: nothing was counted of layer " + name);
  return found->sums;
}

std::vector<const DepthSums::Layer*> DepthSums::layers() const {
  std::vector<const Layer*> found;
  for (const Layer& layer : layers_) {
    if (layer.is_listed && layer.sums.clips() > 0) found.push_back(&layer);
  }
  return found;
}

std::vector<std::size_t> choose_examples(const std::vector<ClipPlace>& clips, std::size_t count) {
  std::map<std::size_t, std::size_t> seen;  // clips of each input so far
  std::vector<std::pair<std::size_t, std::size_t>> ranked;
  for (std::size_t i = 0; i < clips.size(); ++i) ranked.emplace_back(seen[clips[i].input]++, i);
  std::stable_sort(ranked.begin(), ranked.end(),
                   [](const auto& a, const auto& b) { return a.first < b.first; });
  ranked.resize(std::min(count, ranked.size()));
  std::vector<std::size_t> chosen;
  for (const auto& [rank, place] : ranked) chosen.push_back(place);
  std::sort(chosen.begin(), chosen.end());
  return chosen;
}

}  // namespace praxiscope::studies
