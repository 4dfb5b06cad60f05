// Guided Grad-CAM: where Grad-CAM finds evidence, the fine patterns of guided backpropagation.
#include "methods/support/channels.h"
#include "methods/support/input_method.h"
#include "methods/support/layer_method.h"
#include "methods/support/probes.h"

#include <algorithm>

namespace praxiscope::methods {
namespace {

constexpr OptionSpec kOptions[] = {
    {"cam", "grad_cam", "grad_cam|grad_cam_pp", "the map that is multiplied in"},
    {"values", "absolute", "absolute|signed",
     "size of the pattern, or with the sign of its strongest colour"},
};

class GuidedGradCam : public Method {
 public:
  GuidedGradCam(std::unique_ptr<Method> cam, bool is_signed, std::string variant)
      : cam_(std::move(cam)),
        guided_(make_input_method({.id = "guided_grad_cam",
                                   .variant = "",
                                   .is_signed = is_signed,
                                   .rule = BackwardRule::kGuided},
                                  [is_signed](const at::Tensor& gradient, const at::Tensor&) {
                                    const at::Tensor values =
                                        strongest_channel(gradient.to(at::kFloat));
                                    return is_signed ? values : values.abs();
                                  })),
        is_signed_(is_signed),
        variant_(std::move(variant)) {}

  /// The CAM's: it shares the forward of plain gradients, and the guided one is made here.
  MethodNeeds needs() const override { return cam_->needs(); }
  MethodResults explain(const MethodInput& input, Progress& progress) const override;

 private:
  MethodResults guided_maps(const MethodInput& input, Progress& progress) const;

  std::unique_ptr<Method> cam_;
  std::unique_ptr<Method> guided_;
  bool is_signed_;
  std::string variant_;
};

MethodResults GuidedGradCam::guided_maps(const MethodInput& input, Progress& progress) const {
  RunOptions options;
  options.taps = unit_layers(input);
  options.input_gradients = true;
  options.backward_rule = BackwardRule::kGuided;
  const Run run = input.model.run(input.run.inputs, options);
  const MethodInput guided{.model = input.model, .run = run, .targets = input.targets};
  return guided_->explain(guided, progress);
}

/// M = CAM, interpolated to the clip, times the strongest channel of guided backpropagation. Its
/// sign tells lighter from darker, not for from against, so it is left out unless asked for. The
/// CAM lies on the inputs under its layer, and so does the product.
MethodResults GuidedGradCam::explain(const MethodInput& input, Progress& progress) const {
  MethodResults results = cam_->explain(input, progress);
  const MethodResults guided = guided_maps(input, progress);
  for (std::size_t n = 0; n < results.size(); ++n) {
    for (std::size_t k = 0; k < results[n].size(); ++k) {
      for (Attribution& map : results[n][k]) {
        const auto fine = std::find_if(guided[n][k].begin(), guided[n][k].end(),
                                       [&](const Attribution& g) { return g.input == map.input; });
        map.method = "guided_grad_cam";
        const bool is_turned = map.variant.ends_with("layout=NTHWC");
        map.variant = is_turned ? variant_ + ",layout=NTHWC" : variant_;
        map.is_signed = is_signed_;
        map.coarse = map.volume = map.volume * fine->volume;  // a map of the clip's own cells
      }
    }
  }
  return results;
}

std::unique_ptr<Method> make(const Model& model, const std::string& layer,
                             const OptionValues& options) {
  const MethodInfo& cam = find_method(options.text("cam"));
  return std::make_unique<GuidedGradCam>(
      cam.make(model, layer, OptionValues(cam.id, cam.options, {})),
      options.text("values") == "signed", variant_of(kOptions, options, {"cam", "values"}));
}

}  // namespace

extern const MethodInfo guided_grad_cam{
    .id = "guided_grad_cam",
    .title = "Guided Grad-CAM",
    .summary = "Grad-CAM times guided backpropagation, pixel by pixel",
    .source =
        "Selvaraju et al., ICCV 2017, sec. 3.2; with cam=grad_cam_pp: Chattopadhay et al., "
        "WACV 2018; over time, height and width",
    .reading = "finds fine patterns in favour of",
    .is_signed = false,
    .is_pixel_wise = true,
    .is_layer_based = true,
    .options = kOptions,
    .make = &make,
};

}  // namespace praxiscope::methods
