#include "figure/sample.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <limits>
#include <numbers>

namespace praxiscope::test {
namespace {

constexpr double kPi = std::numbers::pi;
constexpr double kStartS = 4.2, kStepS = 0.08, kVideoS = 12;

struct Place {
  double x = 0, y = 0;  ///< fractions of the frame
};

/// Three things move through a frame; `k` says which one.
Place place_of(int k, int clip, double share) {
  const double phase = 0.7 * clip;
  if (k % 3 == 0) return {0.2 + 0.6 * share, 0.62 + 0.06 * std::sin(5 * share + phase)};
  if (k % 3 == 1) return {0.7, 0.3 + 0.18 * std::sin(2 * kPi * share + phase)};
  return {0.3 + 0.1 * std::cos(2 * kPi * share + phase), 0.25};
}

double share_of(int t, int frames) {
  return frames > 1 ? static_cast<double>(t) / (frames - 1) : 0.5;
}

std::uint8_t byte_of(double value) {
  return static_cast<std::uint8_t>(std::lround(std::clamp(value, 0.0, 255.0)));
}

/// How strongly class `c` is seen at time `share`, 0..1.
double strength_at(int c, double share) {
  return std::exp(-std::pow((share - 0.25 - 0.2 * c) / 0.22, 2)) + 0.15;
}

FigureMap make_map(const SampleOptions& options, int clip, int c, int method, int layer) {
  FigureMap map;
  map.frames = options.frames;
  map.height = layer % 2 == 0 ? 14 : 7;
  map.width = std::max(1, map.height * options.width / options.height);
  const bool is_signed = method % 2 == 1;
  const double unit = is_signed ? 0.021 : 0.84;
  for (int t = 0; t < map.frames; ++t) {
    const double share = share_of(t, map.frames);
    const Place here = place_of(c, clip, share), there = place_of(c + 1, clip, share);
    for (int y = 0; y < map.height; ++y) {
      for (int x = 0; x < map.width; ++x) {
        const auto bump = [&](const Place& place, double width) {
          const double dx = (x + 0.5) / map.width - place.x, dy = (y + 0.5) / map.height - place.y;
          return std::exp(-(dx * dx + dy * dy) / (2 * width * width));
        };
        const double hit = bump(here, 0.11) - (is_signed ? 0.7 * bump(there, 0.1) : 0);
        map.values.push_back(static_cast<float>(unit * strength_at(c, share) * hit));
      }
    }
  }
  const auto [lo, hi] = std::minmax_element(map.values.begin(), map.values.end());
  map.lo = *lo;
  map.hi = *hi;
  const float most = std::max(std::abs(*lo), std::abs(*hi));
  map.scale = {is_signed ? "blue_red" : "inferno", is_signed ? -most : 0.0F, most, is_signed};
  if (clip == 1) map.x = 0.1, map.fraction_width = 0.8;  // a crop narrower than the frame
  return map;
}

FigureFilm make_film(Figure& figure, const SampleOptions& options, int clip) {
  FigureFilm film;
  film.name = fmt::format("clip {}", clip + 1);
  for (int t = 0; t < options.frames; ++t) {
    const bool is_padding = t >= options.frames - options.padding;
    const int shown = is_padding ? std::max(0, options.frames - options.padding - 1) : t;
    film.is_padding.push_back(is_padding);
    film.times_s.push_back(kStartS + 2 * clip + kStepS * shown);
    film.source_frames.push_back(105 + 50 * clip + 2 * shown);
    film.pictures.push_back(static_cast<PictureId>(figure.pictures.size()));
    figure.pictures.push_back(
        encode_picture(sample_frame(clip, shown, options.frames, options.width, options.height)));
  }
  return film;
}

LinesPanel::Line make_line(const std::string& label, int color, bool is_strong) {
  LinesPanel::Line line;
  line.label = label;
  line.color = color;
  line.is_strong = is_strong;
  return line;
}

LinesPanel when_profile(const FigureFilm& film, const FigureMap& map, int color) {
  LinesPanel panel;
  panel.title = "when";
  panel.x_label = "time (s)";
  panel.y_label = "mean of the map";
  panel.follows_player = true;
  LinesPanel::Line line = make_line("mean", color, true);
  const auto cells = static_cast<std::size_t>(map.height * map.width);
  for (std::size_t t = 0; t < film.times_s.size(); ++t) {
    double sum = 0;
    for (std::size_t i = 0; i < cells; ++i) sum += map.values[t * cells + i];
    line.x.push_back(film.times_s[t]);
    line.y.push_back(sum / static_cast<double>(cells));
  }
  panel.lines.push_back(std::move(line));
  return panel;
}

LinesPanel where_profile(const FigureMap& map, bool is_x, int color) {
  LinesPanel panel;
  panel.title = is_x ? "where, left to right" : "where, top to bottom";
  panel.x_label = is_x ? "x (share of the width)" : "y (share of the height)";
  panel.y_label = "mean of the map";
  panel.x_begin = 0;
  panel.x_end = 1;
  const int count = is_x ? map.width : map.height;
  std::vector<double> sums(static_cast<std::size_t>(count), 0);
  for (std::size_t i = 0; i < map.values.size(); ++i) {
    const int x = static_cast<int>(i) % map.width, y = static_cast<int>(i) / map.width % map.height;
    sums[static_cast<std::size_t>(is_x ? x : y)] += map.values[i];
  }
  LinesPanel::Line line = make_line("mean", color, true);
  for (int k = 0; k < count; ++k) {
    line.x.push_back((k + 0.5) / count);
    line.y.push_back(sums[static_cast<std::size_t>(k)] * count /
                     static_cast<double>(map.values.size()));
  }
  panel.lines.push_back(std::move(line));
  return panel;
}

/// Probabilities over the whole video; NaN where no clip reached.
LinesPanel probabilities(const SampleOptions& options, const FigureFilm& film, int target) {
  LinesPanel panel;
  panel.title = "probability over the video";
  panel.x_label = "time (s)";
  panel.x_begin = 0;
  panel.x_end = kVideoS;
  panel.y_begin = 0;
  panel.marked = std::pair(film.times_s.front(), film.times_s.back() + kStepS);
  panel.is_percent = true;
  const int count = std::min(7, static_cast<int>(options.classes.size()));
  for (int c = 0; c < count; ++c) {
    LinesPanel::Line line = make_line(options.classes[static_cast<std::size_t>(c)], c, c == target);
    for (double time = 0.32; time < kVideoS; time += 0.32) {
      const double wave = 0.5 + 0.5 * std::sin(0.9 * time + 2.1 * c);
      const bool is_gap = time > 9 && time < 9.8;
      line.x.push_back(time);
      line.y.push_back(is_gap ? std::numeric_limits<double>::quiet_NaN()
                              : 0.92 * std::pow(wave, 2) / (1 + 0.4 * c));
    }
    panel.lines.push_back(std::move(line));
  }
  return panel;
}

/// Builds the states of sample_figure.
struct Sample {
  const SampleOptions& options;
  Figure figure{};

