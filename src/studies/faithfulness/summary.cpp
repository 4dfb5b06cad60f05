// See summary.h.
#include "studies/faithfulness/summary.h"

#include "studies/faithfulness/metrics.h"
#include "studies/support/confidence.h"

#include <ATen/ATen.h>
#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <set>

namespace praxiscope::studies {
namespace {

using nlohmann::json;

constexpr double kNothing = std::numeric_limits<double>::quiet_NaN();

std::vector<std::string> all_names(const FaithfulnessPlan& plan) {
  std::vector<std::string> names = plan.names;
  names.insert(names.end(), baseline_names().begin(), baseline_names().end());
  return names;
}

double number_or_nothing(const json& value) {
  return value.is_number() ? value.get<double>() : kNothing;
}

json told(const Estimate& estimate) {
  json out{{"mean", estimate.mean}, {"values", estimate.values}, {"inputs", estimate.groups}};
  if (estimate.bounds) out["low"] = estimate.bounds->low, out["high"] = estimate.bounds->high;
  return out;
}

/// One measure of one method over all clips that have it; null for none.
json estimate_of(const std::string& name, const std::string& measure,
                 const std::vector<json>& records, std::uint64_t seed) {
  std::vector<double> values, weights;
  std::vector<std::int64_t> groups;
  for (const json& record : records) {
    const json& numbers = record.at("methods").at(name).at("numbers");
    if (!numbers.contains(measure)) continue;
    values.push_back(number_or_nothing(numbers[measure][0]));
    weights.push_back(numbers[measure][1].get<double>());
    groups.push_back(record.at("input").get<std::int64_t>());
  }
  const Estimate estimate = estimate_mean(values, groups, weights, {.seed = seed});
  return estimate.values == 0 ? json(nullptr) : told(estimate);
}

/// The mean curve, with the bounds of each point.
json mean_curve(const std::string& name, const std::string& curve, const std::vector<json>& records,
                std::uint64_t seed) {
  json out{{"mean", json::array()}, {"low", json::array()}, {"high", json::array()}};
  const std::size_t points = records.front().at("methods").at(name).at(curve).size();
  std::vector<std::int64_t> groups;
  for (const json& record : records) groups.push_back(record.at("input").get<std::int64_t>());
  for (std::size_t k = 0; k < points; ++k) {
    std::vector<double> values;
    for (const json& record : records)
      values.push_back(number_or_nothing(record.at("methods").at(name).at(curve)[k]));
    const Estimate estimate = estimate_mean(values, groups, {}, {.seed = seed});
    out["mean"].push_back(estimate.mean);
    out["low"].push_back(estimate.bounds ? json(estimate.bounds->low) : json(nullptr));
    out["high"].push_back(estimate.bounds ? json(estimate.bounds->high) : json(nullptr));
  }
  return out;
}

json wins(const std::vector<std::string>& names, const std::vector<json>& records) {
  at::Tensor falls = at::empty(
      {static_cast<std::int64_t>(names.size()), static_cast<std::int64_t>(records.size())},
      at::kDouble);
  for (std::size_t m = 0; m < names.size(); ++m) {
    for (std::size_t n = 0; n < records.size(); ++n)
      falls[static_cast<std::int64_t>(m)][static_cast<std::int64_t>(n)] =
          number_or_nothing(records[n].at("probability")) -
          number_or_nothing(records[n].at("methods").at(names[m]).at("kept"));
  }
  const at::Tensor matrix = win_matrix(falls);
  json rows = json::array();
  for (std::int64_t a = 0; a < matrix.size(0); ++a) {
    json row = json::array();
    for (std::int64_t b = 0; b < matrix.size(1); ++b) row.push_back(matrix[a][b].item<double>());
    rows.push_back(std::move(row));
  }
  return {{"names", names}, {"percent", std::move(rows)}};
}

/// The last stage of the randomization check, all weights random, as a measure of its own.
void add_randomized(const json& randomization, json& results) {
  if (!randomization.contains("methods")) return;
  for (const auto& [name, entry] : randomization.at("methods").items()) {
    const json& last = entry.at("spearman").back();
    if (last.is_null()) continue;
    results[name]["randomized"] = {{"mean", last}, {"values", randomization.at("clips")}};
  }
}

/// Of UTF-8: what does not continue a letter begins one.
std::size_t letters_of(const std::string& text) {
  constexpr unsigned kContinuation = 0x80, kMask = 0xC0;
  return static_cast<std::size_t>(std::count_if(text.begin(), text.end(), [](char c) {
    return (static_cast<unsigned char>(c) & kMask) != kContinuation;
  }));
}

/// Left-aligned first column, the others to the right; at most 100 columns wide.
std::string table_text(const std::vector<std::vector<std::string>>& rows) {
  std::vector<std::size_t> widths(rows.front().size(), 0);
  for (const auto& row : rows) {
    for (std::size_t k = 0; k < row.size(); ++k)
      widths[k] = std::max(widths[k], letters_of(row[k]));
  }
  std::string text;
  for (const auto& row : rows) {
    std::string line = row[0] + std::string(widths[0] - letters_of(row[0]), ' ');
    for (std::size_t k = 1; k < row.size(); ++k)
      line += std::string(widths[k] - letters_of(row[k]) + 2, ' ') + row[k];
    text += line + "\n";
  }
  return text;
}

/// A table of the measures that any method has, as many columns as fit a line, then the next.
std::string measure_tables(const json& summary, bool needs_truth) {
  std::vector<const Measure*> shown;
  for (const Measure& measure : measures()) {
    if (measure.needs_truth != needs_truth) continue;
    const auto has = [&](const json& entry) { return entry.contains(measure.id); };
    if (std::any_of(summary.at("results").begin(), summary.at("results").end(), has))
      shown.push_back(&measure);
  }
  constexpr std::size_t kColumns = 4;
  std::string text;
  for (std::size_t begin = 0; begin < shown.size(); begin += kColumns) {
    const std::size_t end = std::min(begin + kColumns, shown.size());
    std::vector<std::vector<std::string>> rows{{""}};
    for (std::size_t k = begin; k < end; ++k)
      rows[0].push_back(shown[k]->title + (shown[k]->is_better_high ? " (more)" : " (less)"));
    for (const json& method : summary.at("methods")) {
      const std::string name = method.at("name").get<std::string>();
      std::vector<std::string>& row = rows.emplace_back(std::vector<std::string>{name});
      for (std::size_t k = begin; k < end; ++k)
        row.push_back(estimate_text(summary.at("results").at(name).value(shown[k]->id, json()),
                                    shown[k]->is_percent));
    }
    text += table_text(rows) + "\n";
  }
  return text;
}

std::string win_table(const json& win) {
  std::vector<std::vector<std::string>> rows{{"Win %"}};
  for (const json& name : win.at("names")) rows[0].push_back(name.get<std::string>());
  for (std::size_t a = 0; a < win.at("names").size(); ++a) {
    std::vector<std::string>& row =
        rows.emplace_back(std::vector<std::string>{win.at("names")[a].get<std::string>()});
    for (std::size_t b = 0; b < win.at("names").size(); ++b) {
      const json& value = win.at("percent")[a][b];
      row.push_back(a == b || !value.is_number() ? "-"
                                                 : fmt::format("{:.0f}", value.get<double>()));
    }
  }
  return table_text(rows);
}

}  // namespace

json summarize(const FaithfulnessPlan& plan, std::span<const std::string> inputs,
               const std::vector<json>& records, const json& randomization, std::uint64_t seed) {
  const std::vector<std::string> names = all_names(plan);
  json out{{"methods", json::array()},
           {"measures", json::array()},
           {"results", json::object()},
           {"curves", json::object()}};
  for (const Measure& measure : measures())
    out["measures"].push_back({{"id", measure.id},
                               {"title", measure.title},
                               {"help", measure.help},
                               {"is_percent", measure.is_percent},
                               {"is_better_high", measure.is_better_high}});
  for (std::size_t m = 0; m < names.size(); ++m) {
    out["methods"].push_back({{"name", names[m]}, {"is_baseline", m >= plan.names.size()}});
    json& results = out["results"][names[m]] = json::object();
    for (const Measure& measure : measures()) {
      json found = estimate_of(names[m], measure.id, records, seed);
      if (!found.is_null()) results[measure.id] = std::move(found);
    }
    for (const char* curve : {"deletion", "insertion", "control"})
      out["curves"][names[m]][curve] = mean_curve(names[m], curve, records, seed);
  }
  add_randomized(randomization, out["results"]);
  out["win"] = wins(names, records);
  out["randomization"] = randomization;
  if (plan.has_labels())
    out["named_as_labelled"] = std::count_if(records.begin(), records.end(), [](const json& clip) {
      return clip.at("class_index") == clip.at("answer_index");
    });
  out["clips"] = records;
  for (json& clip : out["clips"]) clip["input"] = inputs[clip["input"].get<std::size_t>()];
  return out;
}

std::string estimate_text(const json& estimate, bool is_percent, bool is_short) {
  if (!estimate.is_object() || !estimate.at("mean").is_number()) return "-";
  const auto number = [&](const json& value) {
    return fmt::format(is_percent ? fmt::runtime("{:.1f}") : fmt::runtime("{:.3f}"),
                       value.get<double>());
  };
  std::string text = number(estimate.at("mean"));
  if (!is_short && estimate.contains("low"))
    text += fmt::format(" ({}\u2013{})", number(estimate.at("low")), number(estimate.at("high")));
  return text;
}

std::string tables_of(const json& summary) {
  std::string text = measure_tables(summary, false) + measure_tables(summary, true);
  text += win_table(summary.at("win"));
  text += fmt::format(
      "\n{} clips. In brackets: 95 % of resampled inputs. Win %: how often the row's part of the "
      "clip\nkeeps more of the probability than the column's. centre, random and edges are "
      "baselines.\n",
      summary.at("clips").size());
  constexpr std::size_t kFew = 10;
  std::set<std::string> inputs;
  for (const json& clip : summary.at("clips")) inputs.insert(clip.at("input").get<std::string>());
  if (inputs.size() > 1 && inputs.size() < kFew)
    text += fmt::format("{} inputs are few: so resampled, they make intervals too narrow.\n",
                        inputs.size());
  if (summary.contains("named_as_labelled"))
    text += fmt::format(
        "Measured for each input's label, which the network names itself in {} of "
        "{} clips.\n",
        summary.at("named_as_labelled").get<std::int64_t>(), summary.at("clips").size());
  return text;
}

}  // namespace praxiscope::studies
