// See refined.h.
#include "methods/support/refined.h"

#include "methods/support/layer_view.h"
#include "methods/support/probes.h"
#include "methods/support/upsample.h"

#include "praxiscope/error.h"

#include <ATen/ATen.h>
#include <ATen/core/grad_mode.h>
#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <optional>

namespace praxiscope::methods {
namespace {

constexpr std::int64_t kAxes = 5;  ///< N, C, T, H, W

void add_once(std::vector<std::string>& list, const std::string& name) {
  if (std::find(list.begin(), list.end(), name) == list.end()) list.push_back(name);
}

/// Between 0 and 1, and what to multiply with to have the values back; 0 for a map of zeros.
std::pair<at::Tensor, double> shares_of(const at::Tensor& map) {
  const at::Tensor positive = map.to(at::kFloat).nan_to_num(0, 0, 0).clamp_min(0);
  const double most = positive.numel() > 0 ? positive.max().item<double>() : 0;
  return {most > 0 ? positive / most : positive, most};
}

class RefinedMethod final : public Method {
 public:
  RefinedMethod(std::string id, std::vector<std::unique_ptr<Method>> parts)
      : id_(std::move(id)), parts_(std::move(parts)) {}

  MethodNeeds needs() const override {
    MethodNeeds all = parts_.front()->needs();
    if (all.backward_rule != BackwardRule::kPlain) return all;  // see explain()
    for (const auto& part : parts_) {
      const MethodNeeds needs = part->needs();
      for (const std::string& tap : needs.taps) add_once(all.taps, tap);
      all.tap_gradients |= needs.tap_gradients;
      all.input_gradients |= needs.input_gradients;
      all.bias_gradients |= needs.bias_gradients;
    }
    return all;
  }

  std::vector<std::vector<std::vector<Attribution>>> explain(const MethodInput& input,
                                                             Progress& progress) const override {
    if (parts_.size() == 1)
      progress.warn(fmt::format("{}: no inner layer has more frames; refine changes nothing", id_));
    // LayerCAM is about derivatives: under another rule its parts have a forward of their own.
    const bool is_plain = parts_.front()->needs().backward_rule == BackwardRule::kPlain;
    std::optional<Run> own;
    if (!is_plain && parts_.size() > 1) own = plain_run(input);
    std::vector<std::vector<std::vector<std::vector<Attribution>>>> found;
    for (std::size_t i = 0; i < parts_.size(); ++i) {
      const bool is_own = own && i > 0;
      const MethodInput asked{
          .model = input.model,
          .run = is_own ? *own : input.run,
          .targets = input.targets,
          .seed = input.seed,
          .is_last_use = (is_own || input.is_last_use) && i + 1 == parts_.size(),
          .batch = input.batch};
      found.push_back(parts_[i]->explain(asked, progress));
    }
    auto results = std::move(found.front());
    for (std::size_t n = 0; n < results.size(); ++n) {
      for (std::size_t k = 0; k < results[n].size(); ++k) {
        for (Attribution& map : results[n][k]) {
          std::vector<const Attribution*> finer;
          for (std::size_t i = 1; i < found.size(); ++i) {
            for (const Attribution& other : found[i][n][k]) {
              if (other.input == map.input) finer.push_back(&other);
            }
          }
          fuse(map, finer);
        }
      }
    }
    return results;
  }

 private:
  Run plain_run(const MethodInput& input) const {
    RunOptions options;
    options.taps = unit_layers(input);
    options.tap_gradients = true;
    for (std::size_t i = 1; i < parts_.size(); ++i) {
      for (const std::string& tap : parts_[i]->needs().taps) add_once(options.taps, tap);
    }
    return input.model.run(input.run.inputs, options);
  }

  static void fuse(Attribution& map, const std::vector<const Attribution*>& finer) {
    const at::NoGradGuard no_recording;
    map.variant += map.variant.empty() ? "refine=on" : ",refine=on";
    if (finer.empty()) return;
    auto [product, most] = shares_of(map.volume);
    for (const Attribution* other : finer) product = product * shares_of(other->volume).first;
    const double root = 1.0 / (static_cast<double>(finer.size()) + 1);
    map.volume = product.pow(root) * most;
    map.is_signed = false;
    // As coarse as its parts: frames of the finest layer, cells of the layer itself.
    std::int64_t frames = map.coarse.size(0);
    for (const Attribution* other : finer) frames = std::max(frames, other->coarse.size(0));
    map.coarse = at::adaptive_avg_pool3d(map.volume.unsqueeze(0).unsqueeze(0),
                                         {frames, map.coarse.size(1), map.coarse.size(2)})[0][0];
  }

  std::string id_;
  std::vector<std::unique_ptr<Method>> parts_;
};

}  // namespace

std::vector<std::string> finer_layers(const Model& model, const std::string& layer) {
  const std::vector<LayerInfo> layers = model.layers();
  const auto own = std::find_if(layers.begin(), layers.end(),
                                [&](const LayerInfo& info) { return info.name == layer; });
  if (own == layers.end() || own->shape.size() != kAxes) return {};
  const Manifest& manifest = model.manifest();
  std::vector<std::string> names;
  for (const InputSpec& input : manifest.inputs) names.push_back(input.name);
  const auto streams = inputs_under(layer, manifest, names);
  const std::int64_t clip_frames = manifest.inputs.at(streams.front()).frames;
  std::map<std::int64_t, std::string> last;  // by frames
  for (auto info = layers.begin(); info != own; ++info) {
    if (info->shape.size() != kAxes) continue;
    const std::int64_t frames = info->shape[2];
    // More frames than the clip has are another axis: a layout that keeps channels elsewhere.
    if (frames <= own->shape[2] || frames > clip_frames) continue;
    if (inputs_under(info->name, manifest, names) == streams) last[frames] = info->name;
  }
  std::vector<std::string> finer;
  for (const auto& [frames, name] : last) finer.push_back(name);
  return finer;
}

std::unique_ptr<Method> make_refined(const MethodInfo& info, const Model& model,
                                     const std::string& layer, const OptionValues& options) {
  std::vector<std::unique_ptr<Method>> parts;
  parts.push_back(info.make(model, layer, options));
  const MethodInfo& inner = find_method("layer_cam");
  const OptionValues usual(inner.id, inner.options, {});
  for (const std::string& finer : finer_layers(model, layer))
    parts.push_back(inner.make(model, finer, usual));
  return std::make_unique<RefinedMethod>(std::string(info.id), std::move(parts));
}

}  // namespace praxiscope::methods
