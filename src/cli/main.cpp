// The program: the process's settings, its terminal, and then the command line.
#include "cli/command.h"
#include "cli/interrupt.h"

#include "praxiscope/explain.h"

#include <sys/ioctl.h>
#include <unistd.h>

#include <cstdlib>
#include <filesystem>
#include <iostream>
#include <string_view>
#include <system_error>
#include <vector>

namespace {

bool runs_a_network(std::string_view command) {
  return command != "info" && command != "list" && command != "help" && !command.starts_with("-");
}

/// OpenMP threads that spin while they wait take the cores from decoding and encoding. The library
/// reads how they wait when it is loaded, which is before main: so the program starts itself once
/// more, with the environment that says so. What the user has set stays, and ends the repetition.
void let_idle_threads_sleep(char** words) {
  if (words[0] == nullptr || words[1] == nullptr || !runs_a_network(words[1])) return;
  if (std::getenv("OMP_WAIT_POLICY") != nullptr || std::getenv("GOMP_SPINCOUNT") != nullptr) return;
  if (setenv("OMP_WAIT_POLICY", "passive", 0) != 0) return;
  // By its own name, which ps shows. When it cannot be started again, the work goes on as it is.
  std::error_code problem;
  const std::filesystem::path self = std::filesystem::read_symlink("/proc/self/exe", problem);
  if (!problem) execv(self.c_str(), words);
}

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
  let_idle_threads_sleep(words);
  praxiscope::prepare_process();
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
