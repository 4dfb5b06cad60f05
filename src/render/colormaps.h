// Colour tables: perceptually ordered sequential maps and diverging maps around 0. Knows no
// pictures.
#pragma once

#include <array>
#include <cstdint>
#include <string>
#include <vector>

namespace praxiscope {

using Rgb = std::array<std::uint8_t, 3>;

inline constexpr int kColorSteps = 1024;

/// sRGB colours at equal steps of the value; for diverging maps 0 lies in the middle.
struct ColorTable {
  bool is_diverging = false;
  std::array<Rgb, kColorSteps> colors{};

  /// Colour at `position` in 0..1 (clamped).
  const Rgb& at(double position) const;
};

/// As render.h declares it, for those who do not see LibTorch, which its other declarations need.
std::vector<std::string> colormaps();

/// Makes the table of a name in colormaps().
/// Sequential ones run through 17 published control points of the maps by Smith and van der Walt
/// (inferno, magma, viridis; CC0) and Nunez et al. 2018 (cividis; CC0), by a cubic spline in OKLab.
/// Diverging ones are ours, by formula in OKLCh: lightness and chroma are linear in |value|, so
/// equal differences look equal and both arms are equally strong.
/// @throws Error kUsage with a did-you-mean.
ColorTable make_color_table(const std::string& name);

/// sRGB bytes <-> OKLab (Ottosson 2020): {L 0..1, a, b}.
std::array<double, 3> oklab_from_srgb(const Rgb& color);
/// Chroma is reduced until the colour fits sRGB; lightness and hue stay.
Rgb srgb_from_oklab(std::array<double, 3> lab);

}  // namespace praxiscope
