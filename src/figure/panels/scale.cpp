// The colours of a map with raw numbers at its ends, the raw range of this map, and a note.
#include "figure/panels/parts.h"
#include "render/text.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

namespace praxiscope::figure {
namespace {

constexpr double kRamp = 12;

/// A scale on which something can be told apart.
bool is_usable(const FigureScale& scale) {
  return std::isfinite(scale.lo) && std::isfinite(scale.hi) && scale.lo < scale.hi;
}

/// Next to 0.0154, 1e-10 is noise of the arithmetic, not a number to read.
std::string number_beside(float value, float most) {
  if (value != 0 && std::abs(value) < 1e-3F * most)
    return "\xE2\x89\x88"
           "0";
  return format_number(value);
}

void draw_ends(const FigureScale& scale, const Box& row, Letter small, Pen& pen) {
  pen.text(format_number(scale.lo), {row.x, row.y, row.width / 3, row.height}, small);
  small.anchor = Anchor::kCenter;
  if (scale.is_signed)
    pen.text("0", {row.x + row.width / 3, row.y, row.width / 3, row.height}, small);
  small.anchor = Anchor::kRight;
  pen.text(format_number(scale.hi), {row.x + 2 * row.width / 3, row.y, row.width / 3, row.height},
           small);
}

}  // namespace

void draw_scale(const ScalePanel& panel, const Box& box, const PanelContext& context, Pen& pen) {
  const Theme& look = theme(context.is_dark);
  // "Grad-CAM, change of the logit": what it is, and in small letters what its values are.
  const std::size_t comma = std::min(panel.title.find(", "), panel.title.size());
  const std::string_view title = panel.title;
  const std::string_view values = title.substr(std::min(comma + 2, title.size()));
  Box rest = draw_heading(title.substr(0, comma), values, box, context, pen);
  Letter small = small_letter(look);
  if (is_usable(panel.scale)) {
    const Box bar{rest.x, rest.y, rest.width, kRamp};
    pen.ramp(bar, panel.scale);
    pen.outline(bar, look.faint, 0.8);
    if (panel.scale.is_signed) {
      const double middle = bar.x + bar.width / 2;
      pen.line({{middle, bar.y}, {middle, bar.bottom()}}, {0, 0, 0, 0.8}, 0.8);
    }
    draw_ends(panel.scale, {rest.x, bar.bottom() + 2, rest.width, kSmallRow}, small, pen);
    rest.y += kRamp + 2 + kSmallRow;
  }
  const float most = std::max(std::abs(panel.lo), std::abs(panel.hi));
  const std::string range = fmt::format("this map: {} to {}", number_beside(panel.lo, most),
                                        number_beside(panel.hi, most));
  pen.text(range, {rest.x, rest.y + 2, rest.width, kSmallRow}, small);
  if (panel.note.empty()) return;
  small.ink = look.text;
  pen.text(panel.note, {rest.x, rest.y + 2 + kSmallRow + 2, rest.width, kSmallRow}, small);
}

WantedHeight wanted_scale(const ScalePanel& panel) {
  return {(panel.title.empty() ? 0 : kHeading) + kRamp + 2 + kSmallRow + 2 + kSmallRow +
              (panel.note.empty() ? 0 : 2 + kSmallRow),
          false};
}

}  // namespace praxiscope::figure
