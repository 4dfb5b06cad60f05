// See stream.h.
#include "optima/stream.h"

#include "core/text.h"

#include "praxiscope/error.h"

#include <ATen/ATen.h>
#include <fmt/format.h>

namespace praxiscope::optima {

std::int64_t Stream::channels() const { return gain.size(0); }

Stream make_stream(const InputSpec& spec, const std::array<std::int64_t, 3>& size) {
  const Preparation& preparation = spec.preparation;
  const double half = (preparation.range[1] - preparation.range[0]) / 2;
  const double middle = (preparation.range[1] + preparation.range[0]) / 2;
  const std::size_t channels = spec.kind == InputKind::kFlow ? 2 : 3;
  Stream stream{.name = spec.name,
                .kind = spec.kind,
                .is_bgr = preparation.bgr,
                .size = size,
                .gain = {},
                .shift = {}};
  std::vector<double> gain, shift;
  for (std::size_t c = 0; c < channels; ++c) {
    const double deviation = c < preparation.std.size() ? preparation.std[c] : 1;
    const double mean = c < preparation.mean.size() ? preparation.mean[c] : 0;
    if (deviation == 0 || half == 0)
      throw Error(ErrorKind::kModel,
                  fmt::format("input {}: found a range or standard deviation of 0, expected "
                              "another: nothing can be optimized there",
                              in_quotes(spec.name)));
    gain.push_back(half / deviation);
    shift.push_back((middle - mean) / deviation);
  }
  const auto as_tensor = [](const std::vector<double>& values) {
    return at::tensor(values, at::kDouble).to(at::kFloat).reshape({-1, 1, 1, 1});
  };
  stream.gain = as_tensor(gain);
  stream.shift = as_tensor(shift);
  return stream;
}

at::Tensor network_input(const Stream& stream, const at::Tensor& pictures) {
  return pictures * stream.gain.to(pictures.device()) + stream.shift.to(pictures.device());
}

at::Tensor centred(const Stream& stream, const at::Tensor& input) {
  return (input - stream.shift.to(input.device())) / stream.gain.to(input.device());
}

at::Tensor within_range(const Stream& stream, const at::Tensor& pictures, double bound) {
  if (stream.kind == InputKind::kRgb) return pictures.clamp(-bound, bound);
  const at::Tensor length = pictures.square().sum(-4, /*keepdim=*/true).sqrt();
  return pictures * (bound / length.clamp_min(bound));
}

}  // namespace praxiscope::optima
