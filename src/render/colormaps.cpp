#include "render/colormaps.h"

#include "core/text.h"

#include "praxiscope/error.h"
#include "praxiscope/render.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <cmath>
#include <numbers>
#include <span>

namespace praxiscope {
namespace {

using Lab = std::array<double, 3>;

double linear_from_srgb(double v) {
  return v <= 0.04045 ? v / 12.92 : std::pow((v + 0.055) / 1.055, 2.4);
}

double srgb_from_linear(double v) {
  return v <= 0.0031308 ? 12.92 * v : 1.055 * std::pow(v, 1 / 2.4) - 0.055;
}

/// Linear sRGB, possibly outside 0..1.
std::array<double, 3> linear_from_oklab(const Lab& lab) {
  const double l = std::pow(lab[0] + 0.3963377774 * lab[1] + 0.2158037573 * lab[2], 3);
  const double m = std::pow(lab[0] - 0.1055613458 * lab[1] - 0.0638541728 * lab[2], 3);
  const double s = std::pow(lab[0] - 0.0894841775 * lab[1] - 1.2914855480 * lab[2], 3);
  return {4.0767416621 * l - 3.3077115913 * m + 0.2309699292 * s,
          -1.2684380046 * l + 2.6097574011 * m - 0.3413193965 * s,
          -0.0041960863 * l - 0.7034186147 * m + 1.7076147010 * s};
}

bool is_in_gamut(const Lab& lab) {
  const auto rgb = linear_from_oklab(lab);
  return std::all_of(rgb.begin(), rgb.end(), [](double v) { return v >= -1e-4 && v <= 1 + 1e-4; });
}

struct ControlPoints {
  std::string_view name;
  std::array<std::uint32_t, 17> colors;  ///< 0xRRGGBB at 0, 1/16, ..., 1
};

// Every 16th colour of the published 256-colour maps (positions round(k * 255 / 16)).
constexpr std::array<ControlPoints, 4> kSequential{{
    {"inferno",
     {0x000004, 0x0b0724, 0x210c4a, 0x3d0965, 0x57106e, 0x71196e, 0x8a226a, 0xa32c61, 0xbc3754,
      0xd04545, 0xe35933, 0xf1711f, 0xf98c0a, 0xfcaa0f, 0xf9c932, 0xf2e865, 0xfcffa4}},
    {"magma",
     {0x000004, 0x0a0822, 0x1d1147, 0x36106b, 0x51127c, 0x6a1c81, 0x832681, 0x9c2e7f, 0xb73779,
      0xcf4070, 0xe55064, 0xf4695c, 0xfb8761, 0xfea571, 0xfec287, 0xfde0a1, 0xfcfdbf}},
    {"viridis",
     {0x440154, 0x48186a, 0x472d7b, 0x424086, 0x3b528b, 0x33638d, 0x2c728e, 0x26828e, 0x21918c,
      0x1f9f88, 0x27ad81, 0x3dbc74, 0x5cc863, 0x81d34d, 0xaadc32, 0xd5e21a, 0xfde725}},
    {"cividis",
     {0x00224e, 0x002e6a, 0x1a386f, 0x32436d, 0x434e6c, 0x535a6d, 0x61656f, 0x6f7073, 0x7d7c78,
      0x8b8778, 0x9a9376, 0xaaa073, 0xbbad6d, 0xccba64, 0xddc858, 0xefd748, 0xfee838}},
}};

struct Diverging {
  std::string_view name;
  double negative_hue_deg, positive_hue_deg;  ///< OKLCh hues of the ends
};
// Hue pairs that stay apart under protanopia, deuteranopia and tritanopia (tested).
constexpr std::array<Diverging, 2> kDiverging{{{"blue_red", 255, 28}, {"purple_green", 310, 145}}};
constexpr double kMiddleLightness = 0.96, kEndLightness = 0.56, kEndChroma = 0.19;

/// Catmull-Rom spline through b (t = 0) and c (t = 1).
Lab curve_through(const Lab& a, const Lab& b, const Lab& c, const Lab& d, double t) {
  Lab out{};
  for (std::size_t i = 0; i < 3; ++i) {
    out[i] =
        b[i] +
        0.5 * t *
            (c[i] - a[i] +
             t * (2 * a[i] - 5 * b[i] + 4 * c[i] - d[i] + t * (3 * (b[i] - c[i]) + d[i] - a[i])));
  }
  return out;
}

ColorTable make_sequential(const ControlPoints& points) {
  ColorTable table;
  std::array<Lab, 17> labs{};
  for (std::size_t i = 0; i < labs.size(); ++i) {
    const std::uint32_t c = points.colors[i];
    labs[i] = oklab_from_srgb({static_cast<std::uint8_t>(c >> 16),
                               static_cast<std::uint8_t>(c >> 8), static_cast<std::uint8_t>(c)});
  }
  for (int i = 0; i < kColorSteps; ++i) {
    const double position = 16.0 * i / (kColorSteps - 1);
    const auto left = std::min<std::size_t>(15, static_cast<std::size_t>(position));
    table.colors[i] = srgb_from_oklab(curve_through(
        labs[left == 0 ? 0 : left - 1], labs[left], labs[left + 1],
        labs[std::min<std::size_t>(16, left + 2)], position - static_cast<double>(left)));
  }
  return table;
}

ColorTable make_diverging(const Diverging& map) {
  ColorTable table;
  table.is_diverging = true;
  for (int i = 0; i < kColorSteps; ++i) {
    const double value = 2.0 * i / (kColorSteps - 1) - 1;
    const double hue =
        (value < 0 ? map.negative_hue_deg : map.positive_hue_deg) * std::numbers::pi / 180;
    const double strength = std::abs(value), chroma = kEndChroma * strength;
    table.colors[i] = srgb_from_oklab({std::lerp(kMiddleLightness, kEndLightness, strength),
                                       chroma * std::cos(hue), chroma * std::sin(hue)});
  }
  return table;
}

}  // namespace

std::array<double, 3> oklab_from_srgb(const Rgb& color) {
  const double r = linear_from_srgb(color[0] / 255.0), g = linear_from_srgb(color[1] / 255.0),
               b = linear_from_srgb(color[2] / 255.0);
  const double l = std::cbrt(0.4122214708 * r + 0.5363325363 * g + 0.0514459929 * b);
  const double m = std::cbrt(0.2119034982 * r + 0.6806995451 * g + 0.1073969566 * b);
  const double s = std::cbrt(0.0883024619 * r + 0.2817188376 * g + 0.6299787005 * b);
  return {0.2104542553 * l + 0.7936177850 * m - 0.0040720468 * s,
          1.9779984951 * l - 2.4285922050 * m + 0.4505937099 * s,
          0.0259040371 * l + 0.7827717662 * m - 0.8086757660 * s};
}

Rgb srgb_from_oklab(std::array<double, 3> lab) {
  if (!is_in_gamut(lab)) {
    double inside = 0, outside = 1;
    for (int step = 0; step < 30; ++step) {
      const double middle = (inside + outside) / 2;
      (is_in_gamut({lab[0], lab[1] * middle, lab[2] * middle}) ? inside : outside) = middle;
    }
    lab = {lab[0], lab[1] * inside, lab[2] * inside};
  }
  const auto linear = linear_from_oklab(lab);
  Rgb out{};
  for (std::size_t c = 0; c < 3; ++c) {
    const double v = srgb_from_linear(std::clamp(linear[c], 0.0, 1.0));
    out[c] = static_cast<std::uint8_t>(std::lround(v * 255));
  }
  return out;
}

const Rgb& ColorTable::at(double position) const {
  const double index = std::clamp(position, 0.0, 1.0) * (kColorSteps - 1);
  return colors[static_cast<std::size_t>(std::lround(index))];
}

ColorTable make_color_table(const std::string& name) {
  for (const ControlPoints& map : kSequential) {
    if (map.name == name) return make_sequential(map);
  }
  for (const Diverging& map : kDiverging) {
    if (map.name == name) return make_diverging(map);
  }
  const std::vector<std::string> names = colormaps();
  throw Error(ErrorKind::kUsage, fmt::format("no colormap {}; expected auto, {}{}", in_quotes(name),
                                             fmt::join(names, ", "), did_you_mean(name, names)));
}

std::vector<std::string> colormaps() {
  std::vector<std::string> names;
  for (const ControlPoints& map : kSequential) names.emplace_back(map.name);
  for (const Diverging& map : kDiverging) names.emplace_back(map.name);
  return names;
}

}  // namespace praxiscope
