// See classes.h.
#include "studies/faithfulness/classes.h"

#include "praxiscope/error.h"
#include "praxiscope/text.h"

#include <fmt/format.h>

#include <algorithm>
#include <filesystem>
#include <optional>

namespace praxiscope::studies {
namespace {

std::optional<Target> class_named(const std::string& text, const std::vector<std::string>& labels) {
  try {
    const std::vector<TargetWish> wishes = parse_target(text, labels);
    if (wishes.size() != 1 || !wishes.front().fixed) return std::nullopt;
    if (wishes.front().fixed->kind != Target::Kind::kClass) return std::nullopt;
    return wishes.front().fixed;
  } catch (const Error&) {
    return std::nullopt;
  }
}

/// Folders seldom have spaces in their names, labels often do.
std::optional<Target> class_of_folder(const std::string& folder,
                                      const std::vector<std::string>& labels) {
  if (const auto found = class_named(folder, labels)) return found;
  std::string spaced = folder;
  std::replace(spaced.begin(), spaced.end(), '_', ' ');
  return class_named(spaced, labels);
}

std::string folder_of_input(const std::string& name) {
  std::filesystem::path path = std::filesystem::absolute(name).lexically_normal();
  if (!path.has_filename()) path = path.parent_path();  // "frames/": a sequence
  return path.parent_path().filename().string();
}

}  // namespace

std::vector<Target> labelled_classes(const StudyContext& context) {
  const std::vector<std::string>& labels = context.model.labels();
  std::vector<Target> classes;
  for (std::size_t i = 0; i < context.inputs.names().size(); ++i) {
    const std::string& name = context.inputs.names()[i];
    const std::string listed = context.inputs.label(i), folder = folder_of_input(name);
    const auto found =
        listed.empty() ? class_of_folder(folder, labels) : class_named(listed, labels);
    if (!found)
      throw Error(
          ErrorKind::kUsage,
          fmt::format("evaluate: target label: {}: found {} {}, expected one of the network's {} "
                      "labels{}{}",
                      name, listed.empty() ? "its folder" : "the listed label",
                      in_quotes(listed.empty() ? folder : listed), labels.size(),
                      did_you_mean(listed.empty() ? folder : listed, labels),
                      listed.empty() ? "; say it in a list file, `path label` a line" : ""));
    classes.push_back(*found);
  }
  return classes;
}

}  // namespace praxiscope::studies
