// Turns the time stamps a decoder gives into ones that always go forward. Knows nothing but
// integers.
#pragma once

#include <cstdint>
#include <optional>

namespace praxiscope {

/// Mends the time stamps of one stream, in its own ticks: missing ones continue at the usual pace,
/// repeated or slightly late ones are set right after their predecessor, and a jump back (files
/// glued together, a camera that restarted) continues the clock instead of stopping it.
class PtsClock {
 public:
  /// @param usual_ticks       ticks between frames when nothing better is known, >= 1.
  /// @param ticks_per_second  tells a small disorder from a jump.
  PtsClock(std::int64_t usual_ticks, std::int64_t ticks_per_second);

  /// The time stamp to deliver, greater than all before it.
  ///
  /// @param raw            as decoded, or nothing.
  /// @param duration_ticks what the stream says of this frame, 0 when unknown.
  std::int64_t stamp(std::optional<std::int64_t> raw, std::int64_t duration_ticks);

  std::int64_t missing() const { return missing_; }  ///< stamps made up so far
  std::int64_t mended() const { return mended_; }    ///< stamps that did not go forward so far

 private:
  std::int64_t usual_ticks_, ticks_per_second_;
  std::optional<std::int64_t> last_;
  std::int64_t last_duration_ = 0;
  std::int64_t offset_ = 0;  ///< added to raw stamps after a jump back
  std::int64_t missing_ = 0, mended_ = 0;
};

}  // namespace praxiscope
