// Ctrl-C, SIGTERM and SIGHUP: the first one asks the work to stop, the second one leaves at once.
#pragma once

#include "cli/progress_printer.h"

#include <string>

namespace praxiscope::cli {

/// Takes SIGINT, SIGTERM and SIGHUP away from all threads that start later and gives them to a
/// thread of its own; those that are ignored (nohup) stay so. Call first in main.
void watch_signals();

/// While it lives, the first signal cancels `progress` and says so there; before that, or after it,
/// a signal ends the program with status 130.
class CancelOnSignal {
 public:
  explicit CancelOnSignal(ProgressPrinter& progress);
  ~CancelOnSignal();
  CancelOnSignal(const CancelOnSignal&) = delete;
  CancelOnSignal& operator=(const CancelOnSignal&) = delete;
};

/// A folder that gets outputs: when the second signal ends the program at once, unfinished files of
/// this process are removed from it.
void clean_on_exit(const std::string& folder);

/// Ends the program as one that writes to a closed pipe: without a word, killed by SIGPIPE, which
/// shells tell as status 141. Unfinished files are removed as above.
[[noreturn]] void end_without_reader();

}  // namespace praxiscope::cli
