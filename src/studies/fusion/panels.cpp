// See panels.h.
#include "studies/fusion/panels.h"

#include "studies/fusion/text.h"
#include "studies/fusion/units.h"
#include "studies/support/pictures.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <limits>

namespace praxiscope::studies {
namespace {

using nlohmann::json;

constexpr std::size_t kMostRows = 12;
constexpr double kNaN = std::numeric_limits<double>::quiet_NaN();

double number(const json& value) { return value.is_number() ? value.get<double>() : kNaN; }

/// Of a share; NaN where there is none.
double whole_percent(const json& share) { return std::round(100 * number(share)); }

}  // namespace

std::string number_text(const json& value) {
  return value.is_number() ? short_number(value.get<double>()) : "\u2013";
}

std::string percent_text(const json& value) {
  // Rounded first: no "-0 %".
  return value.is_number() ? fmt::format("{} %", std::lround(100 * value.get<double>())) : "\u2013";
}

std::string interval_text(const json& told, bool is_percent) {
  const auto say = [&](const json& value) {
    return is_percent ? percent_text(value) : number_text(value);
  };
  if (!told.contains("low")) return say(told["mean"]);
  return fmt::format("{} ({} to {})", say(told["mean"]), say(told["low"]), say(told["high"]));
}

FusionPanels::FusionPanels(const json& summary)
    : summary_(summary),
      first_(summary["streams"][0].get<std::string>()),
      second_(summary["streams"][1].get<std::string>()) {}

const json& FusionPanels::logits_of(const json& group) const {
  return group["fills"][summary_["fill"].get<std::string>()]["logit"];
}

TablePanel FusionPanels::values() const {
  TablePanel table{.title = summary_["target"] == "top"
                                ? "Shapley values of the logit of each clip's class (95 %)"
                                : fmt::format("Shapley values of {} (95 %)",
                                              summary_["target"].get<std::string>()),
                   .columns = {"class", "clips", "neither", first_, second_, "both", "together",
                               first_ + " share"},
                   .rows = {},
                   .is_number = {false, true, true, true, true, true, true, true}};
  const auto row = [&](const std::string& name, const json& group) {
    const json& logit = logits_of(group);
    table.rows.push_back(
        {name, fmt::format("{}", group["clips"].get<int>()), number_text(logit["neither"]["mean"]),
         interval_text(logit["first"], false), interval_text(logit["second"], false),
         number_text(logit["both"]["mean"]), number_text(logit["interaction"]["mean"]),
         interval_text(logit["first_share"], true)});
  };
  for (const json& group : summary_["classes"]) row(group["label"].get<std::string>(), group);
  row("all", summary_["all"]);
  return table;
}

MatrixPanel FusionPanels::swap_matrix() const {
  const json& swap = summary_["swap"];
  MatrixPanel panel;
  panel.title =
      swap["pairs"] == 0
          ? "Swap test: no two clips of different classes"
          : fmt::format("Swap test: labels that follow {} rather than {}, %", first_, second_);
  panel.row_label = first_ + " of";
  panel.column_label = second_ + " of";
  panel.rows = panel.columns = swap["labels"].get<std::vector<std::string>>();
  panel.scale = {"viridis", 0, 100, false};
  for (const json& row : swap["matrix"]["first"])
    for (const json& cell : row) panel.values.push_back(whole_percent(cell));
  return panel;
}

MatrixPanel FusionPanels::contrasts() const {
  const json& contrasts = summary_["contrasts"];
  MatrixPanel panel;
  panel.title = fmt::format("Share of {} in telling classes apart, %", first_);
  panel.row_label = "clips of";
  panel.column_label = "against";
  panel.rows = panel.columns = contrasts["labels"].get<std::vector<std::string>>();
  panel.scale = {"viridis", 0, 100, false};
  for (const json& row : contrasts["first_share"])
    for (const json& cell : row) panel.values.push_back(whole_percent(cell));
  return panel;
}

BarsPanel FusionPanels::kinds() const {
  BarsPanel panel;
  panel.title = summary_["layer"].is_null()
                    ? "No layer with time and space joins the streams"
                    : fmt::format("Units of {}: what drives them",
                                  summary_["layer"]["name"].get<std::string>());
  panel.is_percent = false;
  panel.most = 1;
  int color = 0;
  for (const std::string_view kind : kUnitKindNames) {
    const auto count = summary_["kinds"][std::string(kind)].get<double>();
    panel.most = std::max(panel.most, count);
    panel.bars.push_back({words_of_kind(std::string(kind), summary_["streams"]), count,
                          kind == "faint" || kind == "dead" ? -1 : color++, kind == "both", -1});
  }
  return panel;
}

TablePanel FusionPanels::ranking(const std::vector<std::size_t>& units) const {
  TablePanel table{.title = "Units by what drives them, best of each kind",
                   .columns = {"unit", "driven by", "drive", first_ + " alone", second_ + " alone",
                               "only together", "classes", "strongest in", "time"},
                   .rows = {},
                   .is_number = {true, false, true, true, true, true, true, false, true}};
  for (std::size_t u = 0; u < std::min(kMostRows, units.size()); ++u) {
    const json& one = summary_["units"][units[u]];
    const json& best = one["clips"][0];
    table.rows.push_back({fmt::format("{}", one["channel"].get<int>()),
                          words_of_kind(one["kind"].get<std::string>(), summary_["streams"]),
                          number_text(one["drive"]), percent_text(one["first"]),
                          percent_text(one["second"]), percent_text(one["synergy"]),
                          number_text(one["classes_used"]),
                          name_of_clip(summary_["clips"][best["clip"].get<std::size_t>()]),
                          fmt::format("{:.2f} s", best["places"][0]["time_s"].get<double>())});
  }
  return table;
}

BarsPanel FusionPanels::drives(const json& one) const {
  BarsPanel panel;
  panel.title = "Largest strength over all clips";
  panel.is_percent = false;
  panel.most = 1e-12;
  const std::pair<const char*, std::string> kBars[] = {{"both", "both streams"},
                                                       {"first", first_ + " alone"},
                                                       {"second", second_ + " alone"},
                                                       {"neither", "neither"}};
  int color = 0;
  for (const auto& [id, name] : kBars) {
    const double value = number(one["strength"][id]);
    if (std::isfinite(value)) panel.most = std::max(panel.most, std::abs(value));
    panel.bars.push_back(
        {name, value, std::string(id) == "neither" ? -1 : color++, std::string(id) == "both", -1});
  }
  if (one["optimized"].is_null()) return panel;
  // What clips made for the unit reach, in gray below what real ones do.
  for (const auto& [id, name] : kBars) {
    const double value = number(one["optimized"]["strength"][id]);
    if (!std::isfinite(value) || std::string(id) == "neither") continue;
    panel.most = std::max(panel.most, std::abs(value));
    panel.bars.push_back({"optimized: " + name, value, -1, false, -1});
  }
  return panel;
}

BarsPanel FusionPanels::classes(const json& one) const {
  BarsPanel panel;
  panel.title =
      fmt::format("Mean strength by class; {} use the unit", number_text(one["classes_used"]));
  panel.is_percent = false;
  panel.most = 1e-12;
  std::vector<const json*> order;
  for (const json& entry : one["by_class"]) order.push_back(&entry);
  std::stable_sort(order.begin(), order.end(), [](const json* a, const json* b) {
    return number((*a)["strength"]) > number((*b)["strength"]);
  });
  order.resize(std::min(order.size(), kMostRows));
  for (const json* entry : order) {
    const double value = number((*entry)["strength"]);
    if (std::isfinite(value)) panel.most = std::max(panel.most, std::abs(value));
    panel.bars.push_back({(*entry)["label"].get<std::string>(), value, 0, false, -1});
  }
  return panel;
}

TablePanel FusionPanels::places(const json& one) const {
  TablePanel table{.title = "Clips that drive the unit most",
                   .columns = {"clip", "class", "both", first_ + " alone", second_ + " alone",
                               "when", "where (px of the source)"},
                   .rows = {},
                   .is_number = {false, false, true, true, true, true, false}};
  for (const json& clip : one["clips"]) {
    const json& source = summary_["clips"][clip["clip"].get<std::size_t>()];
    const json& place = clip["places"][0];
    table.rows.push_back(
        {name_of_clip(source), source["label"].get<std::string>(),
         number_text(clip["strength"]["both"]), number_text(clip["strength"]["first"]),
         number_text(clip["strength"]["second"]),
         fmt::format("{:.2f} s", place["time_s"].get<double>()),
         fmt::format("x {:.0f}, y {:.0f}", place["x"].get<double>(), place["y"].get<double>())});
  }
  return table;
}

BarsPanel FusionPanels::shares() const {
  BarsPanel panel;
  panel.title = fmt::format("Share of {}, the rest is {}'s", first_, second_);
  const auto bar = [&](const std::string& name, const json& group, bool is_strong) {
    panel.bars.push_back({name, number(logits_of(group)["first_share"]["mean"]), 1, is_strong, -1});
  };
  bar("all", summary_["all"], true);
  for (const json& group : summary_["classes"])
    bar(group["label"].get<std::string>(), group, false);
  return panel;
}

LinesPanel FusionPanels::curve(const FigureFilm& film, const FigureMap& map) const {
  LinesPanel panel;
  panel.title = "activation over time";
  panel.x_label = "time (s)";
  panel.follows_player = true;
  const bool has_time = film.times_s.size() > 1;
  for (const bool is_largest : {true, false}) {
    LinesPanel::Line line;
    line.label = is_largest ? "largest of the frame" : "mean of the frame";
    line.color = is_largest ? 0 : 1;
    line.is_strong = is_largest;
    const auto cells = static_cast<std::size_t>(map.height) * static_cast<std::size_t>(map.width);
    for (std::size_t t = 0; has_time && t < film.times_s.size(); ++t) {
      double sum = 0, count = 0, most = kNaN;
      for (std::size_t i = t * cells; i < (t + 1) * cells; ++i) {
        if (!std::isfinite(map.values[i])) continue;
        sum += map.values[i], ++count;
        most = std::fmax(most, map.values[i]);
      }
      line.x.push_back(film.times_s[t]);
      line.y.push_back(is_largest ? most : sum / count);
    }
    panel.lines.push_back(std::move(line));
  }
  return panel;
}

}  // namespace praxiscope::studies
