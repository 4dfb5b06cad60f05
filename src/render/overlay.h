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
/// Opacity is 0 where the scale begins, or in its middle when that stands for 0, and grows to
/// `opacity` with (the distance from there)^0.75.
struct ColorScale {
  const ColorTable* table = nullptr;
  ValueRange range;
  double opacity = 0.6;
  bool is_centered = false;  ///< the middle of the scale is raw 0; both ends are evidence
};

/// The scale that is drawn for `wish`: centered for signed maps, whatever the table, and for
/// diverging tables, whose middle has no colour. Centered scales are symmetric around 0 and as wide
/// as the larger end of `wish`. `table` must outlive it.
ColorScale make_color_scale(const ColorTable& table, const ValueRange& wish, bool is_signed,
                            double opacity);

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
