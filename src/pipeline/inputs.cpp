// expand_inputs(): what a user writes as INPUT -> one media name each.
#include "core/text.h"

#include "praxiscope/error.h"
#include "praxiscope/explain.h"
#include "praxiscope/media.h"

#include <fmt/format.h>
#include <glob.h>

#include <filesystem>
#include <fstream>

namespace praxiscope {
namespace {

namespace fs = std::filesystem;

std::vector<std::string> read_list(const std::string& path) {
  std::ifstream file(path);
  std::vector<std::string> inputs;
  for (std::string line; std::getline(file, line);) {
    line = trimmed(line);
    if (line.empty() || line[0] == '#') continue;
    // "path label": the label is the last word; a path that exists as it stands wins, so spaces in
    // names work
    std::string path_part = line;
    const std::size_t space = line.find_last_of(" \t");
    const fs::path folder = fs::path(path).parent_path();
    std::error_code ignored;
    if (space != std::string::npos && !fs::exists(folder / line, ignored))
      path_part = trimmed(line.substr(0, space));
    inputs.push_back((folder / path_part).string());
  }
  if (inputs.empty())
    throw Error(
        ErrorKind::kInput,
        fmt::format("list {}: found no lines, expected `path label` on each", in_quotes(path)));
  return inputs;
}

std::vector<std::string> expand_glob(const std::string& pattern) {
  glob_t found{};
  std::vector<std::string> paths;
  if (glob(pattern.c_str(), GLOB_TILDE, nullptr, &found) == 0) {
    for (std::size_t i = 0; i < found.gl_pathc; ++i) paths.emplace_back(found.gl_pathv[i]);
  }
  globfree(&found);
  if (paths.empty())
    throw Error(ErrorKind::kInput,
                fmt::format("cannot read {}: no file matches", in_quotes(pattern)));
  return paths;
}

}  // namespace

std::vector<std::string> expand_inputs(const std::vector<std::string>& arguments) {
  std::vector<std::string> inputs;
  const auto append = [&](const std::vector<std::string>& more) {
    inputs.insert(inputs.end(), more.begin(), more.end());
  };
  for (const std::string& argument : arguments) {
    std::error_code ignored;
    if (argument == "-" || argument.find('%') != std::string::npos) {
      inputs.push_back(argument);
    } else if (fs::is_directory(argument, ignored)) {
      append(find_media(argument));
    } else if (fs::exists(argument, ignored)) {
      if (fs::path(argument).extension() == ".txt") {
        append(read_list(argument));
      } else {
        inputs.push_back(argument);
      }
    } else if (argument.find_first_of("*?[") != std::string::npos) {
      append(expand_glob(argument));
    } else {
      inputs.push_back(argument);  // open_source says what is wrong with it
    }
  }
  if (inputs.empty())
    throw Error(
        ErrorKind::kInput,
        "found no input, expected a video, an image, a folder, a list, or - for standard input");
  return inputs;
}

}  // namespace praxiscope
