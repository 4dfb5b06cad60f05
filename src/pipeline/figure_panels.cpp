// Duty: see figure_panels.h.
#include "pipeline/figure_panels.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <limits>

namespace praxiscope {
namespace {

std::string percent_text(double probability) {
  if (probability > 0 && probability < 0.001) return "less than 0.1 %";
  return fmt::format("{:.1f} %", 100 * probability);
}

/// Three digits, with a true minus sign.
std::string number_text(double value) {
  std::string text = fmt::format("{:.3g}", value);
  if (text.starts_with('-')) text.replace(0, 1, "\u2212");
  return text;
}

std::vector<std::int64_t> explained_classes(const ShownClip& clip) {
  std::vector<std::int64_t> classes;
  for (const Target& target : clip.targets) {
    if (target.kind == Target::Kind::kUnit) continue;
    classes.push_back(target.class_index);
    if (target.kind == Target::Kind::kContrast) classes.push_back(target.other_class_index);
  }
  return classes;
}

/// Those that are followed over time, in the order of their colours; then those explained here.
std::vector<std::int64_t> colored_classes(const ShownClip& clip, const ScoreTimeline& scores) {
  std::vector<std::int64_t> classes(scores.followed().begin(), scores.followed().end());
  for (const std::int64_t index : explained_classes(clip)) {
    if (std::find(classes.begin(), classes.end(), index) == classes.end()) classes.push_back(index);
  }
  return classes;
}

/// -1: neutral.
int color_of(std::int64_t class_index, const ShownClip& clip, const ScoreTimeline& scores) {
  const std::vector<std::int64_t> classes = colored_classes(clip, scores);
  const auto found = std::find(classes.begin(), classes.end(), class_index);
  return found == classes.end() ? -1 : static_cast<int>(found - classes.begin());
}

}  // namespace

std::vector<std::int64_t> classes_of(const ShownClip& clip, const ScoreTimeline& scores) {
  std::vector<std::int64_t> classes = colored_classes(clip, scores);
  const auto likely = [&](std::int64_t index) {
    return clip.probabilities.at(static_cast<std::size_t>(index));
  };
  std::stable_sort(classes.begin(), classes.end(),
                   [&](auto a, auto b) { return likely(a) > likely(b); });
  return classes;
}

std::string seconds_text(double seconds) {
  constexpr double kLong = 100;  // s, from where on nobody counts seconds
  if (seconds < kLong) return fmt::format("{:.2f} s", seconds);
  const auto hundredths = std::llround(100 * seconds);
  const auto minutes = hundredths / 6000, hours = minutes / 60;
  const double rest = static_cast<double>(hundredths % 6000) / 100;
  return hours > 0 ? fmt::format("{}:{:02}:{:05.2f}", hours, minutes % 60, rest)
                   : fmt::format("{}:{:05.2f}", minutes, rest);
}

std::string caption_of(const Subject& subject, const ShownClip& clip, FilmView view,
                       const FigureMap& map) {
  const std::string when =
      clip.begin_s == clip.end_s
          ? std::string("the picture")
          : fmt::format("{} to {}", seconds_text(clip.begin_s), seconds_text(clip.end_s));
  if (view == FilmView::kFrame) return fmt::format("The frames as the video has them, {}.", when);
  const std::string at = subject.layer.empty() ? "" : " at " + subject.layer;
  const std::string_view shared =
      subject.is_shared ? " The streams join before this layer: the same map lies over each." : "";
  if (map.lo == 0 && map.hi == 0)
    return fmt::format("{}{} finds nothing for \u201c{}\u201d in {}: the map is 0 everywhere.{}",
                       subject.method, at, subject.target, when, shared);
  return fmt::format("Where {}{} {} \u201c{}\u201d in {}; raw values {} to {}.{}", subject.method,
                     at, subject.reading, subject.target, when, number_text(map.lo),
                     number_text(map.hi), shared);
}

FigurePanel bars_of(const ShownClip& clip, const ScoreTimeline& scores) {
  BarsPanel bars;
  bars.title = clip.begin_s == clip.end_s ? "classes of the picture" : "classes of this clip";
  std::vector<std::int64_t> shown;
  for (const TopClass& best : clip.top) {
    bars.bars.push_back(
        {best.label, best.probability, color_of(best.class_index, clip, scores), false, -1});
    shown.push_back(best.class_index);
  }
  for (const std::int64_t index : explained_classes(clip)) {
    const auto found = std::find(shown.begin(), shown.end(), index);
    if (found == shown.end()) {
      shown.push_back(index);
      bars.bars.push_back({scores.labels().at(static_cast<std::size_t>(index)),
                           clip.probabilities.at(static_cast<std::size_t>(index)),
                           color_of(index, clip, scores), true, -1});
    } else {
      bars.bars[static_cast<std::size_t>(found - shown.begin())].is_strong = true;
    }
  }
  bars.most = 1;  // the same in all states and in videos, so that bars can be compared
  std::string alt = "Most likely classes:";
  for (const BarsPanel::Bar& bar : bars.bars)
    alt += fmt::format(" {} {},", bar.label, percent_text(bar.value));
  alt.back() = '.';
  return {PanelPlace::kSide, 1, std::move(bars), std::move(alt)};
}

FigurePanel motion_of(const Subject& subject, const ShownClip& clip) {
  const Target& target = clip.targets.at(subject.target_index);
  const MotionSplit& split = clip.motion.at(subject.target_index);
  const bool is_class = target.kind == Target::Kind::kClass;
  const MotionSplit::Values& values = is_class ? split.probability : split.score;
  BarsPanel bars;
  bars.title = is_class ? fmt::format("\"{}\" without its motion", subject.target)
                        : fmt::format("{} without its motion", subject.target);
  bars.is_percent = is_class;
  for (const auto& [label, value] :
       {std::pair("as it is", values.whole), std::pair("frozen at its first frame", values.frozen),
        std::pair("frames shuffled", values.shuffled), std::pair("backwards", values.reversed)})
    bars.bars.push_back({label, value, -1, label == std::string("as it is"), -1});
  if (!is_class) {
    float most = 0;
    for (const BarsPanel::Bar& bar : bars.bars)
      most = std::max(most, std::abs(static_cast<float>(bar.value)));
    bars.most = most > 0 ? most : 1;
  }
  return {PanelPlace::kSide, 1, std::move(bars),
          "The target's value with the frames frozen, shuffled and reversed."};
}

FigurePanel scale_of(const Subject& subject, const FigureMap& map) {
  ScalePanel scale{.title = subject.method,
                   .scale = map.scale,
                   .lo = map.lo,
                   .hi = map.hi,
                   .note = subject.cells};
  if (!subject.layer.empty()) scale.title += " at " + subject.layer;
  if (map.lo == 0 && map.hi == 0) {
    scale.note = "the map is 0 everywhere";
  } else if (map.lo == map.hi) {
    scale.note = "the map is constant";
  }
  return {PanelPlace::kSide, 1, scale,
          fmt::format("Colour scale from {} to {}; this map: {} to {}.", number_text(map.scale.lo),
                      number_text(map.scale.hi), number_text(map.lo), number_text(map.hi))};
}

FigurePanel when_of(const FigureMap& map, const FigureFilm& film) {
  LinesPanel lines;
  lines.title = "when";
  lines.x_label = "time (s)";
  lines.y_label = "mean value";
  lines.follows_player = true;
  LinesPanel::Line line{.label = "", .x = film.times_s, .y = {}, .color = -1, .is_strong = true};
  const std::size_t cells = map.values.size() / static_cast<std::size_t>(map.frames);
  for (std::size_t t = 0; t < static_cast<std::size_t>(map.frames); ++t) {
    double sum = 0;
    for (std::size_t i = 0; i < cells; ++i) sum += map.values[t * cells + i];
    line.y.push_back(sum / static_cast<double>(cells));
  }
  const auto most = std::max_element(line.y.begin(), line.y.end());
  const std::string alt =
      fmt::format("Mean of the map over time; largest at {}.",
                  seconds_text(line.x[static_cast<std::size_t>(most - line.y.begin())]));
  lines.lines.push_back(std::move(line));
  return {PanelPlace::kSide, 1, std::move(lines), alt};
}

FigurePanel where_of(const FigureMap& map) {
  LinesPanel lines;
  lines.title = "where";
  lines.x_label = "across, down (% of the frame)";
  lines.y_label = "mean value";
  lines.x_begin = 0;
  lines.x_end = 100;
  LinesPanel::Line across{.label = "across", .x = {}, .y = {}, .color = -1, .is_strong = true};
  LinesPanel::Line down{.label = "down", .x = {}, .y = {}, .color = -1, .is_strong = false};
  const auto mean = [&](auto&& value, int count) {
    double sum = 0;
    for (int i = 0; i < count; ++i) sum += value(i);
    return sum / count;
  };
  const auto at = [&](int t, int y, int x) {
    return static_cast<double>(
        map.values[static_cast<std::size_t>((t * map.height + y) * map.width + x)]);
  };
  for (int x = 0; x < map.width; ++x) {
    across.x.push_back(100 * (map.x + map.fraction_width * (x + 0.5) / map.width));
    across.y.push_back(mean([&](int i) { return at(i / map.height, i % map.height, x); },
                            map.frames * map.height));
  }
  for (int y = 0; y < map.height; ++y) {
    down.x.push_back(100 * (map.y + map.fraction_height * (y + 0.5) / map.height));
    down.y.push_back(
        mean([&](int i) { return at(i / map.width, y, i % map.width); }, map.frames * map.width));
  }
  lines.lines = {std::move(across), std::move(down)};
  return {PanelPlace::kSide, 1, std::move(lines), "Mean of the map across and down the frame."};
}

namespace {

/// NaN breaks the line where nobody looked.
LinesPanel::Line curve_of(std::int64_t class_index, const ScoreTimeline& scores) {
  constexpr double kBreak = std::numeric_limits<double>::quiet_NaN();
  const auto k = static_cast<std::size_t>(class_index);
  LinesPanel::Line line{.label = scores.labels()[k], .x = {}, .y = {}};
  const auto add = [&](double time_s, double value) {
    line.x.push_back(time_s);
    line.y.push_back(value);
  };
  for (const ScoreTimeline::Point& point : scores.points()) {
    if (!point.is_joined) add(point.time_s, kBreak);
    add(point.time_s, point.probabilities[k]);
  }
  if (scores.end_s() > line.x.back()) add(scores.end_s(), line.y.back());
  return line;
}

}  // namespace

FigurePanel timeline_of(const ShownClip& clip, const ScoreTimeline& scores) {
  LinesPanel lines;
  lines.title = "probability over the video";
  lines.x_label = "time (s)";
  lines.y_label = "probability";
  lines.is_percent = true;
  lines.y_begin = 0;
  lines.marked = {clip.begin_s, clip.end_s};
  double most = 0;
  const std::vector<std::int64_t> explained = explained_classes(clip);
  for (const std::int64_t index : classes_of(clip, scores)) {
    LinesPanel::Line line = curve_of(index, scores);
    for (const double value : line.y) most = std::isfinite(value) ? std::max(most, value) : most;
    line.color = color_of(index, clip, scores);
    line.is_strong = std::find(explained.begin(), explained.end(), index) != explained.end();
    lines.lines.push_back(std::move(line));
  }
  lines.y_end = most > 0.5 ? 1.0 : std::max(0.1, most);
  lines.x_begin = std::min(scores.begin_s(), clip.begin_s);
  const double end_s = scores.begin_s() + scores.duration_s().value_or(0);
  lines.x_end = std::max({end_s, scores.end_s(), clip.end_s});
  return {PanelPlace::kWide, 1, std::move(lines),
          fmt::format(
              "Probability of the leading classes over the video; this clip lies from {} to {}.",
              seconds_text(clip.begin_s), seconds_text(clip.end_s))};
}

}  // namespace praxiscope
