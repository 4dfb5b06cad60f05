// How long work talks to whoever started it: progress, warnings, and a wish to stop. The library
// never prints.
#pragma once

#include <atomic>
#include <cstdint>
#include <optional>
#include <string>

namespace praxiscope {

/// Receives progress and warnings. Calls may come from any thread; implementations lock.
class Progress {
 public:
  virtual ~Progress() = default;

  /// A stage begins; `total` in units of work (frames, clips), unknown for pipes.
  virtual void begin(const std::string& stage, std::optional<std::int64_t> total) {
    (void)stage, (void)total;
  }
  virtual void advance(std::int64_t units) { (void)units; }
  /// What the work would tell of itself meanwhile, in a few words: "violin 3.41". The last one
  /// counts, until the next stage begins.
  virtual void say(const std::string& words) { (void)words; }
  /// Something the user should know although the work goes on. One line, like an Error's message.
  virtual void warn(const std::string& message) { (void)message; }

  /// Asks the work to stop soon. Safe to call from a signal handler.
  void cancel() noexcept { cancelled_.store(true, std::memory_order_relaxed); }
  virtual bool is_cancelled() const noexcept { return cancelled_.load(std::memory_order_relaxed); }
  /// @throws Error kCancelled after cancel().
  void check_cancelled() const;

 private:
  std::atomic<bool> cancelled_{false};
};

}  // namespace praxiscope
