// What the numbers of a decoded frame mean as colours: matrix, range, transfer, primaries. Knows no
// pixels.
#pragma once

#include "media/ff.h"

#include <string>

namespace praxiscope {

/// How light follows from the signal.
enum class Transfer {
  kSdr,  ///< BT.709-like, shown on a BT.1886 display
  kPq,   ///< SMPTE ST 2084, absolute light
  kHlg,  ///< ARIB STD-B67, relative light
};

/// Which red, green and blue; the near relatives of BT.709 (BT.601's two) count as BT.709, as in
/// players.
enum class Primaries { kBt709, kBt2020, kDisplayP3 };

/// The meaning of one frame's numbers, with the gaps of its tags filled.
struct ColorSpec {
  AVPixelFormat format = AV_PIX_FMT_NONE;  ///< without the deprecated "J" formats
  int scaler_matrix = SWS_CS_ITU601;       ///< SWS_CS_*
  bool is_full_range = false;
  bool is_yuv = false;
  bool has_alpha = false;
  Transfer transfer = Transfer::kSdr;
  Primaries primaries = Primaries::kBt709;
  int chroma_x = -513, chroma_y = -513;  ///< swscale's chroma position, 1/256 luma px

  /// Needs more than a matrix: light has to be computed.
  bool needs_light() const { return transfer != Transfer::kSdr || primaries != Primaries::kBt709; }
  friend bool operator==(const ColorSpec&, const ColorSpec&) = default;
};

/// Reads the tags of a frame. Untagged YUV is BT.601 up to 576 lines and BT.709 above, limited
/// range, as players have it; gray is full range unless tagged.
ColorSpec color_of(const AVFrame& frame);

/// "bt709 limited", "bt2020 PQ limited -> SDR", "rgb", "gray full", "bt601 limited (untagged)".
std::string describe_color(const AVFrame& frame);

/// Brightest light of a PQ frame by its metadata (MaxCLL, else the mastering display, else 1000),
/// cd/m2 in [203, 10000].
double peak_nits(const AVFrame& frame);

}  // namespace praxiscope
