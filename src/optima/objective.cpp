// See objective.h.
#include "optima/objective.h"

#include "core/text.h"

#include "praxiscope/error.h"

#include <ATen/ATen.h>
#include <ATen/core/grad_mode.h>
#include <fmt/format.h>

#include <algorithm>

namespace praxiscope::optima {
namespace {

bool is_of_layer(const Objective& row) {
  return row.target.kind == Target::Kind::kUnit || row.direction.defined();
}

at::Tensor logit(const Run& run, std::int64_t row, std::int64_t index) {
  if (index < 0 || index >= run.logits.size(1))
    throw Error(ErrorKind::kUsage, fmt::format("maximize: no class {}; the network has 0 to {}",
                                               index, run.logits.size(1) - 1));
  return run.logits[row][index];
}

at::Tensor at_place(at::Tensor values, const Objective& objective) {
  const std::optional<std::int64_t> wanted[] = {objective.target.t, objective.target.y,
                                                objective.target.x};
  // Axes of values are the last of t, y, x; from the back, so that those in front stay in place.
  for (std::int64_t axis = 2, left = values.dim(); left > 0; --axis, --left) {
    const auto& position = wanted[axis];
    const std::int64_t size = values.size(left - 1);
    if (position && (*position < 0 || *position >= size))
      throw Error(ErrorKind::kUsage,
                  fmt::format("maximize: layer {}: found position {} along {}, expected 0 to {}",
                              in_quotes(objective.target.layer), *position, "tyx"[axis], size - 1));
    if (position)
      values = values.narrow(left - 1, *position, 1);
    else if (objective.place == Place::kCenter)
      values = values.narrow(left - 1, size / 2, 1);
  }
  return objective.place == Place::kStrongest ? values.max() : values.mean();
}

bool is_rectified_by(const at::Tensor& before, const at::Tensor& after) {
  if (before.sizes() != after.sizes() || before.lt(0).sum().item<std::int64_t>() == 0) return false;
  const at::Tensor most = after.max();
  // relu, and those that stop at a number such as relu6.
  return before.clamp_min(0).minimum(most).sub(after).abs().max().item<double>() <=
         1e-5 * std::max(1e-6, most.item<double>());
}

}  // namespace

at::Tensor responses(const at::Tensor& layer, const Objective& objective) {
  if (objective.direction.defined()) {
    if (objective.direction.numel() != layer.size(0))
      throw Error(ErrorKind::kUsage,
                  fmt::format("maximize: layer {}: found a direction of {} numbers, expected one "
                              "of {}: as many as the layer has channels",
                              in_quotes(objective.target.layer), objective.direction.numel(),
                              layer.size(0)));
    std::vector<std::int64_t> shape(static_cast<std::size_t>(layer.dim()), 1);
    shape[0] = layer.size(0);
    return (layer * objective.direction.to(layer.options()).reshape(shape)).sum(0);
  }
  const std::int64_t channel = objective.target.channel;
  if (channel < 0 || channel >= layer.size(0))
    throw Error(ErrorKind::kUsage,
                fmt::format("maximize: layer {}: found channel {}, expected 0 to {}",
                            in_quotes(objective.target.layer), channel, layer.size(0) - 1));
  return layer[channel];
}

RunOptions run_options(std::span<const Objective> rows) {
  RunOptions options;
  options.input_gradients = true;
  for (const Objective& row : rows) {
    const std::string layer = is_of_layer(row) ? row.target.layer : "";
    if (&row == &rows.front()) {
      if (!layer.empty()) options.taps = {layer}, options.tap_gradients = true;
      options.stop_after = layer;
    } else if (layer != options.stop_after) {
      throw Error(ErrorKind::kInternal, "maximize: rows of different layers in one batch");
    }
  }
  return options;
}

at::Tensor score(const Run& run, std::span<const Objective> rows) {
  const at::AutoGradMode record(true);
  std::vector<at::Tensor> scores;
  for (std::size_t n = 0; n < rows.size(); ++n) {
    const Objective& row = rows[n];
    const auto place = static_cast<std::int64_t>(n);
    if (is_of_layer(row)) {
      const at::Tensor& layer = run.activations.at(row.target.layer);
      if (layer.dim() < 2 || layer.dim() > 5)
        throw Error(ErrorKind::kUsage,
                    fmt::format("maximize: layer {}: found an output of {} dimensions, expected "
                                "[N,C], [N,C,H,W] or [N,C,T,H,W]; choose another layer",
                                in_quotes(row.target.layer), layer.dim()));
      scores.push_back(at_place(responses(layer[place], row), row).to(at::kFloat));
    } else {
      at::Tensor value = logit(run, place, row.target.class_index);
      if (row.target.kind == Target::Kind::kContrast)
        value = value - logit(run, place, row.target.other_class_index);
      scores.push_back(value);
    }
  }
  return at::stack(scores);
}

std::string before_rectifier(const Model& model, const std::string& layer,
                             std::span<const at::Tensor> inputs) {
  const std::vector<LayerInfo> layers = model.layers();
  const auto at = std::find_if(layers.begin(), layers.end(),
                               [&](const LayerInfo& one) { return one.name == layer; });
  if (at == layers.end()) return layer;
  // What feeds it is run shortly before; a few layers back is far enough for branches that join.
  constexpr std::ptrdiff_t kFar = 4;
  RunOptions options;
  options.taps = {layer};
  options.stop_after = layer;
  const std::ptrdiff_t place = at - layers.begin();
  for (std::ptrdiff_t i = place - 1; i >= 0 && i >= place - kFar; --i) {
    const LayerInfo& candidate = layers[static_cast<std::size_t>(i)];
    if (candidate.shape == at->shape) options.taps.push_back(candidate.name);
  }
  const Run run = model.run(inputs, options);
  const at::Tensor after = run.activations.at(layer);
  if (after.numel() == 0 || after.min().item<double>() < 0) return layer;
  for (const std::string& name : options.taps) {
    const auto before = run.activations.find(name);
    if (before != run.activations.end() && is_rectified_by(before->second, after)) return name;
  }
  return layer;
}

double seen_voxels(const Model& model, const Objective& objective,
                   const std::array<std::int64_t, 3>& size) {
  const double all = static_cast<double>(size[0] * size[1] * size[2]);
  if (!is_of_layer(objective) || objective.place != Place::kCenter) return all;
  for (const LayerInfo& layer : model.layers()) {
    if (layer.name != objective.target.layer || !layer.receptive_field ||
        layer.receptive_field->is_global)
      continue;
    double seen = 1;
    for (std::size_t axis = 0; axis < 3; ++axis)
      seen *= static_cast<double>(std::min(layer.receptive_field->size[axis], size[axis]));
    return seen;
  }
  return all;
}

}  // namespace praxiscope::optima
