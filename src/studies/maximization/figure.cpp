// See figure.h.
#include "studies/maximization/figure.h"

#include "studies/maximization/index.h"
#include "studies/maximization/plate_films.h"
#include "studies/maximization/plates.h"
#include "studies/maximization/text.h"
#include "studies/support/add_panel.h"
#include "studies/support/pictures.h"

#include <ATen/ATen.h>
#include <fmt/format.h>

#include <algorithm>
#include <cmath>

namespace praxiscope::studies {
namespace {

using nlohmann::json;

constexpr int kSlice = 160;
/// Things that have pages for their real clips as well.
constexpr std::size_t kMostInFull = 8;

/// px: few columns have more room, so that words stay of one size.
int cell_width(std::size_t columns, bool is_atlas) {
  if (is_atlas) return 120;
  if (columns > 5) return 160;
  return columns > 2 ? 190 : columns == 2 ? 260 : 420;
}

class Plates {
 public:
  Plates(const json& summary, const Gallery& gallery)
      : summary_(summary),
        gallery_(gallery),
        plan_(gallery.plan),
        sought_(gallery.sought),
        found_(gallery.found),
        streams_(gallery.streams),
        context_(gallery.context) {}

  Figure make() {
    figure_.title = "What it wants to see";
    figure_.subtitle =
        fmt::format("activation maximization \u00b7 {}", context_.model.manifest().name);
    name_axes();
    // Pages of the index stand first and lead to states that are there only afterwards.
    figure_.states.resize(first_thing_);
    std::vector<StateId> states(sought_.size(), -1);
    for (std::size_t i = 0; i < sought_.size(); ++i) {
      const std::size_t next = figure_.states.size();
      add_plates(i);
      if (figure_.states.size() > next) states[i] = static_cast<StateId>(next);
    }
    for (std::size_t page = 0; page < first_thing_; ++page)
      figure_.states[page] = index_state(gallery_, page, states, figure_);
    add_about();
    return std::move(figure_);
  }

 private:
  PanelId add(PanelPlace place, PanelContent content, std::string alt) {
    return add_panel(figure_, place, std::move(content), std::move(alt));
  }

  void name_axes() {
    FigureAxis things{"target", "target", {}}, shows{"show", "show", {"optimized"}};
    first_thing_ = index_pages(sought_.size());
    for (std::size_t page = 0; page < first_thing_; ++page)
      things.values.push_back(index_name(page, sought_.size()));
    std::size_t clips = 0;
    for (const Sought& one : sought_) {
      things.values.push_back(one.name);
      if (is_atlas()) continue;
      for (std::size_t k = 0; k < one.clips.size(); ++k)
        if (one.clips[k].place >= 0) clips = std::max(clips, k + 1);
    }
    for (std::size_t draw = 1; draw < plan_.count; ++draw)
      shows.values.push_back(fmt::format("optimum {}", draw + 1));
    if (has_alone()) shows.values.push_back("one stream alone");
    for (std::size_t k = 0; k < clips; ++k)
      shows.values.push_back(k == 0 ? "strongest clip" : fmt::format("clip {}", k + 1));
    figure_.axes = {things, shows};
    first_clip_ = static_cast<int>(plan_.count) + (has_alone() ? 1 : 0);
  }

  /// Many things: a page each, or the file would have gigabytes. Their real clips still stand
  /// beside the results.
  bool is_atlas() const { return sought_.size() > kMostInFull; }

  bool has_alone() const {
    return std::any_of(found_.begin(), found_.end(),
                       [](const Found& one) { return !one.alone.empty(); });
  }

  void add_plates(std::size_t i) {
    if (gallery_.results(i, 0, false).empty()) return;  // the search was stopped before
    const PanelId table = add(PanelPlace::kWide, result_table(i), "all results with their numbers");
    const PanelId course = add(PanelPlace::kSide, courses(i), "how the value grew");
    const PanelId slices = add(PanelPlace::kUnder, slices_of(i),
                               "rows of pixels over time: slanted lines move, upright ones stand");
    const std::vector<PanelId> beside{
        slices, add(PanelPlace::kSide, reached(i), "how far each result drives it"), course, table};
    for (std::size_t draw = 0; draw < plan_.count; ++draw)
      add_state(i, static_cast<int>(draw), gallery_.results(i, draw, false), beside);
    if (has_alone()) add_state(i, first_clip_ - 1, gallery_.results(i, 0, true), beside);
    if (is_atlas()) return;
    for (std::size_t k = 0; k < sought_[i].clips.size(); ++k) add_clip(i, k, beside);
  }