  PanelId add(PanelPlace place, PanelContent content, const std::string& alt) {
    figure.panels.push_back({place, 1, std::move(content), alt});
    return static_cast<PanelId>(figure.panels.size()) - 1;
  }

  BarsPanel bars(int target) const {
    BarsPanel panel;
    panel.title = "what the network says";
    for (std::size_t c = 0; c < options.classes.size(); ++c) {
      const double value = 0.44 * std::pow(0.55, static_cast<double>(c));
      panel.bars.push_back(
          {options.classes[c], value, static_cast<int>(c), static_cast<int>(c) == target, -1});
    }
    return panel;
  }

  /// The panels that do not depend on the view, for one combination.
  std::vector<PanelId> add_side(const FigureFilm& film, const FigureMap& map, int c, int method) {
    const std::string& name = options.methods[static_cast<std::size_t>(method)];
    return {
        add(PanelPlace::kSide,
            ScalePanel{name + ", change of the logit", map.scale, map.lo, map.hi, ""},
            "colours of the map"),
        add(PanelPlace::kSide, bars(c), "probabilities"),
        add(PanelPlace::kSide, when_profile(film, map, c), "mean of the map over time"),
        add(PanelPlace::kSide, where_profile(map, true, c), "mean of the map from left to right"),
        add(PanelPlace::kSide, where_profile(map, false, c), "mean of the map from top to bottom"),
        add(PanelPlace::kWide, probabilities(options, film, c), "probabilities over the video")};
  }

