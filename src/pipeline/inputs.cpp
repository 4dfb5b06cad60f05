// expand_inputs(): what a user writes as INPUT -> one media name each, and what lists say of them.
#include "praxiscope/error.h"
#include "praxiscope/explain.h"
#include "praxiscope/media.h"
#include "praxiscope/text.h"

#include <fmt/format.h>

namespace praxiscope {

std::vector<std::string> expand_inputs(const std::vector<std::string>& arguments) {
  std::vector<std::string> inputs;
  for (const std::string& argument : arguments) {
    for (std::string& input : find_media(argument)) inputs.push_back(std::move(input));
  }
  if (inputs.empty()) {
    throw Error(
        ErrorKind::kInput,
        "found no input, expected a video, a picture, a folder, a list, or - for standard input");
  }
  return inputs;
}

std::map<std::string, std::string> labels_of_inputs(const std::vector<std::string>& arguments) {
  std::map<std::string, std::string> labels;
  for (const std::string& argument : arguments) {
    for (const ListedMedium& medium : find_listed_media(argument)) {
      if (medium.label.empty()) continue;
      const auto [known, is_new] = labels.emplace(medium.name, medium.label);
      if (!is_new && known->second != medium.label)
        throw Error(
            ErrorKind::kInput,
            fmt::format("{} is listed twice: found labels {} and {}, expected one",
                        in_quotes(medium.name), in_quotes(known->second), in_quotes(medium.label)));
    }
  }
  return labels;
}

}  // namespace praxiscope
