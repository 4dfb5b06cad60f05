// See figure.h.
#include "studies/faithfulness/figure.h"

#include "studies/faithfulness/summary.h"
#include "studies/support/add_panel.h"
#include "studies/support/film.h"
#include "studies/support/pictures.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <filesystem>
#include <limits>
#include <map>

namespace praxiscope::studies {
namespace {

using nlohmann::json;

/// A clip that is shown, with what to call it.
struct Example {
  std::size_t record = 0;  ///< in the summary's clips
  std::string name;
  FilmId film = -1;
  std::vector<MapId> maps;  ///< one a method; -1: none on the first input
};

double mean_advantage(const json& clip, const FaithfulnessPlan& plan) {
  double sum = 0;
  for (const std::string& name : plan.names) {
    const json& numbers = clip.at("methods").at(name).at("numbers");
    for (const auto& [id, sign] : {std::pair("insertion", 1.0), std::pair("deletion", -1.0)})
      sum += numbers[id][0].is_number() ? sign * numbers[id][0].get<double>() : 0;
  }
  return sum;
}

/// The clips where inserting most beats deleting, and where it least does.
std::vector<Example> choose_examples(const json& summary, const FaithfulnessPlan& plan) {
  const json& clips = summary.at("clips");
  std::vector<std::size_t> order(clips.size());
  for (std::size_t i = 0; i < order.size(); ++i) order[i] = i;
  std::stable_sort(order.begin(), order.end(), [&](std::size_t a, std::size_t b) {
    return mean_advantage(clips[a], plan) > mean_advantage(clips[b], plan);
  });
  const std::size_t wanted = static_cast<std::size_t>(plan.examples);
  const std::size_t best = std::min(wanted, (order.size() + 1) / 2);
  const std::size_t worst = std::min(wanted, order.size() - best);
  std::vector<Example> examples;
  const auto add = [&](std::size_t record, const char* word, std::size_t rank) {
    const std::string stem =
        std::filesystem::path(clips[record].at("input").get<std::string>()).stem().string();
    Example example{.record = record, .name = "", .film = -1, .maps = {}};
    example.name = fmt::format("{} {}: {}", word, rank, stem);
    if (clips[record].at("begin_s") != clips[record].at("end_s"))
      example.name += fmt::format(", {:.1f} s", clips[record].at("begin_s").get<double>());
    examples.push_back(std::move(example));
  };
  for (std::size_t i = 0; i < best; ++i) add(order[i], "best", i + 1);
  for (std::size_t i = 0; i < worst; ++i) add(order[order.size() - 1 - i], "worst", i + 1);
  return examples;
}

class Pages {
 public:
  Pages(const json& summary, const FaithfulnessPlan& plan, const Explainer& explainer,
        const StudyContext& context)
      : summary_(summary), plan_(plan), explainer_(explainer), context_(context) {}

  Figure make() {
    figure_.title = "Faithfulness of maps";
    const std::size_t clips = summary_.at("clips").size();
    figure_.subtitle = fmt::format(
        "{} clip{} of {} input{}, {}", clips, clips == 1 ? "" : "s", context_.inputs.names().size(),
        context_.inputs.names().size() == 1 ? "" : "s", context_.model.manifest().name);
    examples_ = choose_examples(summary_, plan_);
    show_examples();
    scale_maps();
    FigureAxis clips_axis{"clip", "clips", {"all"}};
    for (const Example& example : examples_) clips_axis.values.push_back(example.name);
    figure_.axes = {clips_axis, {"method", "method", plan_.names}};
    for (std::size_t e = 0; e <= examples_.size(); ++e) {
      for (std::size_t m = 0; m < plan_.names.size(); ++m) add_state(e, m);
    }
    add_about();
    return std::move(figure_);
  }

 private:
  PanelId add(PanelPlace place, PanelContent content, std::string alt) {
    return add_panel(figure_, place, std::move(content), std::move(alt));
  }

