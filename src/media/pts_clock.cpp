#include "media/pts_clock.h"

#include <algorithm>

namespace praxiscope {

PtsClock::PtsClock(std::int64_t usual_ticks, std::int64_t ticks_per_second)
    : usual_ticks_(std::max<std::int64_t>(1, usual_ticks)),
      ticks_per_second_(std::max<std::int64_t>(1, ticks_per_second)) {}

std::int64_t PtsClock::stamp(std::optional<std::int64_t> raw, std::int64_t duration_ticks) {
  const std::int64_t step = last_duration_ > 0 ? last_duration_ : usual_ticks_;
  std::int64_t now = 0;
  if (!raw) {
    ++missing_;
    now = last_ ? *last_ + step : 0;
  } else if (!last_) {
    now = *raw;
  } else {
    now = *raw + offset_;
    // A single stray stamp may have set the offset; the raw clock is trusted again once it agrees.
    if (offset_ != 0 && *raw > *last_ && *raw - *last_ <= 2 * ticks_per_second_) {
      offset_ = 0;
      now = *raw;
    }
    if (now <= *last_) {
      ++mended_;
      if (*last_ - now > ticks_per_second_) {
        now = *last_ + step;
        offset_ = now - *raw;
      } else {
        now = *last_ + 1;
      }
    }
  }
  last_ = now;
  last_duration_ = duration_ticks > 0 ? duration_ticks : 0;
  return now;
}

}  // namespace praxiscope