  void add_state(std::size_t i, int show, const std::vector<const Found*>& chosen,
                 const std::vector<PanelId>& beside) {
    if (chosen.empty()) return;
    FigureState state;
    state.choice = {choice_of(i), show};
    state.caption = caption(i, *chosen.front());
    const auto film = static_cast<FilmId>(figure_.films.size());
    const bool is_alone = !chosen.front()->alone.empty();
    const Plate plate = is_alone ? gallery_.plate(chosen) : gallery_.plate_with_clips(i, chosen);
    const std::size_t columns = plate.columns.size();
    figure_.films.push_back(
        make_plate_film(plate, cell_width(columns, is_atlas()), figure_.pictures));
    figure_.films.back().name = sought_[i].name;
    state.panels = {add(PanelPlace::kMain, PlayerPanel{film, -1, FilmView::kFrame},
                        "optimized clips and the real ones beside them, in motion")};
    state.panels.insert(state.panels.end(), beside.begin(), beside.end());
    figure_.states.push_back(std::move(state));
  }

  int choice_of(std::size_t i) const { return static_cast<int>(first_thing_ + i); }

  void add_clip(std::size_t i, std::size_t k, const std::vector<PanelId>& beside) {
    const DrivingClip& driving = sought_[i].clips[k];
    if (driving.place < 0) return;
    Plate plate;
    gallery_.add_clip(
        driving,
        fmt::format("{} to {} s", short_number(driving.begin_s), short_number(driving.end_s)),
        plate);
    FigureState state;
    state.choice = {choice_of(i), first_clip_ + static_cast<int>(k)};
    state.caption =
        fmt::format("{} reaches {} in {}, {} to {} s, of {} that were looked at.", sought_[i].name,
                    short_number(driving.value), gallery_.name_of_input(driving.input),
                    short_number(driving.begin_s), short_number(driving.end_s),
                    context_.inputs.names().size() == 1
                        ? "one input"
                        : fmt::format("{} inputs", context_.inputs.names().size()));
    if (!driving.tubes.empty())
      state.caption +=
          " Boxes: what the strongest cell depends on in this clip (orange), and can "
          "depend on at all (gray).";
    const auto film = static_cast<FilmId>(figure_.films.size());
    figure_.films.push_back(make_plate_film(plate, cell_width(1, false), figure_.pictures));
    figure_.films.back().name = gallery_.name_of_input(driving.input);
    state.panels = {add(PanelPlace::kMain, PlayerPanel{film, -1, FilmView::kFrame},
                        "a real clip as the network sees it")};
    state.panels.insert(state.panels.end(), beside.begin(), beside.end());
    figure_.states.push_back(std::move(state));
  }

  std::string caption(std::size_t i, const Found& first) const {
    const Sought& one = sought_[i];
    std::string text = fmt::format(
        "{}: what drives it most, held still (left) to free (right); its activation is {} times "
        "{}.",
        one.name, short_number(first.optimum.score / one.objective.a_hat),
        reference_words(one.a_hat_from));
    if (first.class_index >= 0)
      text += fmt::format(" The network says {}.",
                          context_.model.labels()[static_cast<std::size_t>(first.class_index)]);
    return text;
  }

  TablePanel result_table(std::size_t i) const {
    TablePanel table{.title = "Results",
                     .columns = {"result", "score", "of reference", "steps"},
                     .rows = {},
                     .is_number = {false, true, true, true}};
    for (const optima::Stream& stream : streams_.all()) {
      table.columns.push_back(stream.name + ", cycles a frame");
      table.is_number.push_back(true);
    }
    table.columns.emplace_back("the network says");
    table.is_number.push_back(false);
    for (const json& result : summary_["sought"][i]["results"]) {
      std::vector<std::string> row{name_of(result), number(result["score"]),
                                   number(result["of_a_hat"]),
                                   fmt::format("{}", result["steps"].get<int>())};
      for (const optima::Stream& stream : streams_.all())
        row.push_back(number(result["temporal_frequency"][stream.name]));
      row.push_back(result["answer"].is_null() ? "\u2013" : result["answer"].get<std::string>());
      table.rows.push_back(std::move(row));
    }
    return table;
  }

