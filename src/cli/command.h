// A command of the program: its words for the help, its options, and what it does.
#pragma once

#include "cli/console.h"
#include "cli/options.h"

#include <functional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace praxiscope::cli {

struct Command {
  std::string_view name;
  std::string_view arguments;  ///< "-m MODEL INPUT... [OPTIONS]"
  std::string_view summary;    ///< one line, at most 60 characters
  std::string_view about;  ///< what INPUT and the result are, examples; lines of at most 80 columns
  std::vector<const OptionGroup*> groups{};       ///< shown by --help
  std::vector<const OptionGroup*> more_groups{};  ///< shown by `praxiscope help NAME`
  std::string (*more_help)() = nullptr;           ///< further text for `praxiscope help NAME`
  std::function<int(const Options& options, Console& console)> run;  ///< gives the exit code
};

/// All commands, in the order of the help. Each is defined in the file of its name.
std::span<const Command* const> commands();
/// @throws Error kUsage with a did-you-mean.
const Command& find_command(std::string_view name);

/// Short help, for `praxiscope NAME --help`: fits 80 columns and 40 lines.
std::string short_help(const Command& command);
/// The help of the program itself.
std::string main_help();

/// Runs one command line without the program's name. Errors are printed to console.err. @return the
/// exit code.
int run_program(const std::vector<std::string>& words, Console& console);

extern const Command explain_command, predict_command, info_command, list_command, demo_command,
    help_command;

}  // namespace praxiscope::cli
