// See figure.h.
#include "studies/fusion/figure.h"

#include "studies/fusion/panels.h"
#include "studies/fusion/text.h"
#include "studies/support/add_panel.h"

#include <fmt/format.h>

#include <algorithm>

namespace praxiscope::studies {
namespace {

using nlohmann::json;

class Pages {
 public:
  Pages(Figure begun, const json& summary, const std::vector<std::size_t>& units,
        const std::map<std::size_t, ShownStreams>& clips, const StudyContext& context)
      : figure_(std::move(begun)),
        summary_(summary),
        units_(units),
        clips_(clips),
        context_(context),
        panels_(summary),
        first_(panels_.first()),
        second_(panels_.second()) {}

  Figure make() {
    const std::size_t clips = summary_["clips"].size(), inputs = context_.inputs.names().size();
    figure_.title = "Fusion of streams";
    figure_.subtitle = fmt::format("{} and {} \u00b7 {} clip{} of {} input{}, {}", first_, second_,
                                   clips, clips == 1 ? "" : "s", inputs, inputs == 1 ? "" : "s",
                                   context_.model.manifest().name);
    name_axes();
    add_streams();
    for (std::size_t u = 0; u < units_.size(); ++u) add_unit(u);
    add_about();
    return std::move(figure_);
  }

 private:
  PanelId add(PanelPlace place, PanelContent content, std::string alt) {
    return add_panel(figure_, place, std::move(content), std::move(alt));
  }

  const json& unit(std::size_t u) const { return summary_["units"][units_[u]]; }

  void name_axes() {
    FigureAxis pages{"show", "show", {"streams"}}, clips{"clip", "clip", {}};
    std::size_t most = 1;
    for (std::size_t u = 0; u < units_.size(); ++u) {
      pages.values.push_back(
          fmt::format("unit {}: {}", unit(u)["channel"].get<int>(),
                      words_of_kind(unit(u)["kind"].get<std::string>(), summary_["streams"])));
      most = std::max(most, unit(u)["clips"].size());
    }
    for (std::size_t i = 0; i < most; ++i)
      clips.values.push_back(i == 0 ? "strongest" : fmt::format("{}.", i + 1));
    figure_.axes = {pages, clips};
  }

  void add_streams() {
    FigureState state;
    state.choice = {0, 0};
    const json& all = panels_.logits_of(summary_["all"]);
    state.caption = fmt::format(
        "{} carries {} of the decisions' Shapley values, {} the rest; what only both "
        "together bring is {} of {} logits on average.",
        first_, interval_text(all["first_share"], true), second_,
        number_text(all["interaction"]["mean"]), number_text(all["total"]["mean"]));
    const json& swap = summary_["swap"];
    if (swap["pairs"] != 0)
      state.caption += fmt::format(" Swapped streams: the label follows {} in {}, {} in {}.",
                                   first_, interval_text(swap["first"], true), second_,
                                   interval_text(swap["second"], true));
    state.panels = {
        add(PanelPlace::kMain, panels_.swap_matrix(), "the swap test by class"),
        add(PanelPlace::kUnder, panels_.values(), "what each stream carries, by class"),
        add(PanelPlace::kSide, panels_.shares(), "share of the first stream by class"),
        add(PanelPlace::kSide, panels_.contrasts(), "which stream tells classes apart"),
        add(PanelPlace::kSide, panels_.kinds(), "how many units are driven by which stream"),
        add(PanelPlace::kWide, panels_.ranking(units_), "the units that say most of each kind")};
    figure_.states.push_back(std::move(state));
  }

  void add_unit(std::size_t u) {
    const json& one = unit(u);
    const std::int64_t channel = one["channel"].get<std::int64_t>();
    scale_maps(one);
    const std::vector<PanelId> beside{
        add(PanelPlace::kSide, panels_.drives(one), "how far each stream drives the unit"),
        add(PanelPlace::kSide, panels_.classes(one), "how strongly each class drives the unit")};
    const PanelId places =
        add(PanelPlace::kWide, panels_.places(one), "the clips that drive the unit most");
    for (std::size_t k = 0; k < one["clips"].size(); ++k) {
      const auto shown = clips_.find(one["clips"][k]["clip"].get<std::size_t>());
      if (shown == clips_.end()) continue;
      const MapId map = shown->second.maps.at(channel);
      FigureState state;
      state.choice = {static_cast<int>(u) + 1, static_cast<int>(k)};
      state.caption = caption(one, one["clips"][k]);
      state.panels = {
          add(PanelPlace::kMain, PlayerPanel{shown->second.film, map, FilmView::kOverlay},
              fmt::format("{} at the left, {} at the right, with the unit's activation", first_,
                          second_)),
          add(PanelPlace::kUnder, StripPanel{shown->second.film, map, FilmView::kOverlay},
              "the same frames side by side")};
      state.panels.insert(state.panels.end(), beside.begin(), beside.end());
      state.panels.push_back(
          add(PanelPlace::kSide,
              panels_.curve(figure_.films[static_cast<std::size_t>(shown->second.film)],
                            figure_.maps[static_cast<std::size_t>(map)]),
              "the unit's activation over time"));
      state.panels.push_back(places);
      figure_.states.push_back(std::move(state));
    }
  }

