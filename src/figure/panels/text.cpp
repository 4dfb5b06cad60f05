// Paragraphs. Lines are broken here, so that every pen shows the same ones.
#include "figure/panels/parts.h"

#include <algorithm>

namespace praxiscope::figure {
namespace {

constexpr double kLine = 16, kParagraph = 8;  ///< pt

bool is_inside_character(char byte) { return (static_cast<unsigned char>(byte) & 0xC0) == 0x80; }

/// Bytes of `word` that fit, whole characters, at least one: for words wider than the line and for
/// languages without spaces.
std::size_t fitting_part(std::string_view word, double width, const Letter& letter, Pen& pen) {
  std::size_t fits = 0;
  for (std::size_t end = 1; end <= word.size(); ++end) {
    if (end < word.size() && is_inside_character(word[end])) continue;
    if (fits > 0 && pen.width_of(word.substr(0, end), letter) > width) break;
    fits = end;
  }
  return fits;
}

/// Greedy: as many words a line as fit.
std::vector<std::string> broken_lines(std::string_view paragraph, double width,
                                      const Letter& letter, Pen& pen) {
  std::vector<std::string> lines(1);
  while (!paragraph.empty()) {
    const std::size_t space = std::min(paragraph.find_first_of(" \n"), paragraph.size());
    std::string_view word = paragraph.substr(0, space);
    const bool ends_line = space < paragraph.size() && paragraph[space] == '\n';
    paragraph.remove_prefix(std::min(space + 1, paragraph.size()));
    const std::string joined =
        lines.back().empty() ? std::string(word) : lines.back() + " " + std::string(word);
    if (pen.width_of(joined, letter) <= width) {
      lines.back() = joined;
    } else {
      if (!lines.back().empty()) lines.emplace_back();
      while (pen.width_of(word, letter) > width) {
        const std::size_t part = fitting_part(word, width, letter, pen);
        if (part == 0 || part == word.size()) break;
        lines.back() = word.substr(0, part);
        lines.emplace_back();
        word.remove_prefix(part);
      }
      lines.back() = word;
    }
    if (ends_line) lines.emplace_back();
  }
  return lines;
}

}  // namespace

void draw_text(const TextPanel& panel, const Box& box, const PanelContext& context, Pen& pen) {
  const Letter letter = body_letter(theme(context.is_dark));
  const Box rest = draw_heading(panel.title, "", box, context, pen);
  double y = rest.y;
  for (const std::string& paragraph : panel.paragraphs) {
    for (std::string line : broken_lines(paragraph, rest.width, letter, pen)) {
      const bool is_last = y + 2 * kLine > rest.bottom() + 0.5;
      if (y + kLine > rest.bottom() + 0.5) return;
      const bool has_more = &paragraph != &panel.paragraphs.back() || !paragraph.ends_with(line);
      if (is_last && has_more) line += " \xE2\x80\xA6";  // there is more than fits
      pen.text(line, {rest.x, y, rest.width, kLine}, letter);
      y += kLine;
    }
    y += kParagraph;
  }
}

WantedHeight wanted_text(const TextPanel& panel, double width, const PanelContext& context,
                         Pen& pen) {
  const Letter letter = body_letter(theme(context.is_dark));
  double height = panel.title.empty() ? 0 : kHeading;
  for (const std::string& paragraph : panel.paragraphs)
    height += kLine * static_cast<double>(broken_lines(paragraph, width, letter, pen).size()) +
              kParagraph;
  return {height, false, std::min(height, kHeading + 3 * kLine)};
}

}  // namespace praxiscope::figure
