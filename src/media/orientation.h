// How a stored picture must be turned to stand upright. Knows no pixels.
#pragma once

#include <cstdint>
#include <optional>

namespace praxiscope {

/// One of the 8 turns and flips. A stored point (x, y), x right, y down, measured from the centre,
/// is shown at (xx * x + xy * y, yx * x + yy * y).
struct Orientation {
  int xx = 1, xy = 0, yx = 0, yy = 1;

  bool is_identity() const { return xx == 1 && yy == 1; }
  bool swaps_sides() const { return xx == 0; }
  bool is_mirrored() const { return xx * yy - xy * yx < 0; }
  /// Clockwise turn (0, 90, 180, 270), after a left-right flip when is_mirrored().
  int rotation_deg() const;
  friend bool operator==(const Orientation&, const Orientation&) = default;
};

/// Rounds a display matrix (ISO 14496-12 "tkhd", 9 values of 16.16 fixed point) to quarter turns.
Orientation orientation_from_matrix(const std::int32_t* matrix);
/// Whether the matrix is a quarter turn, up to 1 degree.
bool is_quarter_turn(const std::int32_t* matrix);
/// EXIF tag 0x0112 (1..8); nothing for other values.
std::optional<Orientation> orientation_from_exif(int tag);

}  // namespace praxiscope
