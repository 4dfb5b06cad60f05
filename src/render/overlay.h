// Overlay: lays one map's colours over one picture. Knows no text and no time.
#pragma once

#include "render/colormaps.h"

#include "praxiscope/render.h"

#include <cstdint>
#include <vector>

namespace praxiscope {

/// A picture inside a larger one: rows of RGB bytes, `stride` bytes apart.
struct PictureView {
  std::uint8_t* rgb = nullptr;
  int width = 0, height = 0;  ///< px
  std::ptrdiff_t stride = 0;  ///< bytes
};

/// How raw values become colours; raw = lo..hi is position 0..1, clamped outside.
/// Opacity is 0 where the scale begins (sequential) or at raw 0 (diverging) and grows to
/// `opacity` with position^0.75.
struct ColorScale {
  const ColorTable* table = nullptr;
  ValueRange range;
  double opacity = 0.6;
};

/// The scale's true ends: for diverging maps symmetric around 0, wide enough for `range`.
ValueRange scale_range(const ValueRange& range, bool is_diverging);

/// False for scales on which nothing can be told apart: empty, reversed or not finite.
bool is_usable(const ValueRange& range);

/// Source rows [begin, end) and columns whose pixel centres lie in the volume's extent.
struct CropRect {
  int x_begin = 0, x_end = 0, y_begin = 0, y_end = 0;  ///< px
};
CropRect covered_pixels(const PixelMap& source_from_clip, Size clip, int width, int height);

/// Colours `picture` by `map` [h,w] f32 on the CPU, bilinear between cell centres (cell i's centre
/// is at i + 0.5), the edge cells' values to the crop's edge; pixels outside the crop stay as they
/// are; values that are not finite get no colour.
void blend_map(const PictureView& picture, const at::Tensor& map, const PixelMap& source_from_clip,
               const ColorScale& scale);

/// A thin line around the crop, light beside dark so that it shows on any picture; nothing where
/// the crop reaches the picture's edge.
void outline_crop(const PictureView& picture, const CropRect& crop, int thickness_px);

}  // namespace praxiscope
