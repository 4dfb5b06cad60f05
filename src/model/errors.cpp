// See errors.h.
#include "model/errors.h"

#include "core/text.h"

#include <fmt/format.h>

namespace praxiscope::program {

std::string reason_of(const std::exception& error) {
  const auto* torch_error = dynamic_cast<const c10::Error*>(&error);
  const std::string text =
      torch_error != nullptr ? torch_error->what_without_backtrace() : std::string(error.what());
  // TorchScript quotes source lines; the words stand in the last line that is none of them.
  std::string reason;
  for (const std::string& line : split(text, '\n')) {
    const std::string words = trimmed(line);
    const bool is_frame = words.empty() || words.starts_with("Exception raised from") ||
                          words.starts_with("frame #") || words.starts_with("~") ||
                          words.starts_with("The following operation failed") ||
                          words.starts_with("Traceback of TorchScript");
    if (is_frame) {
      if (!reason.empty()) break;
      continue;
    }
    if (!reason.empty()) reason += "; ";
    reason += words;
    if (reason.size() > 300) break;
  }
  while (!reason.empty() && (reason.back() == '.' || reason.back() == ';')) reason.pop_back();
  return reason.empty() ? "no reason given" : reason;
}

Error translated(const std::exception& error, const Op* op) {
  if (dynamic_cast<const c10::OutOfMemoryError*>(&error) != nullptr ||
      dynamic_cast<const std::bad_alloc*>(&error) != nullptr) {
    return Error(ErrorKind::kModel,
                 "not enough memory to run the network; take smaller batches or smaller clips");
  }
  if (op == nullptr) return Error(ErrorKind::kModel, "the network failed: " + reason_of(error));
  const std::string layer =
      op->module_path.empty() ? "in the network itself" : "in layer " + in_quotes(op->module_path);
  const std::string line = op->python_line ? op->python_line() : "";
  const std::string place = line.empty() ? "" : " at " + line;
  return Error(ErrorKind::kModel, fmt::format("the network failed {}: {}{}: {}", layer, op->name,
                                              place, reason_of(error)));
}

}  // namespace praxiscope::program
