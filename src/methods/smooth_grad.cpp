// SmoothGrad: saliency averaged over noisy copies of the clip, which leaves what the gradients have
// in common.
#include "methods/support/channels.h"
#include "methods/support/input_method.h"
#include "methods/support/layer_method.h"
#include "methods/support/mean_gradients.h"

#include "praxiscope/error.h"

#include <ATen/CPUGeneratorImpl.h>
#include <ATen/core/grad_mode.h>
#include <fmt/format.h>

#include <cmath>

namespace praxiscope::methods {
namespace {

constexpr OptionSpec kOptions[] = {
    kValuesOption,
    kChannelsOption,
    {"samples", "20", "int", "noisy copies of a clip, each a forward and a backward"},
    {"noise", "0.15", "float", "sigma of the noise, as a share of the clip's range of values"},
    {"squared", "off", "on|off", "mean of the squared gradients instead (SmoothGrad-Squared)"},
};

class SmoothGrad : public Method {
 public:
  SmoothGrad(InputMethodSettings settings, ChannelReduction reduce, const OptionValues& options)
      : settings_(std::move(settings)),
        reduce_(std::move(reduce)),
        samples_(options.integer("samples")),
        noise_(options.number("noise")),
        is_squared_(options.text("squared") == "on") {}

  MethodNeeds needs() const override { return {}; }  // it makes its own forwards
  MethodResults explain(const MethodInput& input, Progress& progress) const override;

 private:
  InputMethodSettings settings_;
  ChannelReduction reduce_;
  std::int64_t samples_;
  double noise_;
  bool is_squared_;
};

/// max - min over each clip, [N,1,1,1,1].
at::Tensor range_of(const at::Tensor& clips) {
  return clips.amax({1, 2, 3, 4}, /*keepdim=*/true) - clips.amin({1, 2, 3, 4}, /*keepdim=*/true);
}

MethodResults SmoothGrad::explain(const MethodInput& input, Progress& progress) const {
  const at::NoGradGuard no_recording;
  MethodResults results = empty_results(input);
  at::Generator generator = at::detail::createCPUGenerator(input.seed);
  const auto noisy = [&](std::int64_t /*index*/) {
    std::vector<at::Tensor> copy;
    for (const at::Tensor& clips : input.run.inputs) {
      // The same for every clip, so that the answer does not depend on the batch; drawn on the CPU,
      // so that every device gets the same.
      const at::Tensor noise = at::randn(clips.sizes().slice(1), generator, at::kFloat);
      copy.push_back(clips + noise.to(clips.device()) * (range_of(clips) * noise_));
    }
    return copy;
  };
  const auto gradients = mean_gradients(input, samples_, noisy, is_squared_, progress);
  for (std::size_t k = 0; k < gradients.size(); ++k) {
    for (std::size_t i = 0; i < gradients[k].size(); ++i)
      add_input_maps(settings_, input, k, i, reduce_(gradients[k][i]), results);
  }
  return results;
}

void check(const OptionValues& options) {
  const auto refuse = [](const std::string& what) {
    throw Error(ErrorKind::kUsage, "smooth_grad: option " + what);
  };
  if (options.integer("samples") < 1)
    refuse(fmt::format("samples: found {}, expected at least 1", options.text("samples")));
  const double noise = options.number("noise");
  if (!std::isfinite(noise) || noise < 0)
    refuse(fmt::format("noise: found {}, expected a share of at least 0, as in noise=0.15",
                       options.text("noise")));
  if (options.text("squared") == "on" && options.text("values") == "signed")
    refuse("values: found \"signed\" with squared=on, expected absolute; a square has no sign");
}

std::unique_ptr<Method> make(const Model&, const std::string&, const OptionValues& options) {
  check(options);
  ChannelReduction reduce("smooth_grad", options);
  InputMethodSettings settings{
      .id = "smooth_grad",
      .variant = variant_of(kOptions, options, {"values", "channels", "samples", "noise"}),
      .is_signed = reduce.is_signed()};
  return std::make_unique<SmoothGrad>(std::move(settings), std::move(reduce), options);
}

}  // namespace

extern const MethodInfo smooth_grad{
    .id = "smooth_grad",
    .title = "SmoothGrad",
    .summary = "gradients averaged over noisy copies of the clip",
    .source = "Smilkov et al., arXiv:1706.03825; squared: Hooker et al., NeurIPS 2019",
    .reading = "finds, on average over noise, small changes that most move",
    .is_signed = false,
    .is_pixel_wise = true,
    .is_layer_based = false,
    .options = kOptions,
    .make = &make,
};

}  // namespace praxiscope::methods
