#include "cli/outputs.h"

#include "praxiscope/error.h"
#include "praxiscope/media.h"
#include "praxiscope/text.h"

#include <fmt/format.h>

#include <filesystem>
#include <map>

namespace praxiscope::cli {
namespace fs = std::filesystem;
namespace {

constexpr std::string_view kStem = "{stem}";

std::string path_for(const std::string& pattern, const std::string& input) {
  std::string path = pattern;
  for (std::size_t at = path.find(kStem); at != std::string::npos; at = path.find(kStem, at)) {
    const std::string stem = stem_of(input);
    path.replace(at, kStem.size(), stem);
    at += stem.size();
  }
  return path;
}

[[noreturn]] void throw_collision(const std::string& output, const std::string& first,
                                  const std::string& second) {
  const bool has_stem = output.find(kStem) != std::string::npos;
  const fs::path path(output);
  const std::string better =
      (path.parent_path() / fmt::format("{}{}", kStem, path.extension().string())).string();
  throw Error(ErrorKind::kUsage,
              fmt::format("explain: inputs {} and {} would both write {}; {}", in_quotes(first),
                          in_quotes(second), in_quotes(path_for(output, first)),
                          has_stem ? "explain them into different folders"
                                   : fmt::format("use -o {}", in_quotes(better))));
}

}  // namespace

std::string stem_of(const std::string& input) {
  if (input == "-") return "stdin";
  fs::path path(input);
  if (!path.has_filename()) path = path.parent_path();  // "folder/"
  return path.stem().string();
}

std::vector<std::string> outputs_for(const std::string& input,
                                     const std::vector<std::string>& given) {
  if (!given.empty()) return given;
  if (input == "-") {
    throw Error(ErrorKind::kUsage,
                "explain: standard input has no name to make the output's from; give one, e.g. -o "
                "result.mp4");
  }
  const bool is_still = open_source(input)->info().is_still;
  return {fmt::format("{{stem}}.praxiscope{}", is_still ? ".png" : ".mp4")};
}

void check_outputs(const std::vector<std::string>& inputs,
                   const std::vector<std::string>& outputs) {
  for (const std::string& output : outputs) {
    std::map<std::string, std::string> input_of;
    for (const std::string& input : inputs) {
      const std::string path = path_for(output, input);
      const auto [other, is_new] = input_of.try_emplace(fs::path(path).lexically_normal(), input);
      if (!is_new) throw_collision(output, other->second, input);
      std::error_code ignored;
      if (fs::equivalent(path, input, ignored)) {
        throw Error(
            ErrorKind::kUsage,
            fmt::format("explain: output {} is the input itself; choose another name with -o",
                        in_quotes(path)));
      }
    }
  }
}

}  // namespace praxiscope::cli
