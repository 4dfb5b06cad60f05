// LayerCAM: every cell weighted by its own positive gradient; sharp at early layers too.
#include "methods/support/layer_method.h"

namespace praxiscope::methods {
namespace {

constexpr OptionSpec kOptions[] = {
    {"counterfactual", "off", "on|off", "negate the gradient: what speaks against the target"},
};

at::Tensor map(const LayerEvidence& at, Progress&) {
  return at.gradient.clamp_min(0).mul_(at.activation).sum(1);
}

std::unique_ptr<Method> make(const Model&, const std::string& layer, const OptionValues& options) {
  return make_layer_method({.id = "layer_cam",
                            .layer = layer,
                            .variant = variant_of(kOptions, options),
                            .is_counterfactual = options.text("counterfactual") == "on"},
                           &map);
}

}  // namespace

extern const MethodInfo layer_cam{
    .id = "layer_cam",
    .title = "LayerCAM",
    .summary = "each cell weighted by its positive gradient",
    .source = "Jiang et al., IEEE TIP 2021; over time, height and width",
    .is_signed = false,
    .is_layer_based = true,
    .options = kOptions,
    .make = &make,
};

}  // namespace praxiscope::methods
