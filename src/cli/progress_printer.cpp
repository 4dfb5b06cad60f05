#include "cli/progress_printer.h"

#include "cli/table.h"

#include <fmt/format.h>

#include <ostream>

namespace praxiscope::cli {
namespace {

std::string clock_text(double seconds) {
  const auto whole = static_cast<std::int64_t>(seconds + 0.5);
  if (whole >= 3600) {
    return fmt::format("{}:{:02}:{:02}", whole / 3600, whole / 60 % 60, whole % 60);
  }
  return fmt::format("{}:{:02}", whole / 60, whole % 60);
}

}  // namespace

std::string describe_progress(std::int64_t units, std::optional<std::int64_t> total,
                              double seconds) {
  // A header may promise fewer frames than there are; the total is then no use.
  const std::int64_t whole = total.value_or(0);
  const bool has_total = whole > 0 && units <= whole;
  std::string text = has_total ? fmt::format("{}/{} ({} %)", units, whole, units * 100 / whole)
                               : fmt::format("{}", units);
  if (units <= 0 || seconds < 0.2) return text;
  const double rate = static_cast<double>(units) / seconds;
  text += fmt::format(", {:.{}f}/s", rate, rate < 10 ? 1 : 0);
  if (has_total && seconds >= 2) {
    text += fmt::format(", {} left", clock_text(static_cast<double>(whole - units) / rate));
  }
  return text;
}

ProgressPrinter::~ProgressPrinter() { clear(); }

void ProgressPrinter::set_subject(const std::string& subject) {
  const std::lock_guard lock(mutex_);
  clear_line();
  subject_ = subject;
  stage_.clear();
  warned_.clear();
}

void ProgressPrinter::begin(const std::string& stage, std::optional<std::int64_t> total) {
  const std::lock_guard lock(mutex_);
  stage_ = stage;
  total_ = total;
  units_ = 0;
  said_.clear();
  began_ = Clock::now();
  if (console_.is_quiet) return;
  if (console_.err_is_terminal) {
    draw(began_);
  } else {
    const std::string subject = subject_.empty() ? "" : subject_ + ": ";
    const std::string amount = total ? fmt::format(" ({})", *total) : "";
    console_.err << subject << stage << amount << '\n' << std::flush;
  }
}

void ProgressPrinter::advance(std::int64_t units) {
  const std::lock_guard lock(mutex_);
  units_ += units;
  if (console_.is_quiet || !console_.err_is_terminal) return;
  const Clock::time_point now = Clock::now();
  if (now - drawn_ >= std::chrono::milliseconds(100)) draw(now);
}

void ProgressPrinter::say(const std::string& words) {
  const std::lock_guard lock(mutex_);
  said_ = words;
}

void ProgressPrinter::warn(const std::string& message) {
  const std::lock_guard lock(mutex_);
  if (!warned_.insert(message).second) return;
  clear_line();
  print_warning(console_, subject_.empty() ? message : subject_ + ": " + message);
}

void ProgressPrinter::clear() {
  const std::lock_guard lock(mutex_);
  clear_line();
}

void ProgressPrinter::say_if_possible(const std::string& message) {
  const std::unique_lock lock(mutex_, std::chrono::milliseconds(200));
  if (!lock) return;
  clear_line();
  print_note(console_, message);
}

void ProgressPrinter::draw(Clock::time_point now) {
  const double seconds = std::chrono::duration<double>(now - began_).count();
  const std::string subject = subject_.empty() ? "" : subject_ + ": ";
  const std::string said = said_.empty() ? "" : "; " + said_;
  const std::string line =
      subject + stage_ + " " + describe_progress(units_, total_, seconds) + said;
  const auto width = static_cast<std::size_t>(std::max(console_.width - 1, 20));
  console_.err << '\r' << shortened(line, width) << "\x1b[K" << std::flush;
  drawn_ = now;
  is_line_shown_ = true;
}

void ProgressPrinter::clear_line() {
  if (is_line_shown_) console_.err << "\r\x1b[K" << std::flush;
  is_line_shown_ = false;
}

}  // namespace praxiscope::cli
