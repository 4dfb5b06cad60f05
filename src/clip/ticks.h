// Ticks: the positions a clip's frames are counted in. Without an fps a tick is a source frame;
// with one, tick j is the frame that is on screen at (first pts) + j / fps. Knows no pixels.
#pragma once

#include "praxiscope/rational.h"

#include <cstdint>
#include <optional>
#include <vector>

namespace praxiscope {

/// Counts how many ticks each frame of a source fills: 0 where the source is faster than `fps`,
/// several where it is slower. A frame is on screen until the next one.
class TickClock {
 public:
  /// @param fps  ticks per second, > 0; absent: one tick a frame.
  explicit TickClock(std::optional<Rational> fps);

  /// The next frame's pts is known: how many ticks the frame before it fills. 0 for the first call.
  /// @throws Error kInput when time stamps do not grow or leave a gap of over a million ticks.
  std::int64_t advance(const Rational& pts);
  /// The last frame's ticks: those before the end of its duration, and at least the one it is due.
  std::int64_t finish(const Rational& duration);

 private:
  std::int64_t fill_until(const Rational& end);

  std::optional<Rational> fps_;
  std::optional<Rational> first_pts_, last_pts_;
  std::int64_t count_ = 0;
};

/// Ticks of a whole source whose last frame's duration is not known: those up to the last pts, so
/// that every one of them is sure to come.
std::int64_t count_ticks(const std::vector<Rational>& all_pts, const std::optional<Rational>& fps);

}  // namespace praxiscope
