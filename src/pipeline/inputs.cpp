// expand_inputs(): what a user writes as INPUT -> one media name each.
#include "praxiscope/error.h"
#include "praxiscope/explain.h"
#include "praxiscope/media.h"

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

}  // namespace praxiscope
