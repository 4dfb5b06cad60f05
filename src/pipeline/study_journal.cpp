// See study_journal.h.
#include "pipeline/study_journal.h"

#include <fmt/format.h>

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

}  // namespace

std::string journal_path(const std::vector<std::string>& outputs, const std::string& settings) {
  if (outputs.empty()) return "";
  const std::filesystem::path first = outputs.front();
  return (first.parent_path() /
          fmt::format(".{}.{:016x}.journal", first.filename().string(), digest(settings)))
      .string();
}

}  // namespace praxiscope
