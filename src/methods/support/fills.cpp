#include "methods/support/fills.h"

#include "praxiscope/error.h"

#include <ATen/CPUGeneratorImpl.h>

#include <algorithm>
#include <array>
#include <cmath>

namespace praxiscope::methods {
namespace {

constexpr std::array<std::pair<std::string_view, FillKind>, 8> kNames{
    {{"black", FillKind::kBlack},
     {"gray", FillKind::kGray},
     {"mean", FillKind::kMean},
     {"blur", FillKind::kBlur},
     {"noise", FillKind::kNoise},
     {"frozen", FillKind::kFrozen},
     {"shuffled", FillKind::kShuffled},
     {"reversed", FillKind::kReversed}}};

/// What the preparation makes of one byte value in every channel: [C,1,1,1].
at::Tensor prepared_byte(double byte, const InputSpec& spec, const at::Tensor& clips) {
  const Preparation& how = spec.preparation;
  const double value = how.range[0] + (how.range[1] - how.range[0]) * byte / 255;
  std::vector<double> channels;
  for (std::int64_t c = 0; c < clips.size(1); ++c) {
    const auto of = [c](const std::vector<double>& values) {
      return values.at(std::min<std::size_t>(static_cast<std::size_t>(c), values.size() - 1));
    };
    channels.push_back((value - of(how.mean)) / of(how.std));
  }
  return at::tensor(channels, clips.options()).view({-1, 1, 1, 1});
}

/// Gaussian blur along one axis of [M,H,W], edges repeated.
at::Tensor blur_along(const at::Tensor& pictures, std::int64_t axis, double sigma) {
  const auto radius = std::max<std::int64_t>(1, std::llround(3 * sigma));
  at::Tensor kernel = at::arange(-radius, radius + 1, pictures.options());
  kernel = (-(kernel * kernel) / (2 * sigma * sigma)).exp();
  kernel = kernel / kernel.sum();
  const at::Tensor lines = pictures.movedim(axis, -1).contiguous();
  const at::Tensor flat = lines.view({-1, 1, lines.size(-1)});
  const at::Tensor blurred =
      at::conv1d(at::replication_pad1d(flat, {radius, radius}), kernel.view({1, 1, -1}));
  return blurred.view_as(lines).movedim(-1, axis);
}

at::Tensor blur(const at::Tensor& clips) {
  const auto shorter = static_cast<double>(std::min(clips.size(3), clips.size(4)));
  const double sigma = 10.0 * shorter / 224.0;
  const at::Tensor pictures = clips.reshape({-1, clips.size(3), clips.size(4)});
  return blur_along(blur_along(pictures, 1, sigma), 2, sigma).reshape(clips.sizes());
}

at::Tensor noise(const at::Tensor& clips, std::uint64_t seed) {
  at::Generator generator = at::detail::createCPUGenerator(seed);
  // Drawn on the CPU, so that every device gets the same.
  const at::Tensor one =
      at::randn(clips.sizes().slice(1), generator, at::kFloat).to(clips.device());
  const at::Tensor mean = clips.mean({2, 3, 4}, /*keepdim=*/true);
  const at::Tensor spread = clips.std({2, 3, 4}, /*unbiased=*/false, /*keepdim=*/true);
  return mean + spread * one.to(clips.scalar_type());
}

at::Tensor shuffle(const at::Tensor& clips, std::uint64_t seed) {
  const std::int64_t frames = clips.size(2);
  at::Generator generator = at::detail::createCPUGenerator(seed);
  at::Tensor order = at::randperm(frames, generator, at::kLong);
  if (order.equal(at::arange(frames, at::kLong))) order = order.roll(1);
  return clips.index_select(2, order.to(clips.device()));
}

}  // namespace

FillKind find_fill(std::string_view name) {
  const auto* const found = std::find_if(kNames.begin(), kNames.end(),
                                         [&](const auto& each) { return each.first == name; });
  if (found == kNames.end())
    throw Error(ErrorKind::kInternal, "no fill named " + std::string(name));
  return found->second;
}

at::Tensor make_fill(FillKind kind, const at::Tensor& clips, const InputSpec& spec,
                     std::uint64_t seed) {
  // Flow is centred on no motion, so removing it means the middle of its range.
  const bool is_flow = spec.kind == InputKind::kFlow;
  const double nothing = is_flow ? 127.5 : 0;
  switch (kind) {
    case FillKind::kBlack:
      return prepared_byte(nothing, spec, clips).expand_as(clips);
    case FillKind::kGray:
      return prepared_byte(127.5, spec, clips).expand_as(clips);
    case FillKind::kMean:
      return clips.mean({2, 3, 4}, /*keepdim=*/true).expand_as(clips);
    case FillKind::kBlur:
      return blur(clips);
    case FillKind::kNoise:
      return noise(clips, seed);
    case FillKind::kFrozen:
      if (is_flow) return prepared_byte(nothing, spec, clips).expand_as(clips);
      return clips.narrow(2, 0, 1).expand_as(clips);
    case FillKind::kShuffled:
      return shuffle(clips, seed);
    case FillKind::kReversed:
      // Backwards, everything also goes the other way.
      if (is_flow) return 2 * prepared_byte(nothing, spec, clips) - clips.flip({2});
      return clips.flip({2});
  }
  throw Error(ErrorKind::kInternal, "unknown fill");
}

}  // namespace praxiscope::methods
