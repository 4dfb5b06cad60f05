// Text for people in columns: tables, hanging paragraphs, numbers with units.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace praxiscope::cli {

/// Columns wide in a terminal; UTF-8 with one column a character.
std::size_t columns_of(std::string_view text);

/// At most `width` columns, "..." at the end of what was cut.
std::string shortened(std::string_view text, std::size_t width);

/// `head`, then `text` broken at spaces so that lines end before `width`; further lines start at
/// `indent`. Ends with a newline.
std::string hanging(const std::string& head, const std::string& text, std::size_t indent,
                    std::size_t width);

/// Rows of cells, each column as wide as its widest cell; the last one runs free.
class Table {
 public:
  /// `alignment`: one character a column, '<' or '>'.
  explicit Table(std::string alignment) : alignment_(std::move(alignment)) {}
  void add(std::vector<std::string> cells);
  /// Lines that end in newlines, columns two spaces apart.
  std::string text() const;

 private:
  std::string alignment_;
  std::vector<std::vector<std::string>> rows_;
};

/// "1 clip", "2 clips".
std::string counted(std::int64_t count, std::string_view noun);

/// 33186394 -> "33.2 M".
std::string short_count(std::int64_t count);

}  // namespace praxiscope::cli