  void add_states(int clip, int c, int method, int layer) {
    const MapId map = static_cast<MapId>(figure.maps.size());
    figure.maps.push_back(make_map(options, clip, c, method, layer));
    const std::vector<PanelId> side =
        add_side(figure.films[static_cast<std::size_t>(clip)], figure.maps.back(), c, method);
    for (int v = 0; v < (options.has_views ? 3 : 1); ++v) {
      const auto view = static_cast<FilmView>(v);
      FigureState state;
      if (options.clips > 1) state.choice.push_back(clip);
      for (const int value : {c, method, layer}) state.choice.push_back(value);
      if (options.has_views) state.choice.push_back(v);
      state.caption = fmt::format(
          "{} finds \"{}\" mostly where the bow meets the strings, and most of all at {:.2f} s.",
          options.methods[static_cast<std::size_t>(method)],
          options.classes[static_cast<std::size_t>(c)], kStartS + 0.4);
      state.panels = {add(PanelPlace::kMain, PlayerPanel{clip, map, view}, "the clip in motion"),
                      add(PanelPlace::kUnder, StripPanel{clip, map, view}, "the clip's frames")};
      state.panels.insert(state.panels.end(), side.begin(), side.end());
      figure.states.push_back(std::move(state));
    }
  }

  /// A click on a class' bar leads to that class, all else as it is.
  void link_bars(std::size_t class_axis) {
    for (std::size_t s = 0; s < figure.states.size(); ++s) {
      for (const PanelId id : figure.states[s].panels) {
        auto* panel = std::get_if<BarsPanel>(&figure.panels[static_cast<std::size_t>(id)].content);
        if (panel == nullptr) continue;
        for (std::size_t c = 0; c < panel->bars.size(); ++c) {
          if (panel->bars[c].state < 0)
            panel->bars[c].state = find_neighbour(figure, static_cast<StateId>(s),
                                                  static_cast<int>(class_axis), static_cast<int>(c))
                                       .value_or(-1);
        }
      }
    }
  }
};

void describe(Figure& figure, const SampleOptions& options) {
  figure.title = options.title;
  figure.subtitle = options.subtitle;
  figure.provenance = R"({"model": "strings-rgb", "sha256": "5f2c…", "seed": 0})";
  figure.about = {
      {"How to read this figure",
       {"The colours show how much each place and time of the clip adds to the class that is "
        "chosen above.",
        "A map says what the network used, not what caused the action."}},
      {"Grad-CAM", {"Mean gradients weigh the channels of a layer (Selvaraju et al. 2017)."}}};
}

MatrixPanel make_matrix(const SampleOptions& options, int state) {
  MatrixPanel panel;
  panel.title = "how often the row is named the column";
  panel.row_label = "true class";
  panel.column_label = "named";
  panel.scale = {"viridis", 0, 60, false};
  panel.rows = panel.columns = options.classes;
  const std::size_t n = options.classes.size();
  for (std::size_t i = 0; i < n * n; ++i) {
    const auto distance = static_cast<double>(i / n > i % n ? i / n - i % n : i % n - i / n);
    const double value =
        std::floor(58 * std::exp(-1.4 * distance) +
                   3 * static_cast<double>((i * 7 + static_cast<std::size_t>(state)) % 3));
    panel.values.push_back(distance > 6 ? std::numeric_limits<double>::quiet_NaN() : value);
    panel.states.push_back(i % 3 == 0 ? 1 - state : -1);
  }
  return panel;
}

ScatterPanel make_scatter(const SampleOptions& options, int state) {
  ScatterPanel panel;
  panel.title = "codes of the last layer";
  panel.x_label = "first axis (a.u.)";
  panel.y_label = "second axis (a.u.)";
  panel.colors.assign(
      options.classes.begin(),
      options.classes.begin() + std::min<std::ptrdiff_t>(5, std::ssize(options.classes)));
  for (int i = 0; i < 120; ++i) {
    const int color = i % static_cast<int>(panel.colors.size());
    const double angle = 2.4 * i, radius = 0.02 * (i % 50);
    panel.points.push_back({2.0 * color + radius * std::cos(angle),
                            1.3 * (color % 2) + radius * std::sin(angle), color,
                            fmt::format("clip {}", i), i == 7 ? 1 - state : -1, i == 7});
  }
  return panel;
}

PlatesPanel make_plates(const Figure& figure) {
  PlatesPanel panel;
  panel.title = "what drives unit 17 of layer4";
  panel.columns = 6;
  for (int i = 0; i < 6; ++i)
    panel.plates.push_back({i % static_cast<int>(figure.pictures.size()),
                            fmt::format("clip {}, {:.1f}", 31 * i + 4, 9.1 - i), i % 2});
  return panel;
}

}  // namespace

Picture sample_frame(int clip, int t, int frames, int width, int height) {
  Picture picture{.width = width, .height = height, .rgb = {}};
  picture.rgb.reserve(static_cast<std::size_t>(width) * static_cast<std::size_t>(height) * 3);
  const double share = share_of(t, frames), short_side = std::min(width, height);
  constexpr std::array<std::array<double, 3>, 3> kInks{
      {{214, 120, 52}, {74, 132, 196}, {96, 168, 92}}};
  for (int y = 0; y < height; ++y) {
    for (int x = 0; x < width; ++x) {
      const double u = static_cast<double>(x) / width, v = static_cast<double>(y) / height;
      const double noise =
          14 * std::sin(9 * u + 3 * std::sin(5 * v + clip)) * std::cos(7 * v - 2 * u);
      std::array<double, 3> rgb{96 + 40 * v + noise, 92 + 36 * v + noise, 88 + 30 * u + noise};
      for (int k = 0; k < 3; ++k) {
        const Place place = place_of(k, clip, share);
        const double dx = (x - place.x * width) / short_side,
                     dy = (y - place.y * height) / short_side;
        const double distance =
            k == 1 ? std::max(std::abs(dx), 0.45 * std::abs(dy)) : std::hypot(dx, dy);
        const double cover = std::clamp((0.1 - distance) * short_side / 2, 0.0, 1.0);
        for (std::size_t i = 0; i < 3; ++i)
          rgb[i] = std::lerp(rgb[i], kInks[static_cast<std::size_t>(k)][i], cover);
      }
      for (const double value : rgb) picture.rgb.push_back(byte_of(value));
    }
  }
  return picture;
}

Figure sample_figure(const SampleOptions& options) {
  Sample sample{options};
  if (options.clips > 1) {
    FigureAxis clips{"clip", "clip", {}};
    for (int clip = 0; clip < options.clips; ++clip)
      clips.values.push_back(fmt::format("{:.1f} s", kStartS + 2 * clip));
    sample.figure.axes.push_back(clips);
  }
  const std::size_t class_axis = sample.figure.axes.size();
  sample.figure.axes.push_back({"class", "class", options.classes});
  sample.figure.axes.push_back({"method", "method", options.methods});
  sample.figure.axes.push_back({"layer", "layer", options.layers});
  if (options.has_views)
    sample.figure.axes.push_back({"view", "view", {"overlay", "map", "frame"}});
  for (int clip = 0; clip < options.clips; ++clip) {
    sample.figure.films.push_back(make_film(sample.figure, options, clip));
    for (int c = 0; c < static_cast<int>(options.classes.size()); ++c) {
      for (int method = 0; method < static_cast<int>(options.methods.size()); ++method) {
        for (int layer = 0; layer < static_cast<int>(options.layers.size()); ++layer)
          sample.add_states(clip, c, method, layer);
      }
    }
  }
  sample.link_bars(class_axis);
  describe(sample.figure, options);
  return std::move(sample.figure);
}

Figure study_figure(const SampleOptions& options) {
  Sample sample{options};
  Figure& figure = sample.figure;
  describe(figure, options);
  figure.axes = {{"pair", "pair", {"cello and violin", "bowed and plucked"}}};
  figure.films.push_back(make_film(figure, options, 0));
  for (int s = 0; s < 2; ++s) {
    FigureState state{
        .choice = {s}, .caption = "Most clips that are named wrongly show a chair.", .panels = {}};
    state.panels = {
        sample.add(PanelPlace::kMain, make_matrix(options, s), "confusions"),
        sample.add(PanelPlace::kUnder, make_plates(figure), "clips that drive the unit"),
        sample.add(PanelPlace::kSide, make_scatter(options, s), "codes"),
        sample.add(PanelPlace::kSide,
                   TablePanel{"units that differ",
                              {"unit", "layer", "difference"},
                              {{"17", "layer4", "0.84"},
                               {"203", "layer4", "0.31"},
                               {"9", "layer3.1.conv2", "−0.12"}},
                              {true, false, true}},
                   "units"),
        sample.add(PanelPlace::kSide,
                   TextPanel{"the test",
                             {"Without these three units 41 % of the answers flip (31 to 52 %, 80 "
                              "clips); without "
                              "three others of the same size 6 % do."}},
                   "the test"),
        sample.add(PanelPlace::kWide, probabilities(options, figure.films[0], s), "probabilities")};
    figure.states.push_back(std::move(state));
  }
  return std::move(sample.figure);
}

}  // namespace praxiscope::test
