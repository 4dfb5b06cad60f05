// Names with values: label | bar | value, as in the videos.
#include "figure/panels/parts.h"
#include "render/text.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

namespace praxiscope::figure {
namespace {

constexpr double kRow = 20, kTightRow = 14;              ///< pt
constexpr double kLeastRows = 6;                         ///< where all do not fit
constexpr double kMostLabel = 0.46;                      ///< share of the width
constexpr double kMostLabelWidth = 240, kLeastBar = 32;  ///< pt

std::string value_text(const BarsPanel& panel, double value) {
  if (panel.is_percent) return percent_text(value);
  return std::isfinite(value) ? format_number(value) : "\xE2\x80\x93";
}

/// The columns of all rows.
struct Columns {
  Box label, bar, value;  ///< y and height of the whole panel
  double row = kRow;
  bool has_negative = false;
};

Columns lay_out(const BarsPanel& panel, const Box& box, const Letter& letter, Pen& pen) {
  Columns columns;
  columns.row = std::clamp(box.height / std::max(1.0, static_cast<double>(panel.bars.size())),
                           kTightRow, kRow);
  double label = 0, value = 0;
  for (const BarsPanel::Bar& bar : panel.bars) {
    Letter own = letter;
    own.is_bold = bar.is_strong;
    label = std::max(label, pen.width_of(bar.label, own));
    value = std::max(value, pen.width_of(value_text(panel, bar.value), own));
    columns.has_negative = columns.has_negative || bar.value < 0;
  }
  value = std::min(std::ceil(value) + 1, 0.3 * box.width);
  // In a narrow box the names matter more than the lengths of the bars.
  const double room =
      std::max(kMostLabel * box.width, std::min(120.0, box.width - value - 4 * kGrid - kLeastBar));
  label = std::min({std::ceil(label) + 1, room, kMostLabelWidth});
  columns.label = {box.x, box.y, label, box.height};
  columns.value = {box.right() - value, box.y, value, box.height};
  const double left = box.x + label + 2 * kGrid;
  columns.bar = {left, box.y, std::max(kGrid, columns.value.x - 2 * kGrid - left), box.height};
  return columns;
}

/// The bars that `most` rows can show, in their order: those that matter go last of all.
std::vector<BarsPanel::Bar> chosen_bars(const std::vector<BarsPanel::Bar>& bars, std::size_t most) {
  std::vector<BarsPanel::Bar> chosen = bars;
  while (chosen.size() > most) {
    const auto last = std::find_if(chosen.rbegin(), chosen.rend(),
                                   [](const BarsPanel::Bar& bar) { return !bar.is_strong; });
    chosen.erase(last == chosen.rend() ? chosen.end() - 1 : last.base() - 1);
  }
  return chosen;
}

void draw_bar(const BarsPanel::Bar& bar, const Columns& columns, double most, double y,
              const PanelContext& context, Pen& pen) {
  const Theme& look = theme(context.is_dark);
  const double height = std::round(0.4 * columns.row);
  const Box track{columns.bar.x, y + (columns.row - height) / 2, columns.bar.width, height};
  pen.fill(track, look.faint, height / 2);
  if (!std::isfinite(bar.value) || !(most > 0) || bar.value == 0) return;
  const double share = std::clamp(bar.value / most, -1.0, 1.0);
  const Ink ink = class_ink(bar.color, context.is_dark);
  if (!columns.has_negative) {
    pen.fill({track.x, track.y, std::max(height / 2, share * track.width), height}, ink,
             height / 2);
    return;
  }
  const double zero = track.x + track.width / 2, length = std::abs(share) * track.width / 2;
  pen.fill({share < 0 ? zero - length : zero, track.y, length, height}, ink);
  pen.line({{zero, track.y - 2}, {zero, track.bottom() + 2}}, look.soft_text, 0.8);
}

}  // namespace

void draw_bars(const BarsPanel& panel, const Box& box, const PanelContext& context, Pen& pen) {
  const Theme& look = theme(context.is_dark);
  const Box rest = draw_heading(panel.title, "", box, context, pen);
  Letter letter = body_letter(look);
  const double most_rows = std::floor(rest.height / kTightRow);
  if (static_cast<double>(panel.bars.size()) * kTightRow > rest.height) letter.size = 10;
  const Columns columns = lay_out(panel, rest, letter, pen);
  if (columns.row < 16) letter.size = 10;
  // One row is given up to say how many are not shown.
  std::size_t shown = panel.bars.size();
  if (static_cast<double>(shown) > most_rows)
    shown = static_cast<std::size_t>(std::max(0.0, most_rows - 1));
  const std::vector<BarsPanel::Bar> bars = chosen_bars(panel.bars, shown);
  for (std::size_t i = 0; i < bars.size(); ++i) {
    const BarsPanel::Bar& bar = bars[i];
    const double y = rest.y + static_cast<double>(i) * columns.row;
    Letter own = letter;
    own.is_bold = bar.is_strong;
    pen.text(shortened(bar.label, columns.label.width, own, pen),
             {columns.label.x, y, columns.label.width, columns.row}, own);
    draw_bar(bar, columns, panel.most, y, context, pen);
    own.anchor = Anchor::kRight;
    const std::string value = value_text(panel, bar.value);
    pen.text(value, {columns.value.x, y, columns.value.width, columns.row}, own);
    if (bar.state >= 0)
      pen.link({rest.x, y, rest.width, columns.row}, bar.state,
               fmt::format("{}: {}", bar.label, value));
  }
  if (shown == panel.bars.size()) return;
  const double y = rest.y + static_cast<double>(shown) * columns.row;
  pen.text(fmt::format("and {} more", panel.bars.size() - shown),
           {rest.x, y, rest.width, columns.row}, small_letter(look));
}

WantedHeight wanted_bars(const BarsPanel& panel) {
  const double heading = panel.title.empty() ? 0 : kHeading;
  const auto rows = static_cast<double>(panel.bars.size());
  return {heading + kRow * rows, false, heading + kTightRow * std::min(rows, kLeastRows)};
}

}  // namespace praxiscope::figure
