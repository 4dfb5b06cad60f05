#include "cli/command.h"

#include "cli/study.h"

#include "praxiscope/error.h"
#include "praxiscope/text.h"
#include "praxiscope/version.h"

#include <fmt/format.h>

#include <algorithm>
#include <new>
#include <ostream>

namespace praxiscope::cli {
namespace {

constexpr int kOk = 0;

bool is_help(const std::string& word) { return word == "--help" || word == "-h"; }

int run_command(const Command& command, const std::vector<std::string>& words, Console& console) {
  const auto end_of_options = std::find(words.begin(), words.end(), "--");
  if (std::any_of(words.begin(), end_of_options, is_help)) {
    console.out << short_help(command);
    return kOk;
  }
  std::vector<const OptionGroup*> groups = command.groups;
  groups.insert(groups.end(), command.more_groups.begin(), command.more_groups.end());
  const Options options = parse_options(command.name, groups, words);
  return command.run(options, console);
}

int run_words(const std::vector<std::string>& words, Console& console) {
  if (words.empty()) {
    console.err << main_help();
    return static_cast<int>(ErrorKind::kUsage);
  }
  const std::string& first = words.front();
  if (is_help(first)) {
    console.out << main_help();
    return kOk;
  }
  if (first == "--version") {
    console.out << "praxiscope " << version() << '\n';
    return kOk;
  }
  return run_command(find_command(first), {words.begin() + 1, words.end()}, console);
}

}  // namespace

std::span<const Command* const> commands() {
  static const std::vector<const Command*> table = [] {
    std::vector<const Command*> all{&demo_command, &info_command, &predict_command,
                                    &explain_command};
    all.insert(all.end(), study_commands().begin(), study_commands().end());
    all.insert(all.end(), {&list_command, &help_command});
    return all;
  }();
  return table;
}

const Command& find_command(std::string_view name) {
  std::vector<std::string> names;
  for (const Command* command : commands()) {
    if (command->name == name) return *command;
    names.emplace_back(command->name);
  }
  if (name.starts_with('-')) {
    throw Error(ErrorKind::kUsage,
                fmt::format("options follow a command: found {}, expected one of {} first (see: "
                            "praxiscope --help)",
                            in_quotes(name), fmt::join(names, ", ")));
  }
  throw Error(ErrorKind::kUsage, fmt::format("no command {}{} (see: praxiscope --help)",
                                             in_quotes(name), did_you_mean(name, names)));
}

std::string short_help(const Command& command) {
  std::string text = fmt::format("usage: praxiscope {} {}\n\n{}\n", command.name, command.arguments,
                                 command.about);
  std::vector<const OptionGroup*> groups = command.groups;
  text += format_options(groups);
  if (!command.more_groups.empty() || command.more_help != nullptr) {
    text += fmt::format(
        "\n{}: praxiscope help {}\n",
        command.more_help != nullptr ? "Methods, targets and more options" : "More options",
        command.name);
  }
  return text;
}

std::string main_help() {
  std::string text = fmt::format(
      "Praxiscope {}: shows where, when and why a trained 3D CNN sees an action\n\n"
      "usage: praxiscope COMMAND [OPTIONS] [ARGUMENTS]\n\n",
      version());
  for (const Command* command : commands()) {
    text += fmt::format("  {:<13}{}\n", command->name, command->summary);
  }
  text +=
      "\nStart with:\n"
      "  praxiscope demo                     a real network on a real video\n"
      "  praxiscope explain -m MODEL VIDEO   your network on your video\n"
      "  praxiscope help explain             everything about a command\n"
      "\nResults go to standard output, all else to standard error.\n"
      "Exit status: 0 ok, 1 internal error, 2 usage, 3 input, 4 model, 5 output,\n"
      "130 interrupted.\n";
  return text;
}

namespace {

void print_defect(Console& console, std::string_view message) {
  // Foreign messages may carry a back trace below their first line.
  print_error(console, fmt::format("internal: {} (a defect of praxiscope {}; please report it)",
                                   message.substr(0, message.find('\n')), version()));
}

}  // namespace

int run_program(const std::vector<std::string>& words, Console& console) {
  try {
    const int status = run_words(words, console);
    flush_results(console);
    return status;
  } catch (const Error& error) {
    if (error.kind() == ErrorKind::kInternal) {
      print_defect(console, error.what());
    } else {
      print_error(console, error.what());
    }
    return error.exit_code();
  } catch (const std::bad_alloc&) {
    print_error(console, "out of memory; try --batch 1, or a smaller input");
  } catch (const std::exception& error) {
    print_defect(console, error.what());
  }
  return static_cast<int>(ErrorKind::kInternal);
}

}  // namespace praxiscope::cli
