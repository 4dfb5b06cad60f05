// Guided backpropagation: the gradient, going back only through units that are on and only where it
// is positive.
#include "methods/support/channels.h"
#include "methods/support/input_method.h"
#include "methods/support/layer_method.h"

namespace praxiscope::methods {
namespace {

constexpr OptionSpec kOptions[] = {kValuesOption, kChannelsOption};

/// methods.md F5: R' = 1[f>0] 1[R>0] R at every rectifier, whether a module, a function or an
/// operator in place; which operators count and what happens at SiLU and GELU: rectifiers.h.
std::unique_ptr<Method> make(const Model&, const std::string&, const OptionValues& options) {
  const ChannelReduction reduce("guided_backprop", options);
  InputMethodSettings settings{.id = "guided_backprop",
                               .variant = variant_of(kOptions, options, {"values", "channels"}),
                               .is_signed = reduce.is_signed(),
                               .rule = BackwardRule::kGuided};
  return make_input_method(std::move(settings),
                           [reduce](const at::Tensor& gradient, const at::Tensor& /*clip*/) {
                             return reduce(gradient);
                           });
}

}  // namespace

extern const MethodInfo guided_backprop{
    .id = "guided_backprop",
    .title = "Guided backprop",
    .summary = "gradient through active units, positive parts only",
    .source =
        "Springenberg et al., ICLR workshop 2015; needs ReLU: SiLU and GELU have no "
        "off side and stay plain",
    .reading = "finds patterns that excite units on the way to",
    .is_signed = false,
    .is_pixel_wise = true,
    .is_layer_based = false,
    .options = kOptions,
    .make = &make,
};

}  // namespace praxiscope::methods