  /// Fetches frames and maps of the examples: each input is walked once more, no further than
  /// needed.
  void show_examples() {
    const auto names = context_.inputs.names();
    for (std::size_t input = 0; input < names.size(); ++input) {
      std::map<std::int64_t, Example*> wanted;
      for (Example& example : examples_) {
        const json& clip = summary_.at("clips")[example.record];
        if (clip.at("input") == names[input])
          wanted[clip.at("clip").get<std::int64_t>()] = &example;
      }
      if (wanted.empty()) continue;
      context_.inputs.walk(input, [&](std::vector<Clip> clips) {
        std::erase_if(clips, [&](const Clip& clip) { return wanted.count(clip.index) == 0; });
        for (const ClipResult& result : explainer_.run(std::move(clips), context_.progress))
          show(result, *wanted.at(result.clip.index));
      });
    }
  }

  void show(const ClipResult& result, Example& example) {
    // What the network saw, not the source: maps and fills lie on exactly that.
    ClipInput input = result.clip.inputs.front();
    const InputSpec& spec = context_.model.manifest().inputs.front();
    input.source_from_clip = {};
    input.source_size = {.height = static_cast<int>(input.tensor.size(2)),
                         .width = static_cast<int>(input.tensor.size(3))};
    std::map<std::int64_t, std::shared_ptr<const Picture>> pictures;
    const std::vector<Picture> seen = seen_frames(input, spec);
    for (std::size_t t = 0; t < input.frames.size(); ++t)
      pictures[input.frames[t].source_index] = std::make_shared<Picture>(seen[t]);
    FigureFilm film = make_film(input, pictures, figure_.pictures);
    film.name = example.name;
    example.film = static_cast<FilmId>(figure_.films.size());
    figure_.films.push_back(std::move(film));
    example.maps.assign(plan_.names.size(), -1);
    const std::vector<std::size_t> owners = explainer_.methods_of_maps();
    for (std::size_t i = 0; i < result.attributions.size(); ++i) {
      if (result.attributions[i].input != input.name) continue;
      const MethodInfo& method = *explainer_.methods()[owners[i]].info;
      example.maps[owners[i]] = static_cast<MapId>(figure_.maps.size());
      figure_.maps.push_back(make_map(result.attributions[i], input, method.is_pixel_wise));
    }
  }

  /// One scale for all maps of a method.
  void scale_maps() {
    for (std::size_t m = 0; m < plan_.names.size(); ++m) {
      float reach = 0;
      bool is_signed = false;
      for (const Example& example : examples_) {
        if (example.maps.empty() || example.maps[m] < 0) continue;
        const FigureScale& scale = map_of(example, m).scale;
        reach = std::max({reach, -scale.lo, scale.hi});
        is_signed |= scale.is_signed;
      }
      if (!(reach > 0)) reach = 1;
      for (const Example& example : examples_) {
        if (!example.maps.empty() && example.maps[m] >= 0)
          map_of(example, m).scale = {is_signed ? "blue_red" : "inferno", is_signed ? -reach : 0,
                                      reach, is_signed};
      }
    }
  }
  FigureMap& map_of(const Example& example, std::size_t m) {
    return figure_.maps[static_cast<std::size_t>(example.maps[m])];
  }

  void add_state(std::size_t e, std::size_t m) {
    const Example* example = e == 0 ? nullptr : &examples_[e - 1];
    FigureState state;
    state.choice = {static_cast<int>(e), static_cast<int>(m)};
    state.caption = example == nullptr ? caption_of_all(m) : caption_of(*example, m);
    if (example == nullptr) {
      state.panels = {add(PanelPlace::kMain, numbers(), "numbers by method"),
                      add(PanelPlace::kUnder, wins(), "share of clips won, method by method")};
    } else {
      const MapId map = example->maps.empty() ? -1 : example->maps[m];
      state.panels = {add(PanelPlace::kMain, PlayerPanel{example->film, map, FilmView::kOverlay},
                          state.caption),
                      add(PanelPlace::kUnder, StripPanel{example->film, map, FilmView::kOverlay},
                          "The frames of the clip side by side.")};
    }
    for (const auto& [id, title] : {std::pair("insertion", "insertion: more is better"),
                                    std::pair("deletion", "deletion: less is better"),
                                    std::pair("control", "kept: more is better")})
      state.panels.push_back(add(PanelPlace::kSide, curves(id, title, example, m), title));
    state.panels.push_back(example == nullptr
                               ? add(PanelPlace::kWide, randomization(m), "randomization check")
                               : add(PanelPlace::kWide, answers(*example, m), "answers"));
    figure_.states.push_back(std::move(state));
  }

