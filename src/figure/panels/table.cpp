// Rows and columns of words and numbers.
#include "figure/panels/parts.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <numeric>

namespace praxiscope::figure {
namespace {

constexpr double kRow = 18, kTightRow = 14;  ///< pt
constexpr double kLeastRows = 5;             ///< where all do not fit, with the head
constexpr double kBetween = 16;              ///< pt between columns

/// As wide as their words; where that is too much the widest give way first.
std::vector<double> column_widths(const TablePanel& panel, double width, const Letter& letter,
                                  Pen& pen) {
  Letter head = letter;
  head.is_bold = true;
  std::vector<double> widths;
  for (std::size_t c = 0; c < panel.columns.size(); ++c) {
    double widest = pen.width_of(panel.columns[c], head);
    for (const auto& row : panel.rows) widest = std::max(widest, pen.width_of(row[c], letter));
    widths.push_back(std::ceil(widest) + 1);
  }
  const double room =
      width - kBetween * static_cast<double>(std::max<std::size_t>(1, widths.size()) - 1);
  double excess = std::accumulate(widths.begin(), widths.end(), -room);
  while (excess > 1) {
    const double most = *std::max_element(widths.begin(), widths.end());
    const auto count = static_cast<double>(
        std::count_if(widths.begin(), widths.end(), [&](double w) { return w > most - 0.5; }));
    double next = 0;
    for (const double w : widths) next = w > most - 0.5 ? next : std::max(next, w);
    const double cut = std::min(most - next, excess / count);
    for (double& w : widths) w = w > most - 0.5 ? w - cut : w;
    excess -= cut * count;
  }
  return widths;
}

void draw_row(const TablePanel& panel, const std::vector<std::string>& cells,
              const std::vector<double>& widths, const Box& row, Letter letter, Pen& pen) {
  double x = row.x;
  for (std::size_t c = 0; c < cells.size(); ++c) {
    letter.anchor =
        c < panel.is_number.size() && panel.is_number[c] ? Anchor::kRight : Anchor::kLeft;
    pen.text(cells[c], {x, row.y, widths[c], row.height}, letter);
    x += widths[c] + kBetween;
  }
}

}  // namespace

void draw_table(const TablePanel& panel, const Box& box, const PanelContext& context, Pen& pen) {
  const Theme& look = theme(context.is_dark);
  const Box rest = draw_heading(panel.title, "", box, context, pen);
  Letter letter = body_letter(look);
  letter.size = 10;
  const std::vector<double> widths = column_widths(panel, rest.width, letter, pen);
  const double row =
      std::clamp(rest.height / (static_cast<double>(panel.rows.size()) + 1), kTightRow, kRow);
  Letter head = letter;
  head.is_bold = true;
  head.ink = look.soft_text;
  draw_row(panel, panel.columns, widths, {rest.x, rest.y, rest.width, row}, head, pen);
  const double all =
      std::accumulate(widths.begin(), widths.end(),
                      kBetween * static_cast<double>(std::max<std::size_t>(1, widths.size()) - 1));
  pen.line({{rest.x, rest.y + row}, {rest.x + all, rest.y + row}}, look.soft_text, 0.8);
  const auto room = static_cast<std::size_t>(std::max(0.0, std::floor(rest.height / row) - 1));
  // One row is given up to say how many are not shown.
  const std::size_t shown =
      panel.rows.size() <= room ? panel.rows.size() : std::max<std::size_t>(1, room) - 1;
  for (std::size_t r = 0; r < shown; ++r) {
    const double y = rest.y + row * static_cast<double>(r + 1);
    draw_row(panel, panel.rows[r], widths, {rest.x, y, rest.width, row}, letter, pen);
    pen.line({{rest.x, y + row}, {rest.x + all, y + row}}, look.faint, 0.8);
  }
  if (shown == panel.rows.size()) return;
  pen.text(fmt::format("and {} more rows", panel.rows.size() - shown),
           {rest.x, rest.y + row * static_cast<double>(shown + 1), rest.width, row},
           small_letter(look));
}

WantedHeight wanted_table(const TablePanel& panel) {
  const double heading = panel.title.empty() ? 0 : kHeading;
  const auto rows = static_cast<double>(panel.rows.size() + 1);
  return {heading + kRow * rows, false, heading + kTightRow * std::min(rows, kLeastRows)};
}

}  // namespace praxiscope::figure
