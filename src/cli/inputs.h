// Walks the INPUT arguments of a command: one that fails does not stop the others.
#pragma once

#include "cli/console.h"
#include "cli/progress_printer.h"

#include <functional>
#include <string>
#include <vector>

namespace praxiscope::cli {

/// The files behind the arguments. @throws Error kUsage when there are none, kInput.
std::vector<std::string> named_inputs(std::string_view command,
                                      const std::vector<std::string>& arguments);

/// Calls `work` for each input, Ctrl-C cancels `progress`. An input that fails as kInput or kOutput
/// is reported and the others go on; what concerns all of them (usage, model, defects) and an
/// interrupt end it.
/// @return 0, or the exit code of the first failure.
int for_each_input(const std::vector<std::string>& inputs, Console& console,
                   ProgressPrinter& progress,
                   const std::function<void(const std::string& input)>& work);

}  // namespace praxiscope::cli
