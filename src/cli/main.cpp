// The program: the process's settings, its terminal, and then the command line.
#include "cli/command.h"
#include "cli/interrupt.h"

#include "praxiscope/explain.h"

#include <sys/ioctl.h>
#include <unistd.h>

#include <cstdlib>
#include <iostream>
#include <string_view>
#include <vector>

namespace {

/// OpenMP threads that spin while they wait take the cores from decoding and encoding. Read when
/// the library starts its first team; the user's own value stays.
void let_idle_threads_sleep() { setenv("OMP_WAIT_POLICY", "passive", 0); }

/// Columns of tables in files and pipes.
constexpr int kLogWidth = 120;

bool is_plain(const char* variable) {
  const char* value = std::getenv(variable);
  return value != nullptr && *value != '\0';
}

int terminal_width() {
  winsize size{};
  if (ioctl(STDERR_FILENO, TIOCGWINSZ, &size) == 0 && size.ws_col > 0) return size.ws_col;
  return 80;
}

}  // namespace

int main(int count, char** words) {
  praxiscope::prepare_process();
  let_idle_threads_sleep();
  praxiscope::cli::watch_signals();
  const char* terminal = std::getenv("TERM");
  const bool is_dumb = terminal == nullptr || std::string_view(terminal) == "dumb";
  const bool is_terminal = isatty(STDERR_FILENO) == 1 && !is_dumb;
  praxiscope::cli::Console console{.out = std::cout,
                                   .err = std::cerr,
                                   .err_is_terminal = is_terminal,
                                   .err_has_colour = is_terminal && !is_plain("NO_COLOR"),
                                   .width = is_terminal ? terminal_width() : kLogWidth};
  return praxiscope::cli::run_program({words + 1, words + count}, console);
}
