// Numbers by row and column, coloured; a click on a cell leads to its state.
#include "figure/panels/parts.h"
#include "render/colormaps.h"
#include "render/text.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

namespace praxiscope::figure {
namespace {

constexpr double kBetween = 2;       ///< pt between cells
constexpr double kScaleWidth = 200;  ///< pt of the colour scale in the heading

/// Where cells and labels go. Columns whose names find no room are numbered.
struct Grid {
  Box cells;
  double cell_width = 0, cell_height = 0, label_width = 0, label_height = 0;
  bool is_numbered = false;
  double legend_height = 0;  ///< what the numbers mean, when the rows do not say it

  Box cell(std::size_t row, std::size_t column) const {
    return {cells.x + static_cast<double>(column) * (cell_width + kBetween),
            cells.y + static_cast<double>(row) * (cell_height + kBetween), cell_width, cell_height};
  }
};

double widest(const std::vector<std::string>& labels, const Letter& letter, Pen& pen) {
  double width = 0;
  for (const std::string& label : labels) width = std::max(width, pen.width_of(label, letter));
  return std::ceil(width) + 1;
}

Grid lay_out(const MatrixPanel& panel, const Box& box, const Letter& letter, Pen& pen) {
  Grid grid;
  const auto rows = static_cast<double>(std::max<std::size_t>(1, panel.rows.size()));
  const auto columns = static_cast<double>(std::max<std::size_t>(1, panel.columns.size()));
  const double number = pen.width_of("00", letter) + 2 * kGrid;
  const double names =
      std::max(widest(panel.rows, letter, pen), pen.width_of(panel.row_label, letter) + 1);
  grid.label_width = std::min(names, 0.3 * box.width - number);
  const double room = box.width - grid.label_width - number - 2 * kGrid;
  grid.is_numbered =
      widest(panel.columns, letter, pen) > 2 * (room / columns - kBetween) - 2 * kGrid;
  if (grid.is_numbered) grid.label_width += number;
  const bool needs_legend = grid.is_numbered && panel.rows != panel.columns;
  grid.legend_height = needs_legend ? 3 * kSmallRow : 0;
  grid.label_height = grid.is_numbered ? 16 : 28;
  grid.cells = {box.x + grid.label_width + 2 * kGrid, box.y + kSmallRow + grid.label_height,
                box.width - grid.label_width - 2 * kGrid,
                box.height - kSmallRow - grid.label_height - grid.legend_height};
  grid.cell_height = std::clamp(grid.cells.height / rows - kBetween, 2.0, 96.0);
  grid.cell_width = std::clamp(grid.cells.width / columns - kBetween, 2.0, 3 * grid.cell_height);
  return grid;
}

Ink color_of(const MatrixPanel& panel, const ColorTable& table, double value) {
  const double width = static_cast<double>(panel.scale.hi) - panel.scale.lo;
  const Rgb& c = table.at(width > 0 ? std::clamp((value - panel.scale.lo) / width, 0.0, 1.0) : 0.0);
  return {c[0] / 255.0, c[1] / 255.0, c[2] / 255.0};
}

void draw_labels(const MatrixPanel& panel, const Grid& grid, const Box& box, const Theme& look,
                 Pen& pen) {
  Letter letter = small_letter(look);
  Letter name = letter;
  name.anchor = Anchor::kCenter;
  const double width = static_cast<double>(panel.columns.size()) * (grid.cell_width + kBetween);
  pen.text(panel.row_label, {box.x, box.y, grid.label_width, kSmallRow}, letter);
  pen.text(panel.column_label, {grid.cells.x, box.y, std::max(width, 120.0), kSmallRow}, letter);
  letter.ink = name.ink = look.text;
  for (std::size_t c = 0; c < panel.columns.size(); ++c) {
    const Box cell = grid.cell(0, c);
    name.lines = grid.is_numbered ? 1 : 2;
    pen.text(grid.is_numbered ? std::to_string(c + 1) : panel.columns[c],
             {cell.x - 1, grid.cells.y - grid.label_height, cell.width + 2, grid.label_height},
             name);
  }
  letter.anchor = Anchor::kRight;
  for (std::size_t r = 0; r < panel.rows.size(); ++r) {
    const Box cell = grid.cell(r, 0);
    const bool shows_number = grid.is_numbered && grid.legend_height == 0;
    const std::string number = shows_number ? fmt::format("  {}", r + 1) : "";
    const double room = grid.label_width - pen.width_of(number, letter);
    pen.text(shortened(panel.rows[r], room, letter, pen) + number,
             {box.x, cell.y + cell.height / 2 - 7, grid.label_width, 14}, letter);
  }
  if (grid.legend_height == 0) return;
  std::string legend;
  for (std::size_t c = 0; c < panel.columns.size(); ++c)
    legend += fmt::format("{}{} {}", c == 0 ? "" : " · ", c + 1, panel.columns[c]);
  Letter small = small_letter(look);
  small.lines = 3;
  pen.text(legend, {box.x, box.bottom() - grid.legend_height, box.width, grid.legend_height},
           small);
}

void draw_cell(const MatrixPanel& panel, std::size_t row, std::size_t column, const Box& cell,
               const ColorTable& table, const Theme& look, Pen& pen) {
  const std::size_t i = row * panel.columns.size() + column;
  const double value = panel.values[i];
  const bool has_value = std::isfinite(value);
  const Ink ground = has_value ? color_of(panel, table, value) : look.faint;
  pen.fill(cell, ground, 2);
  Letter letter{.size = std::clamp(0.5 * cell.height, 6.0, 11.0),
                .ink = ink_on(ground),
                .anchor = Anchor::kCenter};
  const std::string text = has_value ? format_number(value) : "\xE2\x80\x93";
  // A number that is cut off is a wrong number.
  while (letter.size > 6 && pen.width_of(text, letter) > cell.width - 2) letter.size -= 1;
  if (pen.width_of(text, letter) <= cell.width && cell.height >= 8) pen.text(text, cell, letter);
  if (panel.states.empty() || panel.states[i] < 0) return;
  pen.outline({cell.x + 1, cell.y + 1, cell.width - 2, cell.height - 2}, letter.ink, 1, 1.5);
  pen.link(cell, panel.states[i],
           fmt::format("{}, {}: {}", panel.rows[row], panel.columns[column], text));
}

/// lo [colours] hi at the right of the heading.
void draw_small_scale(const MatrixPanel& panel, const Box& box, const Theme& look, Pen& pen) {
  if (!(panel.scale.lo < panel.scale.hi) || box.width < 2 * kScaleWidth) return;
  Letter letter = small_letter(look);
  const Box row{box.right() - kScaleWidth, box.y, kScaleWidth, kHeading - kGrid};
  pen.text(format_number(panel.scale.hi), {row.right() - 44, row.y, 44, row.height}, letter);
  letter.anchor = Anchor::kRight;
  pen.text(format_number(panel.scale.lo), {row.x, row.y, 44, row.height}, letter);
  pen.ramp({row.x + 48, row.y + 4, kScaleWidth - 96, 8}, panel.scale);
}

}  // namespace

void draw_matrix(const MatrixPanel& panel, const Box& box, const PanelContext& context, Pen& pen) {
  const Theme& look = theme(context.is_dark);
  const bool has_scale = box.width >= 2 * kScaleWidth;
  draw_heading(panel.title, "",
               {box.x, box.y, box.width - (has_scale ? kScaleWidth : 0), box.height}, context, pen);
  draw_small_scale(panel, box, look, pen);
  const Box rest{box.x, box.y + kHeading, box.width, box.height - kHeading};
  const Grid grid = lay_out(panel, rest, small_letter(look), pen);
  draw_labels(panel, grid, rest, look, pen);
  const ColorTable table = make_color_table(panel.scale.colormap);
  for (std::size_t r = 0; r < panel.rows.size(); ++r) {
    for (std::size_t c = 0; c < panel.columns.size(); ++c)
      draw_cell(panel, r, c, grid.cell(r, c), table, look, pen);
  }
}

WantedHeight wanted_matrix(const MatrixPanel& panel, double width) {
  const double columns = std::max(1.0, static_cast<double>(panel.columns.size()));
  const double cell = std::clamp(0.3 * width / columns, 18.0, 64.0);
  const double head = kHeading + kSmallRow + 28;
  const auto rows = static_cast<double>(panel.rows.size());
  return {head + rows * (cell + kBetween), true, head + rows * (12 + kBetween)};
}

}  // namespace praxiscope::figure
