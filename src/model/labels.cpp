// Class names from the files that the field uses. Knows no models.
#include "core/text.h"

#include "praxiscope/error.h"
#include "praxiscope/manifest.h"

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include <algorithm>
#include <charconv>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <limits>

namespace praxiscope {
namespace {

using nlohmann::json;

constexpr std::uintmax_t kMostBytes = 64 << 20;
constexpr std::int64_t kMostClasses = 10'000'000;

[[noreturn]] void refuse(const std::string& path, const std::string& why) {
  throw Error(ErrorKind::kModel, "cannot read labels " + in_quotes(path) + ": " + why);
}

std::string read_text(const std::string& path) {
  std::error_code error;
  const auto bytes = std::filesystem::file_size(path, error);
  if (error) refuse(path, error.message());
  if (bytes > kMostBytes) {
    refuse(path, fmt::format("found {} bytes, expected at most {}", bytes, kMostBytes));
  }
  std::ifstream file(path, std::ios::binary);
  std::string text{std::istreambuf_iterator<char>(file), {}};
  if (text.starts_with("\xEF\xBB\xBF")) text.erase(0, 3);
  if (text.find('\0') != std::string::npos) refuse(path, "found binary data, expected text");
  return text;
}

/// UTF-8 has no byte 0xC0, 0xC1 or above 0xF4, and every lead byte has its continuations.
bool is_utf8(std::string_view text) {
  for (std::size_t i = 0; i < text.size();) {
    const auto lead = static_cast<unsigned char>(text[i++]);
    if (lead < 0x80) continue;
    const int more = lead >= 0xF0 ? 3 : lead >= 0xE0 ? 2 : 1;
    if (lead < 0xC2 || lead > 0xF4) return false;
    for (int k = 0; k < more; ++k, ++i) {
      if (i >= text.size() || (static_cast<unsigned char>(text[i]) & 0xC0) != 0x80) return false;
    }
  }
  return true;
}

/// Kinetics' JSON keys carry a second pair of quotes: "\"playing violin\"".
std::string without_quotes(std::string name) {
  name = trimmed(name);
  const bool is_quoted =
      name.size() >= 2 && name.front() == name.back() && (name[0] == '"' || name[0] == '\'');
  return is_quoted ? trimmed(name.substr(1, name.size() - 2)) : name;
}

struct Numbered {
  std::int64_t index = 0;
  std::string name;
};

/// Names by index; the smallest index is 0, or 1 where `may_begin_at_one`.
std::vector<std::string> by_index(const std::string& path, const std::vector<Numbered>& entries,
                                  bool may_begin_at_one) {
  std::int64_t first = std::numeric_limits<std::int64_t>::max();
  for (const Numbered& entry : entries) first = std::min(first, entry.index);
  if (first != 1 || !may_begin_at_one) first = 0;
  std::vector<std::string> names(entries.size());
  std::vector<bool> is_taken(entries.size());
  for (const Numbered& entry : entries) {
    const std::int64_t at = entry.index - first;
    if (at < 0 || at >= static_cast<std::int64_t>(entries.size())) {
      refuse(path,
             fmt::format("found index {} for {}, expected {} to {} for {} names", entry.index,
                         in_quotes(entry.name), first,
                         first + static_cast<std::int64_t>(entries.size()) - 1, entries.size()));
    }
    if (is_taken[at]) {
      refuse(path, fmt::format("found index {} for both {} and {}, expected one name an index",
                               entry.index, in_quotes(names[at]), in_quotes(entry.name)));
    }
    is_taken[at] = true;
    names[at] = entry.name;
  }
  return names;
}

std::vector<std::string> from_json(const std::string& path, const std::string& text) {
  json document;
  try {
    document = json::parse(text);
  } catch (const json::parse_error& error) {
    refuse(path, fmt::format("no valid JSON at byte {}", error.byte));
  }
  if (document.is_array()) {  // ["a", "b"]
    std::vector<std::string> names;
    for (const json& name : document) {
      if (!name.is_string()) refuse(path, "found a list with other things than names");
      names.push_back(without_quotes(name.get<std::string>()));
    }
    return names;
  }
  std::vector<Numbered> entries;
  for (const auto& [key, value] : document.items()) {
    if (value.is_number_integer()) {  // {"name": 3}
      entries.push_back({value.get<std::int64_t>(), without_quotes(key)});
      continue;
    }
    std::int64_t index = 0;  // {"3": "name"}
    const auto [end, error] = std::from_chars(key.data(), key.data() + key.size(), index);
    if (!value.is_string() || error != std::errc() || end != key.data() + key.size()) {
      refuse(path, "found " + in_quotes(key) + " without a number, expected {\"name\": index}");
    }
    entries.push_back({index, without_quotes(value.get<std::string>())});
  }
  return by_index(path, entries, true);
}

/// "17 name" or "17,name"; nothing for lines of another form.
std::optional<Numbered> numbered_line(const std::string& line) {
  std::int64_t index = 0;
  const auto [end, error] = std::from_chars(line.data(), line.data() + line.size(), index);
  const auto length = static_cast<std::size_t>(end - line.data());
  if (error != std::errc() || length >= line.size() || index < 0 || index > kMostClasses) {
    return std::nullopt;
  }
  if (line[length] != ' ' && line[length] != '\t' && line[length] != ',') return std::nullopt;
  const std::string name = without_quotes(line.substr(length + 1));
  return name.empty() ? std::nullopt : std::optional(Numbered{index, name});
}

/// Whether the numbers in front count the lines; names may begin with a number themselves.
bool counts(const std::vector<Numbered>& entries) {
  std::vector<std::int64_t> sorted;
  for (const Numbered& entry : entries) sorted.push_back(entry.index);
  std::sort(sorted.begin(), sorted.end());
  return !sorted.empty() && sorted.front() <= 1 &&
         sorted.back() - sorted.front() == static_cast<std::int64_t>(sorted.size()) - 1;
}

std::vector<std::string> from_lines(const std::string& path, const std::string& text) {
  std::vector<std::string> lines = split(text, '\n');
  for (std::string& line : lines) line = trimmed(line);
  while (!lines.empty() && lines.back().empty()) lines.pop_back();
  if (!lines.empty() && (lines[0] == "id,name" || lines[0] == "id name")) {
    lines.erase(lines.begin());  // Kinetics' tables have a head
  }
  for (std::size_t i = 0; i < lines.size(); ++i) {
    if (lines[i].empty()) {
      refuse(path, fmt::format("line {} is empty; expected a name, for all later classes would "
                               "shift by one",
                               i + 1));
    }
  }
  std::vector<Numbered> entries;
  for (const std::string& line : lines) {
    if (auto entry = numbered_line(line)) entries.push_back(*std::move(entry));
  }
  if (entries.size() == lines.size() && counts(entries)) return by_index(path, entries, true);
  return lines;
}

}  // namespace

std::vector<std::string> read_labels(const std::string& path) {
  const std::string text = read_text(path);
  if (!is_utf8(text)) refuse(path, "found text in another encoding, expected UTF-8");
  const std::string start = trimmed(text.substr(0, 64));
  const bool is_json = start.starts_with('{') || start.starts_with('[');
  std::vector<std::string> names = is_json ? from_json(path, text) : from_lines(path, text);
  if (names.empty()) refuse(path, "found no names");
  return names;
}

}  // namespace praxiscope
