// Frame: the noun that media gives and clip takes.
#pragma once

#include "praxiscope/rational.h"

#include <cstdint>
#include <memory>
#include <vector>

namespace praxiscope {

/// An RGB picture with square pixels: rows top to bottom, 3 bytes R, G, B a pixel, no padding. Full
/// range, BT.709 primaries (sRGB-like).
struct Picture {
  int width = 0;                  ///< px
  int height = 0;                 ///< px
  std::vector<std::uint8_t> rgb;  ///< [height, width, 3]
};

/// One decoded picture with its time.
struct Frame {
  /// Shared because overlapping clips and the overlay all look at the same picture; nobody may
  /// change it.
  std::shared_ptr<const Picture> picture;
  Rational pts;       ///< seconds from the start of the source's own clock (may start above 0)
  Rational duration;  ///< seconds this frame is shown, > 0 (for the last frame: the container's
                      ///< word or the previous gap)
  std::int64_t index = 0;  ///< 0-based position in presentation order
};

}  // namespace praxiscope
