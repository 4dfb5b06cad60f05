// Which ticks a clip takes and where clips begin. Knows no pixels and no time.
#pragma once

#include "praxiscope/clip.h"

#include <cstdint>
#include <optional>
#include <vector>

namespace praxiscope {

/// Where the frames of each input lie in the window they share.
struct WindowPlan {
  std::int64_t span = 1;  ///< ticks of the longest input, see InputSpec::spacing
  /// Per input its frames' ticks, from 0 to span - 1, ascending. Shorter inputs are centred,
  /// rounded down to a multiple of the strides' greatest common divisor, so that they share frames.
  std::vector<std::vector<std::int64_t>> ticks;
};
/// @throws Error kModel for frames_of that names no input, or one with fewer frames or frames_of.
WindowPlan plan_window(const std::vector<InputSpec>& inputs);

/// Seconds for which a clip's frame speaks beyond its own time: one and a half times what lies
/// between two frames of a clip (of the sparsest input), so that clips that touch leave no gap and
/// what lies farther from all clips counts as not looked at. `rate`: source frames a second.
double frame_reach_s(const std::vector<InputSpec>& inputs, const Rational& rate);

/// Clip starts, in order, for a stream whose length becomes known at its end.
class ClipStarts {
 public:
  /// @param total  ticks of the whole source; needed for kCenter and kUniform, else ignored.
  /// @throws Error kUsage for counts and hops below 1.
  ClipStarts(const ClipSampling& sampling, std::int64_t span, std::int64_t total);

  /// Start of the next clip as far as it is known before the end: always for sliding.
  std::optional<std::int64_t> next() const;
  void pop();
  /// The remaining starts once the source has ended after `total` ticks; at least one clip comes
  /// out of every source that is not empty.
  std::vector<std::int64_t> finish(std::int64_t total);
  /// No start still to come lies before this tick, when `count` ticks are there; nothing when no
  /// clip is to come.
  std::optional<std::int64_t> earliest(std::int64_t count) const;

 private:
  std::int64_t span_ = 1;
  std::int64_t hop_ = 0;  ///< 0: a fixed list
  std::int64_t given_ = 0, next_ = 0;
  std::vector<std::int64_t> fixed_;
};

}  // namespace praxiscope