  std::string caption_of_all(std::size_t m) const {
    const json& mine = summary_.at("results").at(plan_.names[m]);
    const json& chance = summary_.at("results").at("random");
    return fmt::format(
        "{}: shown the map's part alone the network loses {} % of its probability on average; with "
        "random parts {} %.",
        plan_.names[m], estimate_text(mine.value("drop", json()), true),
        estimate_text(chance.value("drop", json()), true));
  }

  std::string caption_of(const Example& example, std::size_t m) const {
    const json& clip = summary_.at("clips")[example.record];
    const double before = clip.at("probability").get<double>();
    const json& kept = clip.at("methods").at(plan_.names[m]).at("kept");
    return fmt::format("\"{}\" has {:.0f} %; with only the part that {} shows {:.0f} %.",
                       clip.at("label").get<std::string>(), 100 * before, plan_.names[m],
                       kept.is_number() ? 100 * kept.get<double>() : 0.0);
  }

  /// Rows: the measures that there are; columns: methods.
  TablePanel numbers() const {
    const json& methods = summary_.at("methods");
    constexpr std::size_t kMostWithIntervals = 6;  // columns that hold them beside each other
    const bool is_short = methods.size() > kMostWithIntervals;
    TablePanel table{
        .title = is_short ? "means over clips" : "means over clips, with 95 % intervals",
        .columns = {""},
        .rows = {},
        .is_number = {false}};
    for (const json& method : methods) {
      table.columns.push_back(method.at("name").get<std::string>());
      table.is_number.push_back(true);
    }
    for (const Measure& measure : measures()) {
      const auto has = [&](const json& entry) { return entry.contains(measure.id); };
      const json& results = summary_.at("results");
      if (std::none_of(results.begin(), results.end(), has)) continue;
      std::vector<std::string> row{measure.title +
                                   (measure.is_better_high ? " \u2191" : " \u2193")};
      for (const json& method : methods)
        row.push_back(estimate_text(
            results.at(method.at("name").get<std::string>()).value(measure.id, json()),
            measure.is_percent, is_short));
      table.rows.push_back(std::move(row));
    }
    return table;
  }

  TablePanel wins() const {
    TablePanel table{.title = "Win %: how often the row keeps more of the probability",
                     .columns = {"row against column"},
                     .rows = {},
                     .is_number = {false}};
    const json& win = summary_.at("win");
    for (std::size_t a = 0; a < win.at("names").size(); ++a) {
      table.columns.push_back(win.at("names")[a].get<std::string>());
      table.is_number.push_back(true);
      std::vector<std::string> row{win.at("names")[a].get<std::string>()};
      for (std::size_t b = 0; b < win.at("names").size(); ++b) {
        const json& value = win.at("percent")[a][b];
        row.push_back(a == b || !value.is_number() ? "\u2013"
                                                   : fmt::format("{:.0f}", value.get<double>()));
      }
      table.rows.push_back(std::move(row));
    }
    return table;
  }

  LinesPanel curves(const std::string& id, const std::string& title, const Example* example,
                    std::size_t m) const {
    LinesPanel panel;
    panel.title = title;
    panel.x_label = "share of the voxels";
    panel.x_begin = 0, panel.x_end = 1, panel.y_begin = 0;
    panel.is_percent = true;
    const json& methods = summary_.at("methods");
    for (std::size_t k = 0; k < methods.size(); ++k) {
      const std::string name = methods[k].at("name").get<std::string>();
      const json& points =
          example == nullptr ? summary_.at("curves").at(name).at(id).at("mean")
                             : summary_.at("clips")[example->record].at("methods").at(name).at(id);
      LinesPanel::Line line;
      line.label = name;
      line.color =
          methods[k].at("is_baseline").get<bool>() && name == "random" ? -1 : static_cast<int>(k);
      line.is_strong = k == m;
      for (std::size_t i = 0; i < points.size(); ++i) {
        line.x.push_back(static_cast<double>(i) / static_cast<double>(points.size() - 1));
        line.y.push_back(points[i].is_number() ? points[i].get<double>()
                                               : std::numeric_limits<double>::quiet_NaN());
      }
      panel.lines.push_back(std::move(line));
    }
    return panel;
  }

