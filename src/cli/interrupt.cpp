#include "cli/interrupt.h"

#include "praxiscope/error.h"

#include <fmt/format.h>
#include <poll.h>
#include <unistd.h>

#include <csignal>
#include <cstdlib>
#include <filesystem>
#include <mutex>
#include <set>
#include <thread>

namespace praxiscope::cli {
namespace {
namespace fs = std::filesystem;

constexpr int kInterrupted = static_cast<int>(ErrorKind::kCancelled);

// The process has one set of signals; so this state is the process's, reached only through the
// functions of this file.
struct State {
  std::mutex mutex;
  ProgressPrinter* progress = nullptr;
  bool is_cancelled = false;
  std::set<std::string> folders;
};

State& state() {
  static State* const shared = new State;  // outlives every thread
  return *shared;
}

/// Unfinished outputs carry this process's id and "partial" in their names (core/atomic_file.h).
void remove_partial_files(const std::set<std::string>& folders) {
  const std::string id = fmt::format(".{}-", ::getpid());
  for (const std::string& folder : folders) {
    // Nothing here may throw: no one is left to catch it.
    std::error_code problem, ignored;
    for (fs::directory_iterator entry(folder, problem), end; !problem && entry != end;
         entry.increment(problem)) {
      const std::string name = entry->path().filename().string();
      if (name.front() == '.' && name.find(id) != std::string::npos &&
          name.find(".partial") != std::string::npos) {
        fs::remove(entry->path(), ignored);
      }
    }
  }
}

/// Whether a write to standard error would not wait: the next signal must find this thread.
bool can_write_errors() {
  pollfd err{.fd = STDERR_FILENO, .events = POLLOUT, .revents = 0};
  return ::poll(&err, 1, 0) == 1 && (err.revents & POLLOUT) != 0;
}

bool is_ignored(int signal) {
  struct sigaction action {};
  return ::sigaction(signal, nullptr, &action) == 0 && action.sa_handler == SIG_IGN;
}

void on_signal() {
  State& shared = state();
  const std::lock_guard lock(shared.mutex);
  if (shared.progress != nullptr && !shared.is_cancelled) {
    shared.is_cancelled = true;
    shared.progress->cancel();
    if (can_write_errors()) {
      shared.progress->say_if_possible("stopping; Ctrl-C again leaves at once");
    }
    return;
  }
  remove_partial_files(shared.folders);
  ::_exit(kInterrupted);
}

}  // namespace

void watch_signals() {
  sigset_t signals;
  sigemptyset(&signals);
  for (const int signal : {SIGINT, SIGTERM, SIGHUP}) {
    if (!is_ignored(signal)) sigaddset(&signals, signal);
  }
  pthread_sigmask(SIG_BLOCK, &signals, nullptr);
  // A reader that goes away, of results or of a video that is written into a pipe, shall not end
  // the program in the middle of its work: it is asked for where results are flushed.
  std::signal(SIGPIPE, SIG_IGN);
  std::thread([signals] {
    int number = 0;
    while (sigwait(&signals, &number) == 0) on_signal();
  }).detach();
}

CancelOnSignal::CancelOnSignal(ProgressPrinter& progress) {
  State& shared = state();
  const std::lock_guard lock(shared.mutex);
  shared.progress = &progress;
  shared.is_cancelled = false;
}

CancelOnSignal::~CancelOnSignal() {
  State& shared = state();
  const std::lock_guard lock(shared.mutex);
  shared.progress = nullptr;
}

void clean_on_exit(const std::string& folder) {
  State& shared = state();
  const std::lock_guard lock(shared.mutex);
  shared.folders.insert(folder);
}

void end_without_reader() {
  {
    State& shared = state();
    const std::lock_guard lock(shared.mutex);
    remove_partial_files(shared.folders);
  }
  std::signal(SIGPIPE, SIG_DFL);
  std::raise(SIGPIPE);
  ::_exit(128 + SIGPIPE);  // where the signal is blocked
}

}  // namespace praxiscope::cli
