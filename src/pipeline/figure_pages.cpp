// Duty: see figure_pages.h.
#include "pipeline/figure_pages.h"

#include "core/text.h"
#include "pipeline/figure_panels.h"

#include "praxiscope/error.h"
#include "praxiscope/version.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <filesystem>
#include <limits>
#include <map>

namespace praxiscope {
namespace {

/// Position of a value on an axis, added when it is new.
int place_of(FigureAxis& axis, const std::string& value) {
  const auto found = std::find(axis.values.begin(), axis.values.end(), value);
  if (found != axis.values.end()) return static_cast<int>(found - axis.values.begin());
  axis.values.push_back(value);
  return static_cast<int>(axis.values.size()) - 1;
}

enum Axis { kClip, kClass, kMethod, kLayer, kInput, kView, kAxes };

constexpr std::array<std::pair<FilmView, const char*>, 3> kViews{
    {{FilmView::kOverlay, "overlay"}, {FilmView::kMap, "map"}, {FilmView::kFrame, "frame"}}};

class Pages {
 public:
  Pages(const PageSource& source, std::vector<ShownClip> clips)
      : source_(source), clips_(std::move(clips)) {}

  Figure make() {
    figure_.axes.resize(kAxes);
    constexpr std::array<const char*, kAxes> kNames{"clip",  "class", "method",
                                                    "layer", "input", "view"};
    for (std::size_t i = 0; i < kAxes; ++i) figure_.axes[i] = {kNames[i], kNames[i], {}};
    name_figure();
    scale_maps();
    for (std::size_t clip = 0; clip < clips_.size(); ++clip) add_clip(clip);
    open_on_strongest();
    name_clips();
    drop_single_axes();
    add_about();
    return std::move(figure_);
  }

 private:
  void name_figure();
  void scale_maps();
  void add_clip(std::size_t clip);
  void add_states(const Subject& subject, FilmId film, MapId map, PanelId bars, PanelId timeline);
  void open_on_strongest();
  void name_clips();
  bool is_layer_told() const;
  void drop_single_axes();
  void add_about();

