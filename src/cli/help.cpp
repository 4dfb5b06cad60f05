// praxiscope help: everything about one command.
#include "cli/command.h"

#include "praxiscope/error.h"

#include <fmt/format.h>

#include <ostream>

namespace praxiscope::cli {
namespace {

int run(const Options& options, Console& console) {
  const std::vector<std::string>& wanted = options.arguments();
  if (wanted.empty()) {
    console.out << main_help();
    return 0;
  }
  if (wanted.size() > 1) {
    throw Error(ErrorKind::kUsage,
                fmt::format("help: found {} arguments, expected one command", wanted.size()));
  }
  const Command& command = find_command(wanted.front());
  console.out << fmt::format("usage: praxiscope {} {}\n\n{}\n", command.name, command.arguments,
                             command.about);
  console.out << format_options(command.groups);
  if (!command.more_groups.empty()) console.out << format_options(command.more_groups);
  if (command.more_help != nullptr) console.out << '\n' << command.more_help();
  return 0;
}

}  // namespace

const Command help_command{.name = "help",
                           .arguments = "[COMMAND]",
                           .summary = "everything about a command",
                           .about = "Prints a command's options, and all that they may be.\n",
                           .run = &run};

}  // namespace praxiscope::cli
