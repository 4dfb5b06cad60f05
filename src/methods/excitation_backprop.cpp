// Excitation backprop: the probability that a unit is among the winners whose excitation made the
// target, handed down from layer to layer.
#include "methods/support/input_method.h"
#include "methods/support/layer_method.h"
#include "methods/support/layer_view.h"
#include "methods/support/rule_check.h"
#include "methods/support/target_score.h"

#include <ATen/core/grad_mode.h>

#include <algorithm>

namespace praxiscope::methods {
namespace {

constexpr OptionSpec kOptions[] = {
    {"contrast", "none", "none|class",
     "class: minus the map of the dual target, whose weights are negated"},
    {"at", "layer", "layer|input", "where probabilities are read; input: of the layer's clips"},
    {"relu", "on", "on|off", "keep only evidence for the target; off: signed"},
};

std::vector<at::Tensor> values_of(const Run& run, std::span<const std::string> names) {
  std::vector<at::Tensor> values;
  for (const std::string& name : names) {
    const auto tap = run.activations.find(name);
    if (tap != run.activations.end()) values.push_back(tap->second);
  }
  return values.empty() ? run.inputs : values;
}

/// P at the tensors named in `of` for the k-th target.
///
/// Of a class it starts as 1 at the logit; of A - B as 1 at A and -1 at B, which is the difference
/// of two maps; of a unit without a position it is shared among its positions by their activations.
/// is_contrastive: minus what the dual unit gives: the target with the weights of the operators
/// nearest to it negated (for a class, those of the last linear layer or of the convolution that
/// stands for it). All below hand down linearly, so this is the paper's difference at the layer
/// under the classifier, handed down.
std::vector<at::Tensor> probabilities_of(const MethodInput& input, std::size_t k,
                                         std::span<const std::string> of, Progress& progress,
                                         bool is_contrastive) {
  const at::AutoGradMode recording(true);
  const at::Tensor score = target_scores(input, k, UnitMean::kByActivation).sum();
  check_excitation("excitation_backprop", score, values_of(input.run, of), progress);
  if (!is_contrastive) return target_gradients(input, score, k, of);
  std::vector<at::Tensor> signal = input.run.gradients(score, of, /*keep=*/true);
  const bool is_last = input.is_last_use && k + 1 == input.targets.front().size();
  const std::vector<at::Tensor> dual = input.run.dual_gradients(score, of, /*keep=*/!is_last);
  for (std::size_t i = 0; i < signal.size(); ++i) signal[i] = signal[i] - dual[i];
  return signal;
}

/// Maps at the inputs under the layer; the others are dropped.
class AtInput : public Method {
 public:
  AtInput(std::unique_ptr<Method> inputs, std::string layer)
      : inputs_(std::move(inputs)), layer_(std::move(layer)) {}

  MethodNeeds needs() const override { return inputs_->needs(); }
  MethodResults explain(const MethodInput& input, Progress& progress) const override {
    MethodResults results = inputs_->explain(input, progress);
    const std::vector<std::string>& names = input.run.input_names;
    const std::vector<std::size_t> under = inputs_under(layer_, input.model.manifest(), names);
    const auto is_beside = [&](const Attribution& map) {
      return std::none_of(under.begin(), under.end(),
                          [&](std::size_t i) { return names[i] == map.input; });
    };
    for (auto& clip : results) {
      for (std::vector<Attribution>& maps : clip) std::erase_if(maps, is_beside);
    }
    return results;
  }

 private:
  std::unique_ptr<Method> inputs_;
  std::string layer_;
};

/// M = sum_c P(a_c), as the paper reads it; where P can be negative its positive part.
std::unique_ptr<Method> make(const Model&, const std::string& layer, const OptionValues& options) {
  const bool is_contrastive = options.text("contrast") == "class";
  const bool keeps_positive = options.text("relu") == "on";
  const Signal signal = [is_contrastive](const MethodInput& input, std::size_t k,
                                         std::span<const std::string> of, Progress& progress) {
    return probabilities_of(input, k, of, progress, is_contrastive);
  };
  const std::string variant = variant_of(kOptions, options, {"contrast"});
  if (options.text("at") == "layer") {
    return make_layer_method({.id = "excitation_backprop",
                              .layer = layer,
                              .variant = variant,
                              .relu = keeps_positive,
                              .rule = BackwardRule::kExcitation,
                              .signal = signal},
                             [](const LayerEvidence& at, Progress&) { return at.gradient.sum(1); });
  }
  InputMethodSettings settings{.id = "excitation_backprop",
                               .variant = variant,
                               .is_signed = !keeps_positive,
                               .rule = BackwardRule::kExcitation,
                               .signal = signal};
  return std::make_unique<AtInput>(
      make_input_method(std::move(settings),
                        [keeps_positive](const at::Tensor& signal_at, const at::Tensor&) {
                          const at::Tensor sum = signal_at.to(at::kFloat).sum(1);
                          return keeps_positive ? sum.clamp_min(0) : sum;
                        }),
      layer);
}

}  // namespace

extern const MethodInfo excitation_backprop{
    .id = "excitation_backprop",
    .title = "Excitation backprop",
    .summary = "probability of units to have excited the target",
    .source =
        "Zhang et al., ECCV 2016, sec. 3.2, with contrast=class: sec. 3.3; over time, height and "
        "width; "
        "needs ReLU: at SiLU and GELU inputs count by the sign of input times weight",
    .reading = "finds what excites units on the way to",
    .is_signed = false,
    .is_layer_based = true,
    .options = kOptions,
    .make = &make,
};

}  // namespace praxiscope::methods