  Subject subject_of(std::size_t clip, std::size_t map) const;
  PanelId add_panel(FigurePanel panel) {
    figure_.panels.push_back(std::move(panel));
    return static_cast<PanelId>(figure_.panels.size()) - 1;
  }
  const PageSource& source_;
  std::vector<ShownClip> clips_;
  Figure figure_;
};

/// "effnet3d · 16 frames every 2, 224×224 · praxiscope 0.1.0".
std::string footnote_of(const Manifest& manifest) {
  std::string inputs;
  for (const InputSpec& input : manifest.inputs) {
    inputs += fmt::format("{}{} frame{}", inputs.empty() ? "" : " + ", input.frames,
                          input.frames == 1 ? "" : "s");
    if (input.stride > 1) inputs += fmt::format(" every {}", input.stride);
    const Preparation& how = input.preparation;
    if (const auto& size = how.crop ? how.crop : how.exact)
      inputs += fmt::format(", {}\u00d7{}", size->width, size->height);
  }
  return fmt::format("{} \u00b7 {} \u00b7 praxiscope {}", manifest.name, inputs, version());
}

void Pages::name_figure() {
  const auto& header = source_.header;
  const std::string path = header.at("source").at("path").get<std::string>();
  figure_.title = std::filesystem::path(path).filename().string();
  if (figure_.title.empty()) figure_.title = path;
  figure_.subtitle = fmt::format("where and when {} looks", source_.model.manifest().name);
  std::string best;
  for (const auto& entry : header.at("top")) {
    if (&entry - &header.at("top").front() == 3) break;
    best +=
        fmt::format("{}{} {:.0f} %", best.empty() ? "" : ", ", entry.at("label").get<std::string>(),
                    100 * entry.at("probability").get<double>());
  }
  const auto clips = header.at("clip_count").get<std::int64_t>();
  figure_.subtitle += clips == 1 ? fmt::format("; answer: {}", best)
                                 : fmt::format("; mean answer of {} clips: {}", clips, best);
  // Figures are handed on: folders of the machine that made them are nobody's business.
  nlohmann::json told = header;
  for (nlohmann::json* file : {&told["source"]["path"], &told["model"]["file"]})
    *file = std::filesystem::path(file->get<std::string>()).filename().string();
  figure_.footnote = footnote_of(source_.model.manifest());
  figure_.provenance = told.dump(-1, ' ', false, nlohmann::json::error_handler_t::replace);
  if (clips_.front().films.front().times_s.size() > 1) {
    const auto& times = clips_.front().films.front().times_s;
    const double step = (times.back() - times.front()) / static_cast<double>(times.size() - 1);
    // As fast as the clip really is, within what a viewer's timer does well.
    if (step > 0) figure_.frames_per_second = std::clamp(1 / step, 4.0, 12.0);
  }
}

/// One scale for all maps of a method at a layer, so that states can be compared.
void Pages::scale_maps() {
  const auto owners = source_.explainer.methods_of_maps();
  std::map<std::size_t, std::pair<float, float>> ranges;
  for (const ShownClip& clip : clips_) {
    for (std::size_t i = 0; i < clip.maps.size(); ++i) {
      auto& range = ranges.try_emplace(owners.at(i), 0.0F, 0.0F).first->second;
      const FigureScale& own = clip.maps[i].scale;
      range = {std::min(range.first, own.lo), std::max(range.second, own.hi)};
    }
  }
  for (ShownClip& clip : clips_) {
    for (std::size_t i = 0; i < clip.maps.size(); ++i) {
      FigureScale& scale = clip.maps[i].scale;
      const auto [lo, hi] = ranges.at(owners[i]);
      const float reach = std::max(-lo, hi);
      scale.lo = scale.is_signed ? -reach : lo;
      scale.hi = scale.is_signed ? reach : hi;
      if (!(scale.lo < scale.hi)) scale.hi = scale.lo + 1;  // all maps are 0
      scale.colormap = source_.wish.colormap != "auto" ? source_.wish.colormap
                       : scale.is_signed               ? "blue_red"
                                                       : "inferno";
      clip.maps[i].opacity = source_.wish.opacity;
    }
  }
}

Subject Pages::subject_of(std::size_t clip, std::size_t map) const {
  const auto owners = source_.explainer.methods_of_maps();
  const ChosenMethod& method = source_.explainer.methods().at(owners.at(map));
  Subject subject{.clip = clip,
                  .map = map,
                  .method = std::string(method.info->title),
                  .layer = method.layer,
                  .target = "",
                  .reading = std::string(method.info->reading),
                  .cells = clips_[clip].cells.at(map),
                  .is_shared = clips_[clip].is_shared.at(map)};
  if (!method.options.empty()) subject.method += " (" + method.options + ")";
  // Maps come target by target within a method: the k-th of its maps belongs to target k / inputs.
  const auto first = static_cast<std::size_t>(std::find(owners.begin(), owners.end(), owners[map]) -
                                              owners.begin());
  const auto count =
      static_cast<std::size_t>(std::count(owners.begin(), owners.end(), owners[map]));
  const std::size_t inputs = count / std::max<std::size_t>(1, source_.explainer.target_count());
  const std::size_t k = (map - first) / std::max<std::size_t>(1, inputs);
  subject.target = describe(clips_[clip].targets.at(k), source_.model.labels());
  subject.target_index = k;
  return subject;
}

void Pages::add_clip(std::size_t index) {
  ShownClip& clip = clips_[index];
  const auto pictures_before = static_cast<PictureId>(figure_.pictures.size());
  const auto films_before = static_cast<FilmId>(figure_.films.size());
  std::move(clip.pictures.begin(), clip.pictures.end(), std::back_inserter(figure_.pictures));
  for (FigureFilm& film : clip.films) {
    for (PictureId& picture : film.pictures) picture += pictures_before;
    film.name = fmt::format("clip {}", clip.index + 1);
    figure_.films.push_back(std::move(film));
  }
  const PanelId bars = add_panel(bars_of(clip, *source_.scores));
  const bool is_still = figure_.films[static_cast<std::size_t>(films_before)].pictures.size() == 1;
  const PanelId timeline = is_still ? -1 : add_panel(timeline_of(clip, *source_.scores));
  for (std::size_t m = 0; m < clip.maps.size(); ++m) {
    figure_.maps.push_back(std::move(clip.maps[m]));
    add_states(subject_of(index, m), films_before + static_cast<FilmId>(clip.inputs[m]),
               static_cast<MapId>(figure_.maps.size()) - 1, bars, timeline);
  }
}

/// One state for each view of a map.
void Pages::add_states(const Subject& subject, FilmId film_id, MapId map_id, PanelId bars,
                       PanelId timeline) {
  const ShownClip& clip = clips_[subject.clip];
  const FigureFilm& film = figure_.films[static_cast<std::size_t>(film_id)];
  const FigureMap& map = figure_.maps[static_cast<std::size_t>(map_id)];
  const bool is_still = film.pictures.size() == 1;
  const PanelId scale = add_panel(scale_of(subject, map));
  const PanelId when = is_still ? -1 : add_panel(when_of(map, film));
  const PanelId where = add_panel(where_of(map));
  const PanelId motion = is_still || clip.motion.empty() ? -1 : add_panel(motion_of(subject, clip));
  FigureState state;
  state.choice.resize(kAxes);
  state.choice[kClip] = place_of(figure_.axes[kClip], std::to_string(clip.index));
  state.choice[kClass] = place_of(figure_.axes[kClass], subject.target);
  state.choice[kMethod] = place_of(figure_.axes[kMethod], subject.method);
  state.choice[kLayer] =
      place_of(figure_.axes[kLayer], subject.layer.empty() ? "input" : subject.layer);
  state.choice[kInput] = place_of(
      figure_.axes[kInput], source_.model.manifest().inputs.at(clip.inputs.at(subject.map)).name);
  for (const auto& [view, name] : kViews) {
    state.choice[kView] = place_of(figure_.axes[kView], name);
    state.caption = caption_of(subject, clip, view, map);
    const PanelId player =
        add_panel({PanelPlace::kMain, 1, PlayerPanel{film_id, map_id, view}, state.caption});
    state.panels = {player};
    if (!is_still)
      state.panels.push_back(add_panel({PanelPlace::kUnder, 1, StripPanel{film_id, map_id, view},
                                        "The frames of the clip side by side."}));
    for (const PanelId panel : {scale, bars, motion, when, where, timeline}) {
      if (panel >= 0) state.panels.push_back(panel);
    }
    figure_.states.push_back(state);
  }
}

/// A figure opens on its first state: of the clip with the highest probability of what is
/// explained, as others may hardly show it. Tabs stay in the order of time.
void Pages::open_on_strongest() {
  const auto best = std::max_element(
      clips_.begin(), clips_.end(),
      [](const ShownClip& a, const ShownClip& b) { return a.strength < b.strength; });
  const auto place = static_cast<int>(best - clips_.begin());
  std::stable_partition(figure_.states.begin(), figure_.states.end(),
                        [&](const FigureState& state) { return state.choice[kClip] == place; });
}

/// Clips were told apart by their number; people look for times.
void Pages::name_clips() {
  FigureAxis& axis = figure_.axes[kClip];
  axis.values.clear();
  for (const ShownClip& clip : clips_) axis.values.push_back(seconds_text(clip.begin_s));
}

/// Whether each method was asked for at one layer: its tab then says which.
bool Pages::is_layer_told() const {
  std::map<int, int> layers;
  return std::all_of(figure_.states.begin(), figure_.states.end(), [&](const FigureState& state) {
    return layers.try_emplace(state.choice[kMethod], state.choice[kLayer]).first->second ==
           state.choice[kLayer];
  });
}

/// A row of tabs with one tab says nothing; the view always has three.
void Pages::drop_single_axes() {
  const bool is_layer_told = this->is_layer_told();
  for (std::size_t axis = figure_.axes.size(); axis-- > 0;) {
    if (figure_.axes[axis].values.size() > 1 && !(axis == kLayer && is_layer_told)) continue;
    figure_.axes.erase(figure_.axes.begin() + static_cast<std::ptrdiff_t>(axis));
    for (FigureState& state : figure_.states)
      state.choice.erase(state.choice.begin() + static_cast<std::ptrdiff_t>(axis));
  }
}

void Pages::add_about() {
  TextPanel how{.title = "How to read this figure", .paragraphs = {}};
  const bool is_still = clips_.front().begin_s == clips_.front().end_s && clips_.size() == 1;
  const std::string what = is_still ? "the picture" : "one clip of the video";
  std::string text = fmt::format(
      "A view shows {} as the network saw it, and one map of one class. What is explained is the "
      "class's score before the softmax (logit). Colours stand for the raw values at the colour "
      "scale, in units of their method; all maps of one method at one layer share a scale. Their "
      "places in one map may be compared, and clips explained for one class; how high the maps of "
      "two classes or methods reach says nothing about which has more evidence.",
      what);
  if (!is_still)
    text += fmt::format(
        " Of clips that overlap, the one with the higher probability of the explained class is "
        "shown; there are {}. Curves over the video end where no clip lies.",
        clips_.size());
  how.paragraphs.push_back(std::move(text));
  how.paragraphs.push_back(
      "Maps are drawn from as many cells as they were computed in and interpolated between; their "
      "number stands at the colour scale. What lies outside the map's rectangle was not part of "
      "the network's input.");
  const std::vector<ChosenMethod>& methods_shown = source_.explainer.methods();
  if (!is_still && std::any_of(methods_shown.begin(), methods_shown.end(),
                               [](const auto& chosen) { return chosen.info->is_pixel_wise; }))
    how.paragraphs.push_back(
        "Curves of when that go up and down from frame to frame, with methods that answer for each "
        "pixel, come from the network: convolutions with a temporal stride read some frames more "
        "often than others.");
  figure_.about.push_back(std::move(how));
  TextPanel methods{.title = "Methods", .paragraphs = {}};
  for (const ChosenMethod& method : source_.explainer.methods())
    methods.paragraphs.push_back(
        fmt::format("{}: {}. {}.", method.info->title, method.info->summary, method.info->source));
  figure_.about.push_back(std::move(methods));
}

}  // namespace

Figure make_pages(const PageSource& source, std::vector<ShownClip> clips) {
  if (clips.empty())
    throw Error(ErrorKind::kInput, "a figure needs at least one clip; found none in the source");
  Figure figure = Pages(source, std::move(clips)).make();
  check_figure(figure);
  return figure;
}

}  // namespace praxiscope
