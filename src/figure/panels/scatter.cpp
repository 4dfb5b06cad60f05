// Points in a plane; a click leads to the state of a point.
#include "figure/panels/parts.h"

#include <algorithm>
#include <cmath>
#include <limits>

namespace praxiscope::figure {
namespace {

constexpr double kDot = 3, kStrongDot = 5;  ///< pt, radii

bool is_shown(const ScatterPanel::Point& point) {
  return std::isfinite(point.x) && std::isfinite(point.y);
}

/// Both axes with a little room around the outermost points.
void set_ranges(const ScatterPanel& panel, Plot& plot) {
  constexpr double kFar = std::numeric_limits<double>::infinity();
  Range x{kFar, -kFar}, y{kFar, -kFar};
  for (const ScatterPanel::Point& point : panel.points) {
    if (!is_shown(point)) continue;
    x = {std::min(x.begin, point.x), std::max(x.end, point.x)};
    y = {std::min(y.begin, point.y), std::max(y.end, point.y)};
  }
  const auto with_room = [](const Range& range) -> Range {
    if (range.begin > range.end) return {0, 1};
    const double room = range.begin < range.end ? 0.05 * (range.end - range.begin) : 0.5;
    return {range.begin - room, range.end + room};
  };
  plot.x = with_room(x);
  plot.y = with_room(y);
}

void draw_point(const ScatterPanel::Point& point, const Plot& plot, const PanelContext& context,
                Pen& pen) {
  const Theme& look = theme(context.is_dark);
  const Point center{plot.x_of(point.x), plot.y_of(point.y)};
  Ink ink = class_ink(point.color, context.is_dark);
  if (point.is_strong) {
    pen.dot(center, kStrongDot + 2, look.text);
    pen.dot(center, kStrongDot + 0.8, look.paper);
  } else {
    ink.a = 0.8;  // where many lie on each other it gets darker
  }
  pen.dot(center, point.is_strong ? kStrongDot - 0.4 : kDot, ink);
  if (point.state >= 0)
    pen.link({center.first - 6, center.second - 6, 12, 12}, point.state, point.label);
}

/// Beside its point, on the side that has room.
void draw_label(const ScatterPanel::Point& point, const Plot& plot, const Theme& look, Pen& pen) {
  Letter letter = small_letter(look);
  letter.is_bold = true;
  letter.ink = look.text;
  const double x = plot.x_of(point.x), y = plot.y_of(point.y), room = kStrongDot + 6;
  const double width = std::min(pen.width_of(point.label, letter) + 1, plot.area.width / 2);
  const bool is_left = x + room + width > plot.area.right();
  const Box box{is_left ? x - room - width : x + room, y - 7, width, 14};
  pen.fill({box.x - 2, box.y, box.width + 4, box.height},
           {look.paper.r, look.paper.g, look.paper.b, 0.8}, 2);
  pen.text(point.label, box, letter);
}

}  // namespace

void draw_scatter(const ScatterPanel& panel, const Box& box, const PanelContext& context,
                  Pen& pen) {
  const Theme& look = theme(context.is_dark);
  Box rest = draw_heading(panel.title, panel.y_label, box, context, pen);
  std::vector<Key> keys;
  for (std::size_t i = 0; i < panel.colors.size(); ++i)
    keys.push_back({panel.colors[i], static_cast<int>(i), false});
  rest = draw_legend(keys, rest, context, pen);
  Plot plot;
  plot.x_label = panel.x_label;
  set_ranges(panel, plot);
  place_plot(plot, rest, context, pen);
  draw_axes(plot, context, pen);
  if (std::none_of(panel.points.begin(), panel.points.end(), is_shown))
    draw_nothing(plot.area, look, pen);
  for (const bool is_strong : {false, true}) {
    for (const ScatterPanel::Point& point : panel.points) {
      if (is_shown(point) && point.is_strong == is_strong) draw_point(point, plot, context, pen);
    }
  }
  for (const ScatterPanel::Point& point : panel.points) {
    if (is_shown(point) && point.is_strong) draw_label(point, plot, look, pen);
  }
}

WantedHeight wanted_scatter(const ScatterPanel&, double width) {
  return {std::clamp(0.7 * width, 200.0, 400.0), true, 160};
}

}  // namespace praxiscope::figure
