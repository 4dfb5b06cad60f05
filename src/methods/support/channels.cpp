// See channels.h.
#include "methods/support/channels.h"

#include "praxiscope/error.h"

#include <fmt/format.h>

namespace praxiscope::methods {

at::Tensor strongest_channel(const at::Tensor& values) {
  return values.gather(1, values.abs().argmax(1, /*keepdim=*/true)).squeeze(1);
}

ChannelReduction::ChannelReduction(std::string_view method, const OptionValues& options)
    : is_signed_(options.text("values") == "signed"), channels_(options.text("channels")) {
  if (is_signed_ && channels_ == "l2") {
    throw Error(
        ErrorKind::kUsage,
        fmt::format("{}: option channels: found \"l2\" with values=signed, expected max, mean or "
                    "sum; a length has no sign",
                    method));
  }
}

at::Tensor ChannelReduction::operator()(const at::Tensor& gradient) const {
  if (is_signed_ && channels_ == "max") return strongest_channel(gradient.to(at::kFloat));
  const at::Tensor values = is_signed_ ? gradient.to(at::kFloat) : gradient.to(at::kFloat).abs();
  if (channels_ == "max") return values.amax(1);
  if (channels_ == "mean") return values.mean(1);
  if (channels_ == "sum") return values.sum(1);
  return values.norm(2, 1);
}

}  // namespace praxiscope::methods
