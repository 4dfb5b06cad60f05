// Grad-CAM++: positive gradients weighted cell by cell, so that several instances count alike.
#include "core/text.h"
#include "methods/support/layer_method.h"
#include "methods/support/weighted_sum.h"

#include <fmt/format.h>

namespace praxiscope::methods {
namespace {

constexpr OptionSpec kOptions[] = {
    {"counterfactual", "off", "on|off", "negate the gradient: what speaks against the target"},
};

/// methods.md F13, eq. 19 divided through by g^2: alpha_p = 1 / (2 + g_p sum_q A_q), which needs no
/// epsilon and is right for gradients of any size. exp(S), a factor common to all cells, is left
/// out. Only g > 0 has a weight, so the denominator is at least 2 wherever sum A >= 0; for layers
/// without a ReLU a negative sum counts as 0 (the paper has no answer for it).
at::Tensor map(const LayerEvidence& at, const std::string& layer, Progress& progress) {
  if (has_negative(at.activation)) {
    progress.warn(
        fmt::format("grad_cam_pp: layer {} has negative activations, and the formula "
                    "assumes a layer after a relu",
                    in_quotes(layer)));
  }
  const at::Tensor sums = at.activation.sum({2, 3, 4}, /*keepdim=*/true).clamp_min(0);
  const at::Tensor positive = at.gradient.clamp_min(0);
  const at::Tensor weights = (positive / (positive * sums).add_(2)).sum({2, 3, 4});
  return weighted_sum(weights, at.activation);
}

std::unique_ptr<Method> make(const Model&, const std::string& layer, const OptionValues& options) {
  LayerMethodSettings settings{.id = "grad_cam_pp",
                               .layer = layer,
                               .variant = variant_of(kOptions, options),
                               .is_counterfactual = options.text("counterfactual") == "on"};
  return make_layer_method(std::move(settings),
                           [layer](const LayerEvidence& evidence, Progress& progress) {
                             return map(evidence, layer, progress);
                           });
}

}  // namespace

extern const MethodInfo grad_cam_pp{
    .id = "grad_cam_pp",
    .title = "Grad-CAM++",
    .summary = "positive gradients weighted cell by cell",
    .source = "Chattopadhay et al., WACV 2018, eq. 19-20; over time, height and width",
    .is_signed = false,
    .is_layer_based = true,
    .options = kOptions,
    .make = &make,
};

}  // namespace praxiscope::methods
