// The lower third of panels.h: class bars, and the strip of probability over time.
#include "render/panels.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>

namespace praxiscope {
namespace {

constexpr Color kPanel{0.04, 0.045, 0.055, 0.68};
constexpr Color kText{1, 1, 1, 1}, kSoftText{1, 1, 1, 0.82}, kTrack{1, 1, 1, 0.14};
constexpr double kShownS = 10;  // when the duration is unknown

// Okabe and Ito's colour-blind-safe set, lightened for a dark ground; one a class of the strip.
constexpr std::array<Color, 7> kClassColors{{{1.00, 0.70, 0.10, 1},
                                             {0.45, 0.78, 1.00, 1},
                                             {0.20, 0.85, 0.64, 1},
                                             {0.98, 0.60, 0.82, 1},
                                             {0.98, 0.93, 0.40, 1},
                                             {1.00, 0.48, 0.28, 1},
                                             {0.56, 0.62, 1.00, 1}}};
constexpr Color kOtherColor{0.78, 0.80, 0.84, 1};

/// A class drawn in the strip.
struct Line {
  std::size_t class_index = 0;  ///< in ScoreTimeline::labels()
  Color color = kOtherColor;
  bool is_target = false;
};

Line* find_line(std::vector<Line>& lines, std::int64_t class_index) {
  const auto found = std::find_if(lines.begin(), lines.end(), [&](const Line& line) {
    return static_cast<std::int64_t>(line.class_index) == class_index;
  });
  return found == lines.end() ? nullptr : &*found;
}

/// The followed classes in their colours; targets that are not among them take the places of the
/// least of them, in colours that the followed never have.
std::vector<Line> lines_of(const FrameState& state) {
  std::vector<Line> lines;
  if (state.timeline == nullptr) return lines;
  const auto& followed = state.timeline->followed();
  for (std::size_t i = 0; i < followed.size(); ++i) {
    lines.push_back({followed[i], kClassColors[i % kClassColors.size()], false});
  }
  std::vector<const ClassScore*> missing;
  for (const ClassScore& bar : state.bars) {
    if (!bar.is_target) continue;
    if (Line* line = find_line(lines, bar.class_index)) {
      line->is_target = true;
    } else {
      missing.push_back(&bar);
    }
  }
  const auto& peaks = state.timeline->peaks();
  const auto is_less = [&](const Line& a, const Line& b) {
    return std::pair(a.is_target, peaks[a.class_index]) <
           std::pair(b.is_target, peaks[b.class_index]);
  };
  std::size_t color = kClassColors.size();
  for (const ClassScore* bar : missing) {
    const auto least = std::min_element(lines.begin(), lines.end(), is_less);
    if (bar->class_index < 0 || bar->class_index >= static_cast<std::int64_t>(peaks.size()) ||
        least == lines.end() || least->is_target)
      continue;
    *least = {static_cast<std::size_t>(bar->class_index), kClassColors[--color], true};
  }
  return lines;
}

void draw_bar(cairo_t* cairo, const BarRow& row, const ClassScore& score, const Color& color,
              double font_px, TextPainter& text) {
  TextStyle style{
      .font_px = font_px, .is_bold = score.is_target, .color = score.is_target ? kText : kSoftText};
  text.draw(cairo, score.label, row.label, style);
  const double height = std::max(3.0, std::round(0.5 * font_px));
  const double y = row.bar.y + std::round((row.bar.height - height) / 2);
  const double radius = height / 2;
  set_color(cairo, kTrack);
  rounded_path(cairo, row.bar.x, y, row.bar.width, height, radius);
  cairo_fill(cairo);
  const double share =
      std::isfinite(score.probability) ? std::clamp<double>(score.probability, 0, 1) : 0;
  if (share > 0) {
    cairo_save(cairo);
    rounded_path(cairo, row.bar.x, y, row.bar.width, height, radius);
    cairo_clip(cairo);
    set_color(cairo, color);
    fill_rect(cairo, row.bar.x, y, std::max(1.0, share * row.bar.width), height);
    cairo_restore(cairo);
  }
  style.align = Align::kRight;
  text.draw(cairo, format_percent(score.probability), row.percent, style);
}

/// What the strip's height stands for: the smallest of these that holds all of its curves so far,
/// so that weak classes show their shape and the scale changes seldom.
double top_of(const ScoreTimeline& timeline, const std::vector<Line>& lines) {
  constexpr std::array<double, 6> kTops{0.01, 0.05, 0.1, 0.2, 0.5, 1.0};
  double most = 0;
  for (const ScoreTimeline::Point& point : timeline.points()) {
    for (const Line& line : lines) {
      const double value = point.probabilities[line.class_index];
      if (std::isfinite(value)) most = std::max(most, value);
    }
  }
  const auto* found = std::lower_bound(kTops.begin(), kTops.end() - 1, most);
  return *found;
}

/// Seconds shown, the probability at the top, and where they lie in the plot.
struct TimeAxis {
  double begin_s = 0, end_s = 1;
  double top = 1;
  Rect plot;
  double x_of(double time_s) const {
    return plot.x + plot.width * (time_s - begin_s) / (end_s - begin_s);
  }
  double y_of(double probability) const {
    return plot.bottom() -
           plot.height * (std::isfinite(probability) ? std::clamp(probability / top, 0.0, 1.0) : 0);
  }
};

TimeAxis make_axis(const ScoreTimeline& timeline, double now_s, double top, const Rect& plot) {
  TimeAxis axis{timeline.begin_s(), timeline.begin_s(), top, plot};
  if (timeline.duration_s()) {
    // A header that says too little must not push the cursor out of the strip.
    axis.end_s = std::max(axis.begin_s + *timeline.duration_s(), now_s);
  } else {
    axis.begin_s = std::max(axis.begin_s, now_s - kShownS);
    axis.end_s = axis.begin_s + kShownS;
  }
  return axis;
}

/// Time and probability, joined by lines.
using Curve = std::vector<std::pair<double, double>>;

/// Points of one class up to now, the last one at now itself where a clip lies; one curve for each
/// stretch of the video that was looked at.
std::vector<Curve> curves_of(const ScoreTimeline& timeline, std::size_t k, double now_s) {
  std::vector<Curve> curves;
  const auto& points = timeline.points();
  for (std::size_t i = 0; i < points.size(); ++i) {
    const double value = points[i].probabilities[k];
    if (points[i].time_s <= now_s) {
      if (curves.empty() || !points[i].is_joined) curves.emplace_back();
      curves.back().emplace_back(points[i].time_s, value);
      continue;
    }
    if (i == 0 || !points[i].is_joined) return curves;
    const double share = (now_s - points[i - 1].time_s) / (points[i].time_s - points[i - 1].time_s);
    curves.back().emplace_back(
        now_s, std::lerp(static_cast<double>(points[i - 1].probabilities[k]), value, share));
    return curves;
  }
  // The last clip speaks as far as it goes.
  const double end_s = std::min(now_s, timeline.end_s());
  if (!curves.empty() && curves.back().back().first < end_s)
    curves.back().emplace_back(end_s, curves.back().back().second);
  return curves;
}

void draw_curve(cairo_t* cairo, const TimeAxis& axis, const Curve& curve, const Color& color,
                double line_px, bool is_filled) {
  if (curve.empty()) return;
  const auto trace = [&] {
    double last_x = -1e9;
    for (std::size_t i = 0; i < curve.size(); ++i) {
      const double x = axis.x_of(curve[i].first);
      if (x - last_x < 0.7 && i + 1 < curve.size()) continue;
      last_x = x;
      cairo_line_to(cairo, x, axis.y_of(curve[i].second));
    }
  };
  if (is_filled) {
    cairo_move_to(cairo, axis.x_of(curve.front().first), axis.plot.bottom());
    trace();
    cairo_line_to(cairo, axis.x_of(curve.back().first), axis.plot.bottom());
    cairo_close_path(cairo);
    set_color(cairo, {color.r, color.g, color.b, 0.22});
    cairo_fill(cairo);
  }
  cairo_new_path(cairo);
  trace();
  set_color(cairo, color);
  cairo_set_line_width(cairo, line_px);
  cairo_set_line_join(cairo, CAIRO_LINE_JOIN_ROUND);
  cairo_set_line_cap(cairo, CAIRO_LINE_CAP_ROUND);
  cairo_stroke(cairo);
}

std::string clock_text(const ScoreTimeline& timeline, double now_s) {
  const double shown = now_s - timeline.begin_s();
  if (!timeline.duration_s()) return format_duration(shown);
  return format_duration(shown) + " of " + format_duration(std::max(shown, *timeline.duration_s()));
}

/// Heading (what the strip is, and the time), then the plot.
void draw_timeline(cairo_t* cairo, const TileLayout& layout, const FrameState& state,
                   const std::vector<Line>& lines, TextPainter& text) {
  const ScoreTimeline& timeline = *state.timeline;
  const Rect& area = *layout.timeline;
  const double font = std::max(8.0, 0.78 * layout.font_px);
  const int heading = line_height(font);
  TextStyle style{.font_px = font, .color = kSoftText, .align = Align::kRight};
  const std::string clock = clock_text(timeline, state.time_s);
  const int clock_width = std::min(area.width, text.width_of(clock, style));
  text.draw(cairo, clock, {area.right() - clock_width, area.y, clock_width, heading}, style);
  style.align = Align::kLeft;
  const Rect left{area.x, area.y, area.width - clock_width - heading / 2, heading};
  const double top = top_of(timeline, lines);
  const std::string name = fmt::format("probability, 0 to {:.0f} %", 100 * top);
  text.draw(cairo, text.width_of(name, style) <= left.width ? name : "probability", left, style);
  const int gap = std::max(3, static_cast<int>(std::lround(0.3 * font)));
  const Rect plot{area.x, area.y + heading + gap, area.width, area.height - heading - gap};
  if (plot.width < 8 || plot.height < 4) return;
  set_color(cairo, kTrack);
  for (const double level : {0.0, 0.5, 1.0}) {
    fill_rect(cairo, plot.x, std::round(plot.bottom() - level * plot.height) - (level == 0 ? 1 : 0),
              plot.width, 1);
  }
  const TimeAxis axis = make_axis(timeline, state.time_s, top, plot);
  const double line = std::max(1.3, 0.09 * layout.font_px);
  cairo_save(cairo);
  cairo_rectangle(cairo, plot.x, plot.y - line, plot.width + line, plot.height + 2 * line);
  cairo_clip(cairo);
  for (const bool targets : {false, true}) {  // targets on top
    for (auto it = lines.rbegin(); it != lines.rend(); ++it) {
      if (it->is_target != targets) continue;
      for (const Curve& curve : curves_of(timeline, it->class_index, state.time_s))
        draw_curve(cairo, axis, curve, it->color, targets ? 1.5 * line : line, targets);
    }
  }
  cairo_restore(cairo);
  const double x = std::clamp(axis.x_of(state.time_s), static_cast<double>(plot.x),
                              static_cast<double>(plot.right() - 1));
  set_color(cairo, kText);
  fill_rect(cairo, std::round(x - line / 2), plot.y - gap / 2.0, std::max(1.0, std::round(line)),
            plot.height + gap / 2.0);
}

}  // namespace

std::vector<ClassScore> choose_bars(const std::vector<ClassScore>& bars, std::size_t count) {
  std::vector<ClassScore> chosen = bars;
  while (chosen.size() > count) {
    const auto last = std::find_if(chosen.rbegin(), chosen.rend(),
                                   [](const ClassScore& bar) { return !bar.is_target; });
    chosen.erase(last == chosen.rend() ? chosen.end() - 1 : last.base() - 1);
  }
  return chosen;
}

void draw_lower_third(const PictureView& tile, const TileLayout& layout, const FrameState& state,
                      TextPainter& text) {
  if (!layout.panel) return;
  const Canvas canvas(*layout.panel);
  const Rect& panel = *layout.panel;
  rounded_path(canvas.cairo(), panel.x, panel.y, panel.width, panel.height, 0.3 * layout.font_px);
  set_color(canvas.cairo(), kPanel);
  cairo_fill(canvas.cairo());
  std::vector<Line> lines = lines_of(state);
  const std::vector<ClassScore> bars = choose_bars(state.bars, layout.bars.size());
  for (std::size_t i = 0; i < bars.size(); ++i) {
    const Line* line = find_line(lines, bars[i].class_index);
    draw_bar(canvas.cairo(), layout.bars[i], bars[i], line ? line->color : kOtherColor,
             layout.bar_font_px, text);
  }
  if (layout.timeline && state.timeline != nullptr) {
    draw_timeline(canvas.cairo(), layout, state, lines, text);
  }
  canvas.put_on(tile);
}

}  // namespace praxiscope