  /// One scale for all clips of a unit.
  void scale_maps(const json& one) {
    std::vector<FigureMap*> maps;
    float reach = 0;
    bool is_signed = false;
    for (const json& clip : one["clips"]) {
      const auto shown = clips_.find(clip["clip"].get<std::size_t>());
      if (shown == clips_.end()) continue;
      const MapId map = shown->second.maps.at(one["channel"].get<std::int64_t>());
      maps.push_back(&figure_.maps[static_cast<std::size_t>(map)]);
      reach = std::max({reach, maps.back()->hi, -maps.back()->lo});
      is_signed |= maps.back()->lo < 0;
    }
    if (!(reach > 0)) reach = 1;
    for (FigureMap* map : maps)
      map->scale = {is_signed ? "blue_red" : "inferno", is_signed ? -reach : 0, reach, is_signed};
  }

  std::string caption(const json& one, const json& clip) const {
    const json& source = summary_["clips"][clip["clip"].get<std::size_t>()];
    return fmt::format(
        "Unit {} of {} is driven by {}: {} alone drives it to {}, {} alone to {}, {} come only "
        "together. "
        "{} ({}): left {}, right {}, the same map over both; strength {} with both, {} and {} "
        "alone.",
        one["channel"].get<int>(), summary_["layer"]["name"].get<std::string>(),
        words_of_kind(one["kind"].get<std::string>(), summary_["streams"]), first_,
        percent_text(one["first"]), second_, percent_text(one["second"]),
        percent_text(one["synergy"]), name_of_clip(source), source["label"].get<std::string>(),
        first_, second_, number_text(clip["strength"]["both"]),
        number_text(clip["strength"]["first"]), number_text(clip["strength"]["second"]));
  }

  void add_about() {
    figure_.about.push_back(
        {.title = "Streams",
         .paragraphs = {
             "v(S) is the score with the streams S as they are and the others replaced: by their "
             "mean over all clips, a number a channel (mean); by black and no motion (zero); by "
             "their first frame and no motion (frozen). All three are in the JSON output; this "
             "figure shows one of them: " +
                 summary_["fill"].get<std::string>() + ".",
             "A stream's Shapley value is the mean of what it adds to nothing and of what it adds "
             "to the other stream; both values sum to v(both) - v(neither), exactly. Together: "
             "v(both) - v(first) - v(second) + v(neither), above 0 where the streams need each "
             "other, below 0 where they say the same; in the table v(neither) and both values "
             "sum to v(both). Share: a stream's |value| of the sum of "
             "both sizes, mean over clips. Intervals: 95 % over resampled inputs.",
             "Swap test: one clip's first stream with another clip's second one, of clips that "
             "the network takes for different classes. What the answer follows decides."}});
    figure_.about.push_back(
        {.title = "Units",
         .paragraphs = {
             fmt::format(
                 "A unit's strength in a clip is the mean of the largest {:.0f} % of its "
                 "cells; A(S) is the largest strength over all clips with the streams S. "
                 "Drive: the best of A(both), A(first), A(second), less A(neither). A "
                 "stream alone drives a unit when it reaches half of the drive. Units "
                 "that neither stream drives alone need both: where the streams are "
                 "appearance and motion, these are truly spatiotemporal. Units whose drive "
                 "is below {:.0f} % of the strongest unit's are hardly driven: they have no "
                 "page.",
                 100 * kTopCells, 100 * kFaintDrive),
             "Only together: what remains of the drive when the parts of each stream alone are "
             "taken off; 100 % for a product of streams, 0 % for a sum, below 0 where either is "
             "enough. Classes: exp of the entropy of the classes' mean strengths, 1 for a unit "
             "of one class.",
             "Maps: the unit's activations, interpolated between its cells. A unit behind the "
             "place where the streams join has one map, which is laid over both; one scale for all "
             "clips of a unit."}});
  }

  Figure figure_;
  const json& summary_;
  const std::vector<std::size_t>& units_;
  const std::map<std::size_t, ShownStreams>& clips_;
  const StudyContext& context_;
  FusionPanels panels_;
  const std::string &first_, &second_;
};

}  // namespace

Figure fusion_figure(Figure begun, const json& summary, const std::vector<std::size_t>& units,
                     const std::map<std::size_t, ShownStreams>& clips,
                     const StudyContext& context) {
  Figure figure = Pages(std::move(begun), summary, units, clips, context).make();
  check_figure(figure);
  return figure;
}

}  // namespace praxiscope::studies
