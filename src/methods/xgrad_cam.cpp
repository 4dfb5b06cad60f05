// XGrad-CAM: channels weighted by their gradient where they are active.
#include "core/text.h"
#include "methods/support/layer_method.h"
#include "methods/support/weighted_sum.h"

#include <fmt/format.h>

namespace praxiscope::methods {
namespace {

constexpr OptionSpec kOptions[] = {
    {"relu", "on", "on|off", "keep only evidence for the target; off: signed, sums to the score"},
    {"counterfactual", "off", "on|off", "negate the gradient: what speaks against the target"},
};

/// Below this share of sum |A| the sum of A has cancelled out and says nothing.
constexpr double kCancelled = 1e-3;

/// alpha_k = sum_p A_p g_p / sum_q A_q, so that the map sums to sum A g. A channel that is 0
/// everywhere, or (only without a ReLU before) whose sum cancels, has no such weight and gets 0.
at::Tensor map(const LayerEvidence& at, const std::string& layer, Progress& progress) {
  const at::Tensor sums = at.activation.sum({2, 3, 4});
  at::Tensor sizes = sums;
  if (has_negative(at.activation)) {
    progress.warn(
        fmt::format("xgrad_cam: layer {} has negative activations, and the formula "
                    "assumes a layer after a relu",
                    in_quotes(layer)));
    sizes = at.activation.abs().sum({2, 3, 4});
  }
  const at::Tensor has_weight = (sums.abs() > sizes * kCancelled);
  const at::Tensor products = (at.activation * at.gradient).sum({2, 3, 4});
  const at::Tensor weights = at::where(has_weight, products / sums, at::zeros_like(sums));
  return weighted_sum(weights, at.activation);
}

std::unique_ptr<Method> make(const Model&, const std::string& layer, const OptionValues& options) {
  LayerMethodSettings settings{.id = "xgrad_cam",
                               .layer = layer,
                               .variant = variant_of(kOptions, options),
                               .relu = options.text("relu") == "on",
                               .is_counterfactual = options.text("counterfactual") == "on"};
  return make_layer_method(std::move(settings),
                           [layer](const LayerEvidence& evidence, Progress& progress) {
                             return map(evidence, layer, progress);
                           });
}

}  // namespace

extern const MethodInfo xgrad_cam{
    .id = "xgrad_cam",
    .title = "XGrad-CAM",
    .summary = "channels weighted by their gradient where active",
    .source = "Fu et al., BMVC 2020; over time, height and width",
    .is_signed = false,
    .is_layer_based = true,
    .options = kOptions,
    .make = &make,
};

}  // namespace praxiscope::methods