  static std::string number(const json& value) {
    return value.is_number() ? short_number(value.get<double>()) : "\u2013";
  }

  static std::string name_of(const json& result) {
    std::string name = result["speed"].get<std::string>();
    if (result["draw"] != 0) name += fmt::format(", optimum {}", result["draw"].get<int>() + 1);
    if (!result["alone"].is_null()) name += ", " + result["alone"].get<std::string>() + " alone";
    return name;
  }

  BarsPanel reached(std::size_t i) const {
    BarsPanel panel;
    panel.title = fmt::format("Activation; 1 is {}", reference_words(sought_[i].a_hat_from));
    panel.is_percent = false;
    panel.most = 1e-12;
    int color = 0;
    for (const json& result : summary_["sought"][i]["results"]) {
      const double value =
          result["of_a_hat"].is_number() ? result["of_a_hat"].get<double>() : std::nan("");
      if (std::isfinite(value)) panel.most = std::max(panel.most, std::abs(value));
      panel.bars.push_back({name_of(result), value, color++, false, -1});
    }
    for (const DrivingClip& clip : sought_[i].clips) {
      const double value = clip.value / sought_[i].objective.a_hat;
      panel.most = std::max(panel.most, std::abs(value));
      panel.bars.push_back({gallery_.name_of_input(clip.input), value, -1, false, -1});
    }
    return panel;
  }

  LinesPanel courses(std::size_t i) const {
    LinesPanel panel;
    panel.title = "Value while it is optimized";
    panel.x_label = "step";
    panel.y_label = "activation less priors";
    for (const Found* one : gallery_.results(i, 0, false)) {
      LinesPanel::Line line;
      line.label = std::string(plan_.speeds[one->speed].name);
      line.color = static_cast<int>(one->speed);
      for (std::size_t k = 0; k < one->optimum.course.size(); ++k) {
        line.x.push_back(static_cast<double>(k) + 1);
        line.y.push_back(one->optimum.course[k]);
      }
      panel.lines.push_back(std::move(line));
    }
    return panel;
  }

  PlatesPanel slices_of(std::size_t i) {
    PlatesPanel panel;
    panel.title = "Middle row over time (down)";
    const std::vector<const Found*> chosen = gallery_.results(i, 0, false);
    panel.columns = std::max<int>(1, static_cast<int>(chosen.size()));
    const Plate plate = gallery_.plate(chosen);
    for (std::size_t c = 0; c < chosen.size(); ++c) {
      panel.plates.push_back(
          {static_cast<PictureId>(figure_.pictures.size()), plate.columns[c], -1});
      figure_.pictures.push_back(
          encode_picture(slice_through_time(plate.cells.front()[c], kSlice, kSlice / 2)));
    }
    return panel;
  }

  void add_about() {
    figure_.about.push_back(
        {.title = "What is optimized",
         .paragraphs = {
             "Clips that drive a unit or class as far as possible, found by following its gradient "
             "from noise. What is climbed is the activation, divided by the largest that the "
             "reference reaches, less priors: energy within a hard range, and squared differences "
             "between neighbours in space (kappa) and in time (chi). All streams are optimized at "
             "once. (Feichtenhofer, Pinz, Wildes and Zisserman, CVPR 2018 and IJCV 2020.)",
             "Slow to free: the same noise, with a temporal prior of ten times, once and a tenth "
             "of "
             "chi, and none. Cycles a frame: the centroid of the power spectrum over time.",
             "An optimum shows one way to drive a unit, not what it saw in training; priors and "
             "start decide among many. Compare with the real clips beside."}});
  }

  const json& summary_;
  const Gallery& gallery_;
  const MaximizationPlan& plan_;
  const std::vector<Sought>& sought_;
  const std::vector<Found>& found_;
  const optima::Streams& streams_;
  const StudyContext& context_;
  Figure figure_;
  std::size_t first_thing_ = 0;  ///< on the first axis, behind the pages of the index
  int first_clip_ = 1;
};

}  // namespace

Figure maximization_figure(const json& summary, const Gallery& gallery) {
  Figure figure = Plates(summary, gallery).make();
  check_figure(figure);
  return figure;
}

}  // namespace praxiscope::studies
