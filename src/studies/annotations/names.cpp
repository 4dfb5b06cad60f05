#include "studies/annotations/names.h"

#include "core/text.h"

#include "praxiscope/error.h"

#include <filesystem>
#include <set>

namespace praxiscope::studies {
namespace {

namespace fs = std::filesystem;

/// Without a slash at the end, which would be an empty last part, and without ".." in front.
fs::path tidy(const fs::path& path) {
  fs::path normal = path.lexically_normal();
  if (!normal.has_filename()) normal = normal.parent_path();
  while (!normal.empty() && *normal.begin() == "..") {
    normal = normal.lexically_relative("..");
  }
  return normal;
}

/// Whether the folders of `name` are the last folders of `input`.
bool folders_fit(const fs::path& name, const fs::path& input) {
  const fs::path wanted = name.parent_path(), there = input.parent_path();
  if (name.is_absolute()) return wanted == there;
  std::vector<fs::path> a(wanted.begin(), wanted.end()), b(there.begin(), there.end());
  return a.size() <= b.size() && std::equal(a.rbegin(), a.rend(), b.rbegin());
}

}  // namespace

std::string absolute_name(const std::string& input) {
  std::error_code failed;
  const fs::path absolute = fs::absolute(input, failed);
  return tidy(failed ? fs::path(input) : absolute).string();
}

InputNames::InputNames(const std::vector<std::string>& inputs) {
  std::set<std::string> names;
  for (const std::string& input : inputs) names.insert(absolute_name(input));
  for (const std::string& name : names) {
    by_file_name_.emplace(fs::path(name).filename().string(), name);
    by_stem_.emplace(fs::path(name).stem().string(), name);
  }
}

std::optional<std::string> InputNames::find(const std::string& name, std::string_view where) const {
  const fs::path wanted = tidy(name);
  for (const auto* const names : {&by_file_name_, &by_stem_}) {
    std::vector<std::string> fitting;
    const auto [begin, end] = names->equal_range(wanted.filename().string());
    for (auto each = begin; each != end; ++each) {
      if (folders_fit(wanted, each->second)) fitting.push_back(each->second);
    }
    if (fitting.size() > 1) {
      throw Error(ErrorKind::kInput,
                  std::string(where) + ": found " + in_quotes(name) + ", which fits " +
                      std::to_string(fitting.size()) + " inputs (" + in_quotes(fitting[0]) + ", " +
                      in_quotes(fitting[1]) + "), expected one; write more of its folders");
    }
    if (!fitting.empty()) return fitting.front();
  }
  return std::nullopt;
}

void Unmatched::add(const std::string& name) {
  if (count_ > 0 && name == last_) return;  // lines of one video stand together
  if (count_ == 0) first_ = name;
  last_ = name;
  ++count_;
}

std::string Unmatched::warning(const std::string& path) const {
  const std::string names =
      count_ == 1 ? "1 name that fits" : std::to_string(count_) + " names that fit";
  return "annotations " + in_quotes(path) + ": found " + names + " no input (" +
         (count_ == 1 ? "" : "the first: ") + in_quotes(first_) + ")";
}

}  // namespace praxiscope::studies
