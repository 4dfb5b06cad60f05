// Deconvnet: an activation projected back to the clip through the transposed network.
//
// The network is walked backwards by autograd under the rule kDeconv, which is the deconvnet itself
// (methods.md F5), for
//   rectifiers         the signal is rectified, whatever the unit said: R' = max(R, 0)
//   convolutions       the gradient is the transposed kernel, flipped in every axis; strided and
//                      grouped ones give back exactly the size they came from
//   max pooling        the gradient places the signal at the switches: where the maximum was
//                      (where windows overlap, signals for the same place add)
//   batch norm         the gradient is the gain gamma/sigma, folded into the kernel before it
//   biases             drop out
//   residual sums      the signal goes to both branches, and what comes back is added
//   concatenation      is split
// Average pooling, which the paper has not, spreads the signal evenly.
//
// Zeiler and Fergus start with the activation a itself, here the signal starts with 1: their
// picture is this map times a, which Attribution::measures gives as "start activation".
#include "methods/support/channels.h"
#include "methods/support/input_method.h"
#include "methods/support/layer_method.h"

namespace praxiscope::methods {
namespace {

constexpr OptionSpec kOptions[] = {
    kValuesOption,
    kChannelsOption,
    {"start", "strongest", "strongest|mean",
     "of a unit without a position: its strongest activation, or the mean"},
};

std::unique_ptr<Method> make(const Model&, const std::string&, const OptionValues& options) {
  const ChannelReduction reduce("deconvnet", options);
  InputMethodSettings settings{
      .id = "deconvnet",
      .variant = variant_of(kOptions, options, {"values", "channels", "start"}),
      .is_signed = reduce.is_signed(),
      .rule = BackwardRule::kDeconv,
      .starts_at_strongest = options.text("start") == "strongest"};
  return make_input_method(
      std::move(settings),
      [reduce](const at::Tensor& signal, const at::Tensor& /*clip*/) { return reduce(signal); });
}

}  // namespace

extern const MethodInfo deconvnet{
    .id = "deconvnet",
    .title = "Deconvnet",
    .summary = "target projected back through the transposed network",
    .source =
        "Zeiler and Fergus, ECCV 2014, sec. 2.1, with 3D switches; needs ReLU: SiLU and GELU "
        "have no off side and stay plain",
    .reading = "finds patterns that, projected back, belong to",
    .is_signed = false,
    .is_pixel_wise = true,
    .is_layer_based = false,
    .options = kOptions,
    .make = &make,
};

}  // namespace praxiscope::methods
