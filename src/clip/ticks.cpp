// Duty: see ticks.h.
#include "clip/ticks.h"

#include "praxiscope/error.h"

#include <fmt/format.h>

namespace praxiscope {
namespace {

/// A gap this long is a damaged time stamp, and filling it would not end.
constexpr std::int64_t kMostTicksOfOneFrame = 1'000'000;

/// Ticks j >= 0 with j / fps < span.
std::int64_t ticks_before(const Rational& span, const Rational& fps) {
  if (span <= Rational()) return 0;
  const Rational tick = fps.inverse();
  const std::int64_t whole = span.floored_to(tick);
  return tick * Rational::of(whole) == span ? whole : whole + 1;
}

}  // namespace

TickClock::TickClock(std::optional<Rational> fps) : fps_(fps) {}

std::int64_t TickClock::fill_until(const Rational& end) {
  const std::int64_t until = fps_ ? ticks_before(end - *first_pts_, *fps_) : count_ + 1;
  const std::int64_t filled = until - count_;
  if (filled > kMostTicksOfOneFrame) {
    throw Error(ErrorKind::kInput,
                fmt::format("cannot resample to {} frames per second: the frame at {:.3f} s is "
                            "followed by nothing until {:.3f} s; found a gap of {} frames, "
                            "expected at most {}; repair the time stamps or use the source's own "
                            "frames (--fps source)",
                            fps_->to_string(), last_pts_->to_double(), end.to_double(), filled,
                            kMostTicksOfOneFrame));
  }
  if (filled <= 0) return 0;
  count_ = until;
  return filled;
}

std::int64_t TickClock::advance(const Rational& pts) {
  if (!first_pts_) {
    first_pts_ = last_pts_ = pts;
    return 0;
  }
  if (pts < *last_pts_) {
    throw Error(ErrorKind::kInput,
                fmt::format("frames out of order: the frame at {:.3f} s is followed by one at "
                            "{:.3f} s; expected growing times",
                            last_pts_->to_double(), pts.to_double()));
  }
  const std::int64_t filled = fill_until(pts);
  last_pts_ = pts;
  return filled;
}

std::int64_t TickClock::finish(const Rational& duration) {
  if (!first_pts_) return 0;
  const Rational shown = duration > Rational() ? duration : Rational();
  const std::int64_t filled = fill_until(*last_pts_ + shown);
  // The time of a tick may be the last pts itself, with nothing known of the duration.
  if (filled == 0 && fps_ && Rational::of(count_) / *fps_ == *last_pts_ - *first_pts_) {
    ++count_;
    return 1;
  }
  return filled;
}

std::int64_t count_ticks(const std::vector<Rational>& all_pts, const std::optional<Rational>& fps) {
  if (all_pts.empty()) return 0;
  if (!fps) return static_cast<std::int64_t>(all_pts.size());
  return (all_pts.back() - all_pts.front()).floored_to(fps->inverse()) + 1;
}

}  // namespace praxiscope
