// Progress for people: one line overwritten on a terminal, one line a stage when piped. Knows
// nothing of the work.
#pragma once

#include "cli/console.h"

#include "praxiscope/progress.h"

#include <chrono>
#include <mutex>
#include <set>
#include <string>

namespace praxiscope::cli {

/// Rate and time left from what has been done; pure, so that it can be tested without waiting.
/// `units` done of `total` (if known) in `seconds`. The time left appears after 2 s.
std::string describe_progress(std::int64_t units, std::optional<std::int64_t> total,
                              double seconds);

/// Thread-safe.
class ProgressPrinter : public Progress {
 public:
  explicit ProgressPrinter(Console& console) : console_(console) {}
  ~ProgressPrinter() override;

  /// What is worked on, in front of every line: "[2/5] bikes.mp4". Forgets earlier warnings.
  void set_subject(const std::string& subject);
  void begin(const std::string& stage, std::optional<std::int64_t> total) override;
  void advance(std::int64_t units) override;
  void say(const std::string& words) override;
  /// Every message once per subject.
  void warn(const std::string& message) override;
  /// Takes the line off the terminal; before anything else is written there.
  void clear();
  /// A line for people, for a thread that must not wait: passed over while another one writes.
  void say_if_possible(const std::string& message);

 private:
  using Clock = std::chrono::steady_clock;
  void draw(Clock::time_point now);
  void clear_line();

  Console& console_;
  std::timed_mutex mutex_;
  std::string subject_, stage_, said_;
  std::optional<std::int64_t> total_;
  std::int64_t units_ = 0;
  Clock::time_point began_, drawn_;
  bool is_line_shown_ = false;
  std::set<std::string> warned_;
};

}  // namespace praxiscope::cli
