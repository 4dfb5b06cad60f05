// Grad-CAM: channels weighted by their mean gradient, over the whole volume or frame by frame.
#include "methods/support/layer_method.h"
#include "methods/support/weighted_sum.h"

namespace praxiscope::methods {
namespace {

constexpr OptionSpec kOptions[] = {
    {"weights", "volume", "volume|per_frame",
     "one weight a channel, or one for each frame of the layer"},
    {"relu", "on", "on|off", "keep only evidence for the target; off: signed"},
    {"counterfactual", "off", "on|off", "negate the gradient: what speaks against the target"},
};

/// methods.md F12a: alpha_k = mean_p g_p.
at::Tensor volume_map(const LayerEvidence& at, Progress&) {
  return weighted_sum(at.gradient.mean({2, 3, 4}), at.activation);
}

/// F12b: alpha_{k,t} = mean_ij g_tij. Layers have few frames, so one product for each.
at::Tensor per_frame_map(const LayerEvidence& at, Progress&) {
  const at::Tensor weights = at.gradient.mean({3, 4});  // [N,C,T']
  std::vector<at::Tensor> frames;
  for (std::int64_t t = 0; t < weights.size(2); ++t) {
    frames.push_back(weighted_sum(weights.select(2, t), at.activation.narrow(2, t, 1)));
  }
  return at::cat(frames, 1);
}

std::unique_ptr<Method> make(const Model&, const std::string& layer, const OptionValues& options) {
  LayerMethodSettings settings{.id = "grad_cam",
                               .layer = layer,
                               .variant = variant_of(kOptions, options, {"weights"}),
                               .relu = options.text("relu") == "on",
                               .is_counterfactual = options.text("counterfactual") == "on"};
  return make_layer_method(std::move(settings),
                           options.text("weights") == "volume" ? &volume_map : &per_frame_map);
}

}  // namespace

extern const MethodInfo grad_cam{
    .id = "grad_cam",
    .title = "Grad-CAM",
    .summary = "channels weighted by their mean gradient",
    .source = "Selvaraju et al., ICCV 2017, eq. 1-2; over time, height and width",
    .is_signed = false,
    .is_layer_based = true,
    .options = kOptions,
    .make = &make,
};

}  // namespace praxiscope::methods
