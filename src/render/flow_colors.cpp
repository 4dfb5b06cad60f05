// See flow_colors.h.
#include "render/flow_colors.h"

#include "core/text.h"
#include "render/colormaps.h"
#include "render/overlay.h"

#include "praxiscope/error.h"

#include <ATen/ATen.h>
#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <numbers>

namespace praxiscope {
namespace {

/// sRGB of a direction whose strength is 0 (light gray) to 1, in OKLab.
Rgb wheel_color(double right, double down, double strength) {
  const double angle = std::atan2(down, right) + 0.5;  // 0.5 rad: OKLab's hue of red
  const double s = std::clamp(strength, 0.0, 1.0);
  constexpr double kGround = 0.96, kEnd = 0.66, kChroma = 0.17;
  return srgb_from_oklab(
      {std::lerp(kGround, kEnd, s), kChroma * s * std::cos(angle), kChroma * s * std::sin(angle)});
}

Rgb triple_color(double right, double down, double strength) {
  const auto byte = [](double share) {
    return static_cast<std::uint8_t>(std::lround(255 * std::clamp(share, 0.0, 1.0)));
  };
  return {byte(0.5 + right / 2), byte(0.5 + down / 2), byte(strength)};
}

/// Bytes [..,3] nearer to their own gray.
at::Tensor paler(const at::Tensor& bytes) {
  constexpr double kLeft = 0.55;  // of the colour
  const at::Tensor colors = bytes.to(at::kFloat);
  const at::Tensor gray = colors.mean(-1, /*keepdim=*/true);
  return gray + kLeft * (colors - gray);
}

/// Gray, and nearer to black: there the stream sees nothing.
void subdue(Picture& picture) {
  for (std::size_t i = 0; i + 2 < picture.rgb.size(); i += 3) {
    const double luma =
        0.299 * picture.rgb[i] + 0.587 * picture.rgb[i + 1] + 0.114 * picture.rgb[i + 2];
    std::fill_n(picture.rgb.begin() + static_cast<std::ptrdiff_t>(i), 3,
                static_cast<std::uint8_t>(luma * 0.35));
  }
}

}  // namespace

FlowColors parse_flow_colors(const std::string& text) {
  if (text == "wheel") return FlowColors::kWheel;
  if (text == "rgb") return FlowColors::kTriple;
  throw Error(ErrorKind::kUsage,
              fmt::format("flow colours: found {}, expected wheel or rgb", in_quotes(text)));
}

at::Tensor flow_bytes(const at::Tensor& flow, double reach, FlowColors colors) {
  const at::Tensor raw = flow.to(at::kDouble).contiguous();
  const auto cells = raw.size(1) * raw.size(2);
  at::Tensor bytes = at::empty({raw.size(1), raw.size(2), 3}, at::kByte);
  const double* x = raw.const_data_ptr<double>();
  auto* to = bytes.mutable_data_ptr<std::uint8_t>();
  for (std::int64_t i = 0; i < cells; ++i, to += 3) {
    const double right = x[i] / reach, down = x[cells + i] / reach;
    const double strength = std::hypot(right, down);
    const Rgb color = colors == FlowColors::kWheel ? wheel_color(right, down, strength)
                                                   : triple_color(right, down, strength);
    std::copy(color.begin(), color.end(), to);
  }
  return bytes;
}

at::Tensor flow_wheel(std::int64_t side) {
  at::Tensor bytes = at::full({side, side, 3}, 255, at::kByte);
  const double middle = (static_cast<double>(side) - 1) / 2;
  auto* to = bytes.mutable_data_ptr<std::uint8_t>();
  for (std::int64_t y = 0; y < side; ++y) {
    for (std::int64_t x = 0; x < side; ++x, to += 3) {
      const double right = (static_cast<double>(x) - middle) / middle;
      const double down = (static_cast<double>(y) - middle) / middle;
      const double strength = std::hypot(right, down);
      if (strength > 1) continue;
      const Rgb color = wheel_color(right, down, strength);
      std::copy(color.begin(), color.end(), to);
    }
  }
  return bytes;
}

double usual_reach(const at::Tensor& flows) {
  constexpr double kLeast = 0.5;  // px
  const at::Tensor lengths = flows.detach().to(at::kCPU, at::kFloat).norm(2, 0).flatten();
  const std::int64_t rank = std::max<std::int64_t>(
      1, static_cast<std::int64_t>(std::ceil(0.995 * static_cast<double>(lengths.numel()))));
  const double reach = std::get<0>(lengths.kthvalue(rank)).item<double>();
  return std::isfinite(reach) ? std::max(kLeast, reach) : kLeast;
}

Picture draw_flow(const at::Tensor& flow, const PixelMap& source_from_clip, const Picture& frame,
                  double reach, FlowColors colors) {
  Picture out = frame;
  subdue(out);
  const Size cells{static_cast<int>(flow.size(1)), static_cast<int>(flow.size(2))};
  const CropRect place = covered_pixels(source_from_clip, cells, frame.width, frame.height);
  // What a crop has beyond the picture's edges is not drawn.
  const auto cell = [](double source, double scale, double offset, int count) {
    return std::clamp(static_cast<int>(std::lround((source - offset) / scale)), 0, count);
  };
  const PixelMap& map = source_from_clip;
  const int left = cell(place.x_begin, map.scale_x, map.offset_x, cells.width),
            right = cell(place.x_end, map.scale_x, map.offset_x, cells.width),
            top = cell(place.y_begin, map.scale_y, map.offset_y, cells.height),
            bottom = cell(place.y_end, map.scale_y, map.offset_y, cells.height);
  const int width = place.x_end - place.x_begin, height = place.y_end - place.y_begin;
  if (width < 1 || height < 1 || right <= left || bottom <= top) return out;
  const at::Tensor bytes =
      flow_bytes(flow.slice(1, top, bottom).slice(2, left, right), reach, colors);
  const at::Tensor seen = (colors == FlowColors::kWheel ? paler(bytes) : bytes.to(at::kFloat))
                              .permute({2, 0, 1})
                              .unsqueeze(0);
  const at::Tensor large = at::upsample_bilinear2d(seen, {height, width}, /*align_corners=*/false)
                               .squeeze(0)
                               .permute({1, 2, 0})
                               .round()
                               .to(at::kByte)
                               .contiguous();
  const auto* from = large.const_data_ptr<std::uint8_t>();
  for (int y = 0; y < height; ++y) {
    const auto at = 3 * (static_cast<std::size_t>(place.y_begin + y) * out.width + place.x_begin);
    std::copy_n(from + static_cast<std::ptrdiff_t>(3) * y * width, 3 * width,
                out.rgb.begin() + static_cast<std::ptrdiff_t>(at));
  }
  return out;
}

}  // namespace praxiscope
