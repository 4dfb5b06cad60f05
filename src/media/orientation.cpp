#include "media/orientation.h"

#include <cmath>
#include <cstdlib>

namespace praxiscope {

int Orientation::rotation_deg() const {
  // For a mirrored one, undo the left-right flip that comes first: it negates the first column.
  const int cosine = is_mirrored() ? -xx : xx;
  const int sine = is_mirrored() ? -yx : yx;
  if (cosine == 1) return 0;
  if (cosine == -1) return 180;
  return sine == 1 ? 90 : 270;
}

namespace {

int sign(std::int32_t value) { return value < 0 ? -1 : 1; }

}  // namespace

Orientation orientation_from_matrix(const std::int32_t* m) {
  // Shown x = m[0] x + m[3] y, shown y = m[1] x + m[4] y.
  const double straight = std::abs(double(m[0])) + std::abs(double(m[4]));
  const double crossed = std::abs(double(m[1])) + std::abs(double(m[3]));
  if (straight == 0 && crossed == 0) return {};
  if (straight >= crossed) return {sign(m[0]), 0, 0, sign(m[4])};
  return {0, sign(m[3]), sign(m[1]), 0};
}

bool is_quarter_turn(const std::int32_t* m) {
  const double straight = std::hypot(double(m[0]), double(m[4]));
  const double crossed = std::hypot(double(m[1]), double(m[3]));
  constexpr double kTangentOfOneDegree = 0.01746;
  const double low = std::fmin(straight, crossed), high = std::fmax(straight, crossed);
  return low <= kTangentOfOneDegree * high;
}

std::optional<Orientation> orientation_from_exif(int tag) {
  switch (tag) {
    case 1:
      return Orientation{1, 0, 0, 1};
    case 2:
      return Orientation{-1, 0, 0, 1};
    case 3:
      return Orientation{-1, 0, 0, -1};
    case 4:
      return Orientation{1, 0, 0, -1};
    case 5:
      return Orientation{0, 1, 1, 0};
    case 6:
      return Orientation{0, -1, 1, 0};
    case 7:
      return Orientation{0, -1, -1, 0};
    case 8:
      return Orientation{0, 1, -1, 0};
    default:
      return std::nullopt;
  }
}

}  // namespace praxiscope
