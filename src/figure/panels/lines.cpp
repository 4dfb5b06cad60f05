// Curves over a common axis.
#include "figure/panels/parts.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <limits>

namespace praxiscope::figure {
namespace {

bool is_shown(const LinesPanel::Line& line, std::size_t i) {
  return std::isfinite(line.x[i]) && std::isfinite(line.y[i]);
}

/// Smallest and largest of all shown points; begin > end when there are none.
Range data_range(const LinesPanel& panel, bool is_x) {
  Range range{std::numeric_limits<double>::infinity(), -std::numeric_limits<double>::infinity()};
  for (const LinesPanel::Line& line : panel.lines) {
    for (std::size_t i = 0; i < line.x.size(); ++i) {
      if (!is_shown(line, i)) continue;
      const double value = is_x ? line.x[i] : line.y[i];
      range.begin = std::min(range.begin, value);
      range.end = std::max(range.end, value);
    }
  }
  return range;
}

/// A range that can be drawn: one value gets room around it.
Range with_width(Range range) {
  if (range.begin > range.end) return {0, 1};
  if (range.begin < range.end) return range;
  const double room = range.begin == 0 ? 0.5 : 0.5 * std::abs(range.begin);
  return {range.begin - room, range.end + room};
}

Range x_range(const LinesPanel& panel) {
  const Range data = data_range(panel, true);
  Range range{panel.x_begin.value_or(data.begin), panel.x_end.value_or(data.end)};
  if (range.begin == range.end) return {range.begin - 0.5, range.end + 0.5};  // a still picture
  return with_width(range);
}

/// Where shares end: steps that change seldom, as in the videos.
double percent_top(double most) {
  constexpr std::array<double, 6> kTops{0.01, 0.05, 0.1, 0.2, 0.5, 1.0};
  return *std::lower_bound(kTops.begin(), kTops.end() - 1, most);
}

Range y_range(const LinesPanel& panel) {
  Range data = data_range(panel, false);
  if (data.begin <= data.end) {
    data.begin = std::min(0.0, data.begin);  // heights are compared: they start at 0
    data.end = panel.is_percent ? percent_top(data.end) : std::max(0.0, data.end);
    if (!panel.is_percent) {
      // The peak shall not touch the edge.
      const double room = 0.06 * (data.end - data.begin);
      if (data.end > 0) data.end += room;
      if (data.begin < 0) data.begin -= room;
    }
    if (data.begin == data.end) data.end = 1;  // zero everywhere
  }
  return with_width({panel.y_begin.value_or(data.begin), panel.y_end.value_or(data.end)});
}

std::vector<Key> keys_of(const LinesPanel& panel) {
  std::vector<Key> keys;
  for (const LinesPanel::Line& line : panel.lines)
    keys.push_back({line.label, line.color, line.is_strong});
  return keys;
}

Plot plot_of(const LinesPanel& panel, const Box& rest, const PanelContext& context, Pen& pen) {
  Plot plot{{}, x_range(panel), y_range(panel), panel.is_percent, panel.x_label};
  place_plot(plot, rest, context, pen);
  return plot;
}

/// The marked stretch, named above it, or beside what stands left of `free_x`.
void draw_marked(const LinesPanel& panel, const Plot& plot, double free_x, const Theme& look,
                 Pen& pen) {
  if (!panel.marked) return;
  const auto inside = [&](double value) {
    return plot.x_of(std::clamp(value, plot.x.begin, plot.x.end));
  };
  double left = inside(panel.marked->first), right = inside(panel.marked->second);
  if (right - left < 2) left -= 1, right = left + 2;  // a moment still is seen
  const Box box{left, plot.area.y, right - left, plot.area.height};
  pen.fill(box, {look.accent.r, look.accent.g, look.accent.b, 0.12});
  pen.fill({left, plot.area.y - 3, right - left, 3}, look.accent);
  Letter letter = small_letter(look);
  letter.anchor = Anchor::kCenter;
  const double width = pen.width_of("this clip", letter) + 2;
  const double most = plot.area.right() + 3 * kGrid - width;
  const double x = std::max(free_x + 1, std::min((left + right - width) / 2, most));
  // Farther away it would name something else.
  const bool is_near = x < right + 3 * kGrid && x + width > left - 3 * kGrid && x <= most;
  if (is_near) pen.text("this clip", {x, plot.area.y - 4 - kSmallRow, width, kSmallRow}, letter);
}

/// One unbroken stretch of a line.
void draw_stretch(const std::vector<Point>& points, const LinesPanel::Line& line, const Plot& plot,
                  const Ink& ink, Pen& pen) {
  if (points.empty()) return;
  const double width = line.is_strong ? 2.2 : 1.3;
  if (points.size() == 1) {
    pen.dot(points.front(), line.is_strong ? 3.5 : 2.5, ink);
    return;
  }
  if (line.is_strong) {
    const double zero = plot.y_of(std::clamp(0.0, plot.y.begin, plot.y.end));
    std::vector<Point> area = points;
    area.emplace_back(points.back().first, zero);
    area.emplace_back(points.front().first, zero);
    pen.polygon(area, {ink.r, ink.g, ink.b, 0.14});
  }
  pen.line(points, ink, width);
}

void draw_curve(const LinesPanel::Line& line, const Plot& plot, const PanelContext& context,
                Pen& pen) {
  const Ink ink = class_ink(line.color, context.is_dark);
  std::vector<Point> stretch;
  for (std::size_t i = 0; i < line.x.size(); ++i) {
    const bool is_inside =
        is_shown(line, i) && line.x[i] >= plot.x.begin && line.x[i] <= plot.x.end;
    if (is_inside) {
      stretch.emplace_back(plot.x_of(line.x[i]),
                           plot.y_of(std::clamp(line.y[i], plot.y.begin, plot.y.end)));
    } else {
      draw_stretch(stretch, line, plot, ink, pen);
      stretch.clear();
    }
  }
  draw_stretch(stretch, line, plot, ink, pen);
}

Box below_heading(const LinesPanel& panel, const Box& box) {
  const double height = panel.title.empty() && panel.y_label.empty() ? 0 : kHeading;
  return {box.x, box.y + height, box.width, std::max(0.0, box.height - height)};
}

}  // namespace

PlotArea plot_area(const LinesPanel& panel, const Box& box, const PanelContext& context, Pen& pen) {
  const Box rest = room_beside_legend(keys_of(panel), below_heading(panel, box), context, pen);
  const Plot plot = plot_of(panel, rest, context, pen);
  return {plot.area, plot.x.begin, plot.x.end, plot.y.begin, plot.y.end};
}

void draw_lines(const LinesPanel& panel, const Box& box, const PanelContext& context, Pen& pen) {
  const Theme& look = theme(context.is_dark);
  Box rest = draw_heading(panel.title, panel.y_label, box, context, pen);
  rest = draw_legend(keys_of(panel), rest, context, pen);
  const Plot plot = plot_of(panel, rest, context, pen);
  const Range data = data_range(panel, true);
  const bool has_row_above = rest.y > box.y + kHeading;  // of a legend
  const double heading = pen.width_of(panel.title, heading_letter(look)) +
                         pen.width_of(panel.y_label, small_letter(look)) + 4 * kGrid;
  draw_marked(panel, plot, has_row_above ? box.right() : box.x + heading, look, pen);
  draw_axes(plot, context, pen);
  if (data.begin > data.end) return draw_nothing(plot.area, look, pen);
  for (const bool is_strong : {false, true}) {  // the target on top
    for (auto line = panel.lines.rbegin(); line != panel.lines.rend(); ++line) {
      if (line->is_strong == is_strong) draw_curve(*line, plot, context, pen);
    }
  }
}

WantedHeight wanted_lines(const LinesPanel& panel, double width) {
  const double legend = panel.lines.size() > 1 && width < 560 ? 2 * kHeading : 0;
  return {(width >= 560 ? 144 : 112) + legend, true, 88 + legend};
}

}  // namespace praxiscope::figure
