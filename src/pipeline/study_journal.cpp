// See study_journal.h.
#include "pipeline/study_journal.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <cstdint>
#include <filesystem>

namespace praxiscope {
namespace {

/// FNV-1a: a name that another build of the program finds again, which std::hash does not promise.
std::uint64_t digest(const std::string& text) {
  constexpr std::uint64_t kBasis = 14695981039346656037ULL, kPrime = 1099511628211ULL;
  std::uint64_t hash = kBasis;
  for (const char c : text) hash = (hash ^ static_cast<unsigned char>(c)) * kPrime;
  return hash;
}

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

std::string journal_path(const std::vector<std::string>& outputs, const std::string& settings) {
  if (outputs.empty()) return "";
  const std::filesystem::path first = outputs.front();
  return (first.parent_path() /
          fmt::format(".{}.{:016x}.journal", first.filename().string(), digest(settings)))
      .string();
}

}  // namespace praxiscope
