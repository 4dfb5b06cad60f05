// One backward per target over the whole batch, from the target down to the layer and no further.
#include "methods/support/layer_method.h"

#include "core/text.h"
#include "methods/support/layer_view.h"
#include "methods/support/target_score.h"
#include "methods/support/upsample.h"

#include "praxiscope/error.h"

#include <ATen/core/grad_mode.h>
#include <fmt/format.h>

#include <set>

namespace praxiscope::methods {
namespace {

class LayerMethod : public Method {
 public:
  LayerMethod(LayerMethodSettings settings, LayerMap map)
      : settings_(std::move(settings)), map_(std::move(map)) {}

  MethodNeeds needs() const override {
    return {.taps = {settings_.layer},
            .tap_gradients = settings_.uses_gradient,
            .backward_rule = settings_.rule};
  }

  std::vector<std::vector<std::vector<Attribution>>> explain(const MethodInput& input,
                                                             Progress& progress) const override;

 private:
  const at::Tensor& tap_of(const Run& run) const;
  at::Tensor gradient_of(const MethodInput& input, const at::Tensor& scores, std::size_t k,
                         Progress& progress) const;
  void warn_of_zeros(const MethodInput& input, std::size_t k, const at::Tensor& gradient,
                     Progress& progress) const;
  at::Tensor coarse_map(LayerEvidence evidence, Progress& progress) const;
  Attribution attribution(const MethodInput& input, std::size_t k, std::size_t clip,
                          const LayerView& view) const;

  LayerMethodSettings settings_;
  LayerMap map_;
};

const at::Tensor& LayerMethod::tap_of(const Run& run) const {
  const auto found = run.activations.find(settings_.layer);
  if (found == run.activations.end()) {
    throw Error(ErrorKind::kInternal, fmt::format("{}: the run did not keep layer {}", settings_.id,
                                                  in_quotes(settings_.layer)));
  }
  return found->second;
}

at::Tensor LayerMethod::gradient_of(const MethodInput& input, const at::Tensor& scores,
                                    std::size_t k, Progress& progress) const {
  const std::span<const std::string> of(&settings_.layer, 1);
  if (settings_.signal) return settings_.signal(input, k, of, progress).front();
  return target_gradients(input, scores, k, of).front();
}

/// Of the clips whose target `k` has no gradient at the layer; `gradient` [N,C,T',H',W'].
void LayerMethod::warn_of_zeros(const MethodInput& input, std::size_t k, const at::Tensor& gradient,
                                Progress& progress) const {
  const at::Tensor has_any = gradient.ne(0).flatten(1).any(1).to(at::kCPU);
  std::set<std::string> targets;
  for (std::size_t n = 0; n < input.targets.size(); ++n) {
    if (!has_any[static_cast<std::int64_t>(n)].item<bool>())
      targets.insert(describe(input.targets[n][k], input.model.labels()));
  }
  for (const std::string& target : targets)
    progress.warn(fmt::format("{}: {} does not depend on layer {}; its map is 0 everywhere",
                              settings_.id, in_quotes(target), in_quotes(settings_.layer)));
}

at::Tensor LayerMethod::coarse_map(LayerEvidence evidence, Progress& progress) const {
  const at::NoGradGuard no_recording;
  if (evidence.gradient.defined()) evidence.gradient = evidence.gradient.to(at::kFloat);
  if (settings_.is_counterfactual) evidence.gradient = -evidence.gradient;
  at::Tensor coarse = map_(evidence, progress);
  if (settings_.relu) coarse = coarse.clamp_min(0);
  if (!at::isfinite(coarse).all().item<bool>()) {
    progress.warn(
        fmt::format("{}: layer {} gives values that are not finite; they are kept in files and "
                    "have no colour in pictures",
                    settings_.id, in_quotes(settings_.layer)));
  }
  return coarse;
}

Attribution LayerMethod::attribution(const MethodInput& input, std::size_t k, std::size_t clip,
                                     const LayerView& view) const {
  Attribution result;
  result.method = settings_.id;
  result.variant = settings_.variant;
  if (view.has_channels_last()) {
    result.variant += result.variant.empty() ? "layout=NTHWC" : ",layout=NTHWC";
  }
  result.layer = settings_.layer;
  result.target = input.targets[clip][k];
  result.is_signed = !settings_.relu;
  return result;
}

std::vector<std::vector<std::vector<Attribution>>> LayerMethod::explain(const MethodInput& input,
                                                                        Progress& progress) const {
  const std::size_t targets = targets_per_clip(input);
  const std::size_t clips = input.targets.size();
  std::vector<std::vector<std::vector<Attribution>>> results(
      clips, std::vector<std::vector<Attribution>>(targets));
  if (targets == 0 || clips == 0) return results;

  const Run& run = input.run;
  const at::Tensor& tap = tap_of(run);
  const std::vector<std::size_t> inputs =
      inputs_under(settings_.layer, input.model.manifest(), run.input_names);
  const LayerView view(settings_.id, settings_.layer, tap, run.inputs[inputs.front()]);
  const at::Tensor activation = view(tap.detach()).to(at::kFloat);  // no copy when f32 already

  at::Tensor coarse;
  for (std::size_t k = 0; k < targets; ++k) {
    progress.check_cancelled();
    const at::Tensor scores = target_scores(input, k);
    if (settings_.uses_gradient || k == 0) {
      at::Tensor gradient;
      if (settings_.uses_gradient) {
        gradient = view(gradient_of(input, scores, k, progress));
        warn_of_zeros(input, k, gradient, progress);
      }
      coarse = coarse_map({activation, gradient, scores, tap}, progress);
    }
    for (const std::size_t i : inputs) {
      const at::Tensor& clip = run.inputs[i];
      const at::Tensor volume = upsample(coarse, clip.size(2), clip.size(3), clip.size(4));
      for (std::size_t n = 0; n < clips; ++n) {
        Attribution result = attribution(input, k, n, view);
        result.input = run.input_names[i];
        result.coarse = coarse.select(0, static_cast<std::int64_t>(n));
        result.volume = volume.select(0, static_cast<std::int64_t>(n));
        results[n][k].push_back(std::move(result));
      }
    }
  }
  return results;
}

}  // namespace

std::unique_ptr<Method> make_layer_method(LayerMethodSettings settings, LayerMap map) {
  return std::make_unique<LayerMethod>(std::move(settings), std::move(map));
}

std::string variant_of(std::span<const OptionSpec> specs, const OptionValues& options,
                       std::initializer_list<std::string_view> always) {
  std::string variant;
  for (const OptionSpec& spec : specs) {
    const std::string& value = options.text(spec.name);
    const bool is_told = std::find(always.begin(), always.end(), spec.name) != always.end();
    if (!is_told && value == spec.default_value) continue;
    variant += fmt::format("{}{}={}", variant.empty() ? "" : ",", spec.name, value);
  }
  return variant;
}

}  // namespace praxiscope::methods
