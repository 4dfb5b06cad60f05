// 256 colours for one picture, and the picture in them. Knows no FFmpeg.
#pragma once

#include "praxiscope/frame.h"

#include <array>
#include <cstdint>
#include <vector>

namespace praxiscope {

/// Colours of one picture in the manner of median cut (Heckbert, SIGGRAPH 1982) over a 32x32x32
/// histogram, with two changes: the box with the largest squared error is split next, and at its
/// mean along the side where the error is largest, so that rare bright colours survive. Not
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
