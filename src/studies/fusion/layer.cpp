// See layer.h.
#include "studies/fusion/layer.h"

#include "methods/support/layer_view.h"
#include "studies/support/rectifiers.h"

#include "praxiscope/error.h"

#include <ATen/ATen.h>
#include <ATen/CPUGeneratorImpl.h>

#include <array>
#include <cmath>
#include <map>
#include <set>

namespace praxiscope::studies {
namespace {

constexpr double kChanged = 1e-5;  ///< far above rounding, far below what noise does
constexpr std::size_t kLayersToRectifier = 2;

/// Sums over the cells of each channel.
struct Print {
  at::Tensor sum, squares;  ///< [C] f64
  double cells = 0;
};
using Prints = std::map<std::string, Print>;

Print print_of(const at::Tensor& output) {
  const at::Tensor values = output.detach().narrow(0, 0, 1).to(at::kDouble);
  return {values.sum({0, 2, 3, 4}).to(at::kCPU), values.square().sum({0, 2, 3, 4}).to(at::kCPU),
          static_cast<double>(values.numel() / std::max<std::int64_t>(1, values.size(1)))};
}

/// Per channel, whether two runs differ. Values that are no numbers count as equal.
at::Tensor differences(const Print& a, const Print& b) {
  const at::Tensor size = at::maximum(a.squares, b.squares);
  return at::logical_or((a.sum - b.sum).abs() > kChanged * (size * a.cells).sqrt(),
                        (a.squares - b.squares).abs() > kChanged * size);
}

at::Tensor with_noise(const at::Tensor& clip, std::uint64_t seed) {
  at::Generator generator = at::detail::createCPUGenerator(seed);
  return clip + at::randn(clip.sizes(), generator).to(clip.device());
}

/// One run; `layers` loses those that it does not come by.
Prints prints_of(const Model& model, const StreamPair& streams, std::set<std::string>& layers) {
  for (;;) {
    Prints prints;
    std::set<std::string> passed;
    std::vector<at::Tensor> inputs;
    for (const at::Tensor& stream : streams)
      inputs.push_back(
          stream.expand({model.fixed_batch().value_or(1), -1, -1, -1, -1}).contiguous());
    RunOptions options;
    for (const std::string& layer : layers) {
      options.replace[layer] = [&prints, &passed, &inputs, layer](const at::Tensor& output) {
        passed.insert(layer);
        if (output.dim() == 5 && output.size(0) == inputs[0].size(0) && output.numel() > 0)
          prints[layer] = print_of(methods::LayerView("fusion", layer, output, inputs[0])(output));
        return output;
      };
    }
    try {
      model.run(inputs, options);
      return prints;
    } catch (const Error& error) {
      if (error.kind() != ErrorKind::kUsage || passed.size() == layers.size()) throw;
      layers = passed;
    }
  }
}

FusionLayer named_layer(const Model& model, const StreamPair& streams, const std::string& name,
                        const char* origin, std::uint64_t seed) {
  FusionLayer layer{.name = model.find_layer(name), .origin = origin, .reach = {}};
  const auto reach = reach_of_streams(model, streams, {layer.name}, seed);
  if (reach.empty()) ask_streams(model, streams, layer.name);  // says what it is instead
  if (!reach.empty()) layer.reach = reach.front();
  return layer;
}

}  // namespace

std::vector<StreamReach> reach_of_streams(const Model& model, const StreamPair& streams,
                                          const std::vector<std::string>& layers,
                                          std::uint64_t seed) {
  std::set<std::string> watched(layers.begin(), layers.end());
  const Prints whole = prints_of(model, streams, watched);
  const Prints first = prints_of(model, {with_noise(streams[0], seed), streams[1]}, watched);
  const Prints second = prints_of(model, {streams[0], with_noise(streams[1], seed + 1)}, watched);
  std::vector<StreamReach> reach;
  for (const std::string& layer : layers) {
    if (!whole.contains(layer) || !first.contains(layer) || !second.contains(layer)) continue;
    const at::Tensor by_first = differences(whole.at(layer), first.at(layer));
    const at::Tensor by_second = differences(whole.at(layer), second.at(layer));
    const auto count = [](const at::Tensor& is) { return is.sum().item<std::int64_t>(); };
    reach.push_back({.layer = layer,
                     .channels = by_first.size(0),
                     .first = count(by_first),
                     .second = count(by_second),
                     .both = count(at::logical_and(by_first, by_second))});
  }
  return reach;
}

std::optional<FusionLayer> find_fusion_layer(const Model& model, const StreamPair& streams,
                                             const std::string& asked, std::uint64_t seed) {
  if (!asked.empty()) return named_layer(model, streams, asked, "asked for", seed);
  const auto& named = model.manifest().streams;
  if (const auto fusion = named.find("fusion"); fusion != named.end() && !fusion->second.empty())
    return named_layer(model, streams, fusion->second, "manifest", seed);
  std::vector<std::string> names;
  std::map<std::string, std::string> types;
  for (const LayerInfo& info : model.layers()) {
    if (info.shape.size() != 5) continue;
    names.push_back(info.name);
    types[info.name] = info.type;
  }
  const std::vector<StreamReach> reach = reach_of_streams(model, streams, names, seed);
  for (std::size_t i = 0; i < reach.size(); ++i) {
    if (reach[i].both == 0) continue;
    std::size_t chosen = i;
    for (std::size_t k = i; k < reach.size() && k <= i + kLayersToRectifier; ++k) {
      if (reach[k].channels != reach[i].channels || reach[k].both == 0) break;
      if (!is_rectifier(types[reach[k].layer])) continue;
      chosen = k;
      break;
    }
    return FusionLayer{.name = reach[chosen].layer, .origin = "found", .reach = reach[chosen]};
  }
  return std::nullopt;
}

}  // namespace praxiscope::studies
