#include "cli/table.h"

#include <fmt/format.h>

#include <algorithm>

namespace praxiscope::cli {
namespace {

bool is_continuation(char c) { return (static_cast<unsigned char>(c) & 0xc0) == 0x80; }

}  // namespace

std::size_t columns_of(std::string_view text) {
  return static_cast<std::size_t>(
      std::count_if(text.begin(), text.end(), [](char c) { return !is_continuation(c); }));
}

std::string shortened(std::string_view text, std::size_t width) {
  if (columns_of(text) <= width) return std::string(text);
  const std::string_view mark = width > 6 ? "..." : "";
  std::size_t left = width - mark.size();
  std::size_t end = 0;
  while (end < text.size() && (left > 0 || is_continuation(text[end]))) {
    if (!is_continuation(text[end])) --left;
    ++end;
  }
  return std::string(text.substr(0, end)) + std::string(mark);
}

std::string hanging(const std::string& head, const std::string& text, std::size_t indent,
                    std::size_t width) {
  std::string out, line = head;
  std::size_t begin = 0;
  bool is_first_word = true;
  while (begin < text.size()) {
    const std::size_t end = std::min(text.find(' ', begin), text.size());
    const std::string word = text.substr(begin, end - begin);
    begin = end + 1;
    if (!is_first_word && columns_of(line) + 1 + columns_of(word) > width) {
      out += line + "\n";
      line = std::string(indent, ' ');
      is_first_word = true;
    }
    line += (is_first_word ? "" : " ") + word;
    is_first_word = false;
  }
  return out + line + "\n";
}

void Table::add(std::vector<std::string> cells) { rows_.push_back(std::move(cells)); }

std::string Table::text() const {
  std::vector<std::size_t> widths(alignment_.size(), 0);
  for (const auto& row : rows_) {
    for (std::size_t i = 0; i < row.size(); ++i) {
      widths[i] = std::max(widths[i], columns_of(row[i]));
    }
  }
  std::string out;
  for (const auto& row : rows_) {
    std::string line;
    for (std::size_t i = 0; i < row.size(); ++i) {
      const std::string space(widths[i] - columns_of(row[i]), ' ');
      line += (i == 0 ? "" : "  ") + (alignment_[i] == '>' ? space + row[i] : row[i] + space);
    }
    line.erase(line.find_last_not_of(' ') + 1);
    out += line + "\n";
  }
  return out;
}

std::string counted(std::int64_t count, std::string_view noun) {
  return fmt::format("{} {}{}", count, noun, count == 1 ? "" : "s");
}

std::string short_count(std::int64_t count) {
  if (count >= 1'000'000) return fmt::format("{:.1f} M", static_cast<double>(count) / 1e6);
  if (count >= 10'000) return fmt::format("{:.1f} k", static_cast<double>(count) / 1e3);
  return fmt::format("{}", count);
}

}  // namespace praxiscope::cli
