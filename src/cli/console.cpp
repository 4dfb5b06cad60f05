#include "cli/console.h"

#include "cli/interrupt.h"

#include "praxiscope/error.h"

#include <poll.h>
#include <unistd.h>

#include <ostream>

namespace praxiscope::cli {
namespace {

void print(Console& console, std::string_view kind, std::string_view colour,
           std::string_view message) {
  if (console.err_has_colour) {
    console.err << colour << kind << "\x1b[0m" << message << '\n';
  } else {
    console.err << kind << message << '\n';
  }
  console.err.flush();
}

/// Whether standard output is a pipe or socket whose other end is closed. Asked for rather than
/// read from errno: the write that failed may be long ago.
bool has_no_reader() {
  pollfd out{.fd = STDOUT_FILENO, .events = POLLOUT, .revents = 0};
  return ::poll(&out, 1, 0) == 1 && (out.revents & (POLLERR | POLLHUP)) != 0;
}

}  // namespace

void print_error(Console& console, std::string_view message) {
  print(console, "error: ", "\x1b[1;31m", message);
}

void print_warning(Console& console, std::string_view message) {
  if (!console.is_quiet) print(console, "warning: ", "\x1b[1;33m", message);
}

void print_note(Console& console, std::string_view message) {
  if (!console.is_quiet) console.err << message << '\n' << std::flush;
}

void flush_results(Console& console) {
  console.out.flush();
  if (console.out) return;
  if (has_no_reader()) end_without_reader();
  throw Error(ErrorKind::kOutput,
              "cannot write to standard output: the disk is full or it is closed");
}

}  // namespace praxiscope::cli
