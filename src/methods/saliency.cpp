// Saliency: how much the target moves with each element of the clip. The simplest room: copy it
// for a new method; the table, the command line, help and the conformance test find it by its name.
#include "methods/support/channels.h"
#include "methods/support/input_method.h"
#include "methods/support/layer_method.h"

namespace praxiscope::methods {
namespace {

/// Declared once; the command line, validation and help read it.
constexpr OptionSpec kOptions[] = {kValuesOption, kChannelsOption};

/// Ready to run; wrong combinations of options are refused here, before a video is read.
std::unique_ptr<Method> make(const Model&, const std::string&, const OptionValues& options) {
  const ChannelReduction reduce("saliency", options);
  InputMethodSettings settings{.id = "saliency",
                               .variant = variant_of(kOptions, options, {"values", "channels"}),
                               .is_signed = reduce.is_signed()};
  // methods.md F10: M = max_c |dS/dx|.
  return make_input_method(std::move(settings),
                           [reduce](const at::Tensor& gradient, const at::Tensor& /*clip*/) {
                             return reduce(gradient);
                           });
}

}  // namespace

/// The room's whole public face, named as the file.
extern const MethodInfo saliency{
    .id = "saliency",
    .title = "Saliency",
    .summary = "gradient of the target at every input element",
    .source = "Simonyan et al., ICLR workshop 2014, sec. 3.1; over time, height and width",
    .reading = "finds small changes that most move",
    .is_signed = false,
    .is_pixel_wise = true,
    .is_layer_based = false,
    .options = kOptions,
    .make = &make,
};

}  // namespace praxiscope::methods
