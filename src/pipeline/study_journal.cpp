// See study_journal.h.
#include "pipeline/study_journal.h"

#include "core/digest.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <filesystem>

namespace praxiscope {
namespace {

/// Hexadecimal digits of a name that another build of the program finds again.
constexpr std::size_t kDigits = 16;

std::string stamp_of(const std::filesystem::path& path) {
  std::error_code ignored;
  const auto size = std::filesystem::file_size(path, ignored);
  const auto changed = std::filesystem::last_write_time(path, ignored);
  return fmt::format("{} {} {}\n", path.string(), size, changed.time_since_epoch().count());
}

}  // namespace

std::string stamps_of(const std::vector<std::string>& paths) {
  std::vector<std::string> stamps;
  for (const std::string& path : paths) {
    std::error_code ignored;
    if (std::filesystem::is_directory(path, ignored)) {
      for (const auto& entry : std::filesystem::recursive_directory_iterator(path, ignored)) {
        if (entry.is_regular_file(ignored)) stamps.push_back(stamp_of(entry.path()));
      }
    } else if (std::filesystem::exists(path, ignored)) {
      stamps.push_back(stamp_of(path));
    }
  }
  std::sort(stamps.begin(), stamps.end());  // folders list their files in any order
  return fmt::format("{}", fmt::join(stamps, ""));
}

void remove_journal(const std::string& path) {
  if (path.empty()) return;
  const std::filesystem::path journal = path;
  const std::filesystem::path folder =
      journal.has_parent_path() ? journal.parent_path() : std::filesystem::path(".");
  const std::string name = journal.filename().string();
  std::error_code ignored;
  std::vector<std::filesystem::path> files;
  for (const auto& entry : std::filesystem::directory_iterator(folder, ignored))
    if (entry.path().filename().string().starts_with(name)) files.push_back(entry.path());
  for (const std::filesystem::path& file : files) std::filesystem::remove(file, ignored);
}

std::string journal_path(const std::vector<std::string>& outputs, const std::string& settings) {
  if (outputs.empty()) return "";
  const std::filesystem::path first = outputs.front();
  return (first.parent_path() / fmt::format(".{}.{}.journal", first.filename().string(),
                                            sha256_of({settings}).substr(0, kDigits)))
      .string();
}

}  // namespace praxiscope
