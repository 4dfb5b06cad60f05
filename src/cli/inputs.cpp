#include "cli/inputs.h"

#include "cli/interrupt.h"

#include "praxiscope/error.h"
#include "praxiscope/explain.h"
#include "praxiscope/text.h"

#include <fmt/format.h>

#include <filesystem>

namespace praxiscope::cli {
namespace {

/// "[2/5] bikes.mp4"; the name alone when it is the only one.
std::string subject(const std::vector<std::string>& inputs, std::size_t index) {
  std::filesystem::path path(inputs[index]);
  if (!path.has_filename()) path = path.parent_path();  // "folder/"
  const std::string name =
      inputs[index] == "-" ? "standard input" : without_controls(path.filename().string());
  return inputs.size() == 1 ? name : fmt::format("[{}/{}] {}", index + 1, inputs.size(), name);
}

bool concerns_one_input(ErrorKind kind) {
  return kind == ErrorKind::kInput || kind == ErrorKind::kOutput;
}

}  // namespace

std::vector<std::string> named_inputs(std::string_view command,
                                      const std::vector<std::string>& arguments) {
  if (arguments.empty()) {
    throw Error(
        ErrorKind::kUsage,
        fmt::format("{}: no INPUT given; name a video, picture, folder, list file, or - for "
                    "standard input (see: praxiscope {} --help)",
                    command, command));
  }
  return expand_inputs(arguments);
}

int for_each_input(const std::vector<std::string>& inputs, Console& console,
                   ProgressPrinter& progress,
                   const std::function<void(const std::string& input)>& work) {
  const CancelOnSignal cancel(progress);
  int status = 0;
  for (std::size_t i = 0; i < inputs.size(); ++i) {
    progress.set_subject(subject(inputs, i));
    try {
      work(inputs[i]);
      progress.clear();
    } catch (const Error& error) {
      progress.clear();
      const bool is_last = i + 1 == inputs.size();
      if (!concerns_one_input(error.kind()) || (is_last && status == 0)) throw;
      print_error(console, error.what());
      if (status == 0) status = error.exit_code();
    }
  }
  return status;
}

}  // namespace praxiscope::cli