  PanelContent randomization(std::size_t m) const {
    const json& check = summary_.at("randomization");
    if (!check.contains("shares"))
      return TextPanel{"randomization check", {"Not made: --random-clips 0."}};
    LinesPanel panel;
    panel.title =
        "randomization check: likeness with the trained network's maps (rank correlation)";
    panel.x_label = "share of the network with random weights, from the output down";
    panel.x_begin = 0, panel.x_end = 1;
    for (std::size_t k = 0; k < plan_.names.size(); ++k) {
      LinesPanel::Line line;
      line.label = plan_.names[k];
      line.color = static_cast<int>(k);
      line.is_strong = k == m;
      line.x = {0}, line.y = {1};
      const json& values = check.at("methods").at(plan_.names[k]).at("spearman");
      for (std::size_t i = 0; i < values.size(); ++i) {
        line.x.push_back(check.at("shares")[i].get<double>());
        line.y.push_back(values[i].is_number() ? values[i].get<double>()
                                               : std::numeric_limits<double>::quiet_NaN());
      }
      panel.lines.push_back(std::move(line));
    }
    return panel;
  }

  /// What the class gets of each method's part alone.
  BarsPanel answers(const Example& example, std::size_t m) const {
    const json& clip = summary_.at("clips")[example.record];
    BarsPanel panel;
    panel.title = fmt::format("\"{}\" when only a method's part is shown",
                              clip.at("label").get<std::string>());
    panel.bars.push_back({"whole clip", clip.at("probability").get<double>(), -1, false, -1});
    const json& methods = summary_.at("methods");
    for (std::size_t k = 0; k < methods.size(); ++k) {
      const std::string name = methods[k].at("name").get<std::string>();
      const json& kept = clip.at("methods").at(name).at("kept");
      panel.bars.push_back({name, kept.is_number() ? kept.get<double>() : 0,
                            name == "random" ? -1 : static_cast<int>(k), k == m, -1});
    }
    return panel;
  }

  void add_about() {
    TextPanel how{.title = "How to read this figure", .paragraphs = {}};
    how.paragraphs.push_back(
        "Every method is judged by what the network answers when it sees only a part of a clip. "
        "Insertion: voxels of the clip appear in a blurred or plain clip, those that the map names "
        "first; deletion: they vanish. A map that names what the network uses rises early in the "
        "one and falls early in the other. Centre, random and edges are maps that know nothing of "
        "the network: a method that does not beat them has said nothing.");
    how.paragraphs.push_back(
        "Intervals are 95 % of means over resampled inputs (2000 bootstrap samples); clips of one "
        "input are drawn together. Curves on the pages of single clips are that clip's own.");
    figure_.about.push_back(std::move(how));
    TextPanel about{.title = "Measures", .paragraphs = {}};
    for (const Measure& measure : measures())
      about.paragraphs.push_back(fmt::format("{}: {}; {} is better.", measure.title, measure.help,
                                             measure.is_better_high ? "more" : "less"));
    figure_.about.push_back(std::move(about));
  }

  const json& summary_;
  const FaithfulnessPlan& plan_;
  const Explainer& explainer_;
  const StudyContext& context_;
  std::vector<Example> examples_;
  Figure figure_;
};

}  // namespace

Figure faithfulness_figure(const json& summary, const FaithfulnessPlan& plan,
                           const Explainer& explainer, const StudyContext& context) {
  Figure figure = Pages(summary, plan, explainer, context).make();
  check_figure(figure);
  return figure;
}

}  // namespace praxiscope::studies
