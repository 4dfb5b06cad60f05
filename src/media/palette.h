// 256 colours for one picture, and the picture in them. Knows no FFmpeg.
#pragma once

#include "praxiscope/frame.h"

#include <array>
#include <cstdint>
#include <vector>

namespace praxiscope {

/// Colours of one picture by median cut (Heckbert, SIGGRAPH 1982) over a 32x32x32 histogram; a box
/// is split at its median along its widest side, boxes with the largest squared error first. Not
/// thread-safe.
class Palette {
 public:
  explicit Palette(const Picture& picture);

  /// 0xRRGGBB, up to 256 of them.
  const std::vector<std::uint32_t>& colors() const { return colors_; }

  /// Writes a colour index for every pixel, dithered by an 8x8 Bayer matrix: it stays in place from
  /// frame to frame, where error diffusion would crawl.
  ///
  /// @param out     rows of `stride` bytes.
  void apply(const Picture& picture, std::uint8_t* out, std::ptrdiff_t stride);

 private:
  std::uint8_t nearest(int r, int g, int b);

  std::vector<std::uint32_t> colors_;
  std::vector<std::int16_t> found_;  ///< [64*64*64] index of the nearest colour, -1 unknown yet
  int spread_ = 0;                   ///< amplitude of the dither, levels
};

}  // namespace praxiscope
