// HiResCAM: gradient times activation cell by cell: only cells that the network used.
#include "methods/support/layer_method.h"

namespace praxiscope::methods {
namespace {

constexpr OptionSpec kOptions[] = {
    {"relu", "off", "on|off", "keep only evidence for the target; off: signed, sums to the score"},
    {"counterfactual", "off", "on|off", "negate the gradient: what speaks against the target"},
};

at::Tensor map(const LayerEvidence& at, Progress&) { return (at.gradient * at.activation).sum(1); }

std::unique_ptr<Method> make(const Model&, const std::string& layer, const OptionValues& options) {
  return make_layer_method({.id = "hires_cam",
                            .layer = layer,
                            .variant = variant_of(kOptions, options),
                            .relu = options.text("relu") == "on",
                            .is_counterfactual = options.text("counterfactual") == "on"},
                           &map);
}

}  // namespace

extern const MethodInfo hires_cam{
    .id = "hires_cam",
    .title = "HiResCAM",
    .summary = "gradient times activation, cell by cell",
    .source = "Draelos and Carin, arXiv:2011.08891, sec. 3; over time, height and width",
    .reading = "finds evidence for and against",
    .is_signed = true,
    .is_layer_based = true,
    .options = kOptions,
    .make = &make,
};

}  // namespace praxiscope::methods
