// See pictures.h.
#include "studies/support/pictures.h"

#include "render/flow_colors.h"

#include <ATen/ATen.h>
#include <fmt/format.h>

#include <algorithm>
#include <cmath>

namespace praxiscope::studies {
namespace {

constexpr Rgb kNothing{128, 128, 128};

}  // namespace

Picture picture_of(const at::Tensor& bytes) {
  const at::Tensor whole = bytes.contiguous();
  Picture picture{.width = static_cast<int>(whole.size(1)),
                  .height = static_cast<int>(whole.size(0)),
                  .rgb = {}};
  const auto* data = whole.const_data_ptr<std::uint8_t>();
  picture.rgb.assign(data, data + whole.numel());
  return picture;
}

Picture blank(int width, int height) {
  Picture sheet{.width = width, .height = height, .rgb = {}};
  sheet.rgb.assign(static_cast<std::size_t>(width) * static_cast<std::size_t>(height) * 3, 255);
  return sheet;
}

void paste(const Picture& picture, int x, int y, Picture& onto) {
  const std::ptrdiff_t line = std::ptrdiff_t{picture.width} * 3;
  for (int row = 0; row < picture.height; ++row)
    std::copy_n(picture.rgb.begin() + row * line, line,
                onto.rgb.begin() + (std::ptrdiff_t{y + row} * onto.width + x) * 3);
}

at::Tensor colored(const at::Tensor& values, double lo, double hi, const ColorTable& table) {
  const at::Tensor raw = values.detach().to(at::kCPU, at::kDouble).contiguous();
  at::Tensor bytes = at::empty({raw.size(0), raw.size(1), 3}, at::kByte);
  const double* from = raw.const_data_ptr<double>();
  auto* to = bytes.mutable_data_ptr<std::uint8_t>();
  const double nowhere = table.is_diverging ? 0.5 : 0;
  for (std::int64_t i = 0; i < raw.numel(); ++i, to += 3) {
    const double place = hi > lo ? (from[i] - lo) / (hi - lo) : nowhere;
    const Rgb& color = std::isfinite(from[i]) ? table.at(place) : kNothing;
    std::copy(color.begin(), color.end(), to);
  }
  return bytes;
}

Picture enlarged(const at::Tensor& bytes, int width, int height) {
  const auto places = [](std::int64_t cells, std::int64_t pixels) {
    return (at::arange(pixels, at::kLong) * cells).div(pixels, "floor");
  };
  return picture_of(bytes.to(at::kCPU)
                        .index_select(0, places(bytes.size(0), height))
                        .index_select(1, places(bytes.size(1), width)));
}

Picture resized(const Picture& picture, int width, int height) {
  const at::Tensor bytes = at::from_blob(const_cast<std::uint8_t*>(picture.rgb.data()),
                                         {1, picture.height, picture.width, 3}, at::kByte)
                               .permute({0, 3, 1, 2});
  return picture_of(
      at::_upsample_bilinear2d_aa(bytes, {height, width}, false)[0].permute({1, 2, 0}));
}

void subdue(Picture& picture, double light) {
  for (std::size_t i = 0; i + 2 < picture.rgb.size(); i += 3) {
    const double gray =
        0.2126 * picture.rgb[i] + 0.7152 * picture.rgb[i + 1] + 0.0722 * picture.rgb[i + 2];
    std::fill_n(picture.rgb.begin() + static_cast<std::ptrdiff_t>(i), 3,
                static_cast<std::uint8_t>(std::lround(light * gray)));
  }
}

std::vector<Picture> seen_frames(const ClipInput& input, const InputSpec& spec) {
  std::vector<Picture> out;
  if (spec.kind == InputKind::kRgb) {
    for (const at::Tensor& frame : input.tensor.unbind(1))
      out.push_back(seen_picture(frame, spec.preparation));
    return out;
  }
  std::vector<at::Tensor> flows;
  for (const at::Tensor& frame : input.tensor.unbind(1)) flows.push_back(seen_flow(frame, spec));
  const double reach = usual_reach(at::stack(flows, 1));
  for (const at::Tensor& flow : flows) out.push_back(picture_of(flow_bytes(flow, reach)));
  return out;
}

std::string short_number(double value) {
  if (std::isnan(value)) return "not a number";
  return fmt::format("{:.3g}", value == 0 ? 0.0 : value);
}

}  // namespace praxiscope::studies
