// Light: HDR and wide-gamut signals to 8-bit BT.709. Knows no FFmpeg but the names in color.h.
#pragma once

#include "media/color.h"

#include <array>
#include <cstdint>
#include <vector>

namespace praxiscope {

/// Maps R'G'B' of any transfer and primaries to 8-bit BT.709 R'G'B', pixel by pixel:
/// signal -> light (white of 203 cd/m2 = 1, BT.2408) -> BT.709 primaries, colours outside drawn
/// towards gray of equal luminance -> highlights compressed by the knee of BT.2390-10 5.4.1 on
/// the largest component, so hue stays -> BT.1886 display gamma 2.4.
///
/// Light below about half of reference white is not touched by the knee. SDR signals of other
/// primaries take the same way without the knee. Const calls may run at once.
class ToneMap {
 public:
  /// @param peak  brightest light in the material, cd/m2, >= 203; used for PQ only.
  ToneMap(Transfer transfer, Primaries primaries, double peak);

  /// @param in   [count,3] 16-bit full-range R'G'B', native byte order.
  /// @param out  [count,3] 8 bit.
  void map_row(const std::uint16_t* in, std::uint8_t* out, int count) const;

 private:
  float compressed(float light) const;

  bool has_ootf_ = false;             ///< HLG: system gamma 1.2 on luminance (BT.2100, 1000 cd/m2)
  std::array<float, 9> to_bt709_{};   ///< row-major, on linear light
  std::array<float, 3> luminance_{};  ///< of the source's primaries, for the OOTF
  float peak_ = 1;                    ///< relative to reference white
  std::vector<float> light_;          ///< [65536] signal -> light
  std::vector<float> gain_;           ///< knee, output / input, over the 4th root of light / peak
  std::vector<std::uint8_t> code_;    ///< 8-bit code over the square root of light
};

}  // namespace praxiscope
