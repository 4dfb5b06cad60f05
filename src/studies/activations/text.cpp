// See text.h.
#include "studies/activations/text.h"

#include "studies/support/numbered.h"
#include "studies/support/pictures.h"

#include "praxiscope/text.h"

#include <fmt/format.h>

#include <algorithm>
#include <vector>

namespace praxiscope::studies {
namespace {

using nlohmann::json;

constexpr std::size_t kMostRows = 10, kMostDepth = 24, kMostName = 34, kMostList = 70;

std::string number(const json& value) {
  return value.is_number() ? short_number(value.get<double>()) : "-";
}

std::string percent(const json& value) {
  return value.is_number() ? fmt::format("{:.1f} %", 100 * value.get<double>()) : "-";
}

std::string cut(std::string text, std::size_t most) {
  if (text.size() <= most) return text;
  return text.substr(0, most - 3) + "...";
}

std::string layer_text(const json& layer) {
  const auto channels = layer["channels"].size();
  const auto dead = layer["dead"].get<std::vector<std::int64_t>>();
  std::string text = fmt::format(
      "{}: {} channels of {} cells, values {} to {}\n",
      cut(without_controls(layer["layer"].get<std::string>()), 50), channels,
      fmt::format("{}", fmt::join(layer["cells"].get<std::vector<std::int64_t>>(), "x")),
      number(layer["min"]), number(layer["max"]));
  text += fmt::format("  exactly 0: {}   0 or less: {}{}\n", percent(layer["zero_share"]),
                      percent(layer["not_positive_share"]),
                      layer["is_rectified"].get<bool>() ? "" : "   (no rectifier ends this layer)");
  text += fmt::format("  dead, 0 everywhere in every clip: {} of {}{}\n\n", dead.size(), channels,
                      dead.empty() ? "" : ": " + cut(in_short(dead), kMostList - 20));
  text += "  channel     mean     min      max      = 0      dead clips\n";
  std::vector<std::int64_t> best = layer["chosen"].get<std::vector<std::int64_t>>();
  const auto strength = [&](std::int64_t c) {
    const json& value = layer["channels"][static_cast<std::size_t>(c)]["mean_magnitude"];
    return value.is_number() ? value.get<double>() : -1;
  };
  std::stable_sort(best.begin(), best.end(),
                   [&](std::int64_t a, std::int64_t b) { return strength(a) > strength(b); });
  for (std::size_t i = 0; i < std::min(kMostRows, best.size()); ++i) {
    const json& channel = layer["channels"][static_cast<std::size_t>(best[i])];
    text += fmt::format("  {:>7}  {:>7}  {:>7}  {:>7}  {:>7}  {:>7}\n", best[i],
                        number(channel["mean"]), number(channel["min"]), number(channel["max"]),
                        percent(channel["zero_share"]), percent(channel["dead_rate"]));
  }
  if (best.size() > kMostRows)
    text += fmt::format("  and {} more in the JSON output\n", best.size() - kMostRows);
  return text + "\n";
}

/// Rectifiers that are layers of their own; of a network without any all layers. Evenly chosen
/// where there are many.
std::string depth_text(const json& depth) {
  std::vector<const json*> shown;
  for (const json& layer : depth)
    if (layer["is_rectifier"].get<bool>()) shown.push_back(&layer);
  const bool has_rectified = !shown.empty();
  for (const json& layer : depth)
    if (!has_rectified) shown.push_back(&layer);
  if (shown.empty()) return "";
  std::string text =
      fmt::format("{} by depth\n  {:<{}}  {:>8}  {:>8}  {:>8}\n",
                  has_rectified ? "Behind rectifiers," : "All layers (no rectifiers among them),",
                  "layer", kMostName, "= 0", "<= 0", "dead");
  const std::size_t count = std::min(kMostDepth, shown.size());
  for (std::size_t i = 0; i < count; ++i) {
    const json& layer = *shown[count < 2 ? 0 : i * (shown.size() - 1) / (count - 1)];
    text +=
        fmt::format("  {:<{}}  {:>8}  {:>8}  {:>8}\n",
                    cut(without_controls(layer["layer"].get<std::string>()), kMostName), kMostName,
                    percent(layer["zero_share"]), percent(layer["not_positive_share"]),
                    fmt::format("{}/{}", layer["dead"].get<int>(), layer["channels"].get<int>()));
  }
  if (count < shown.size())
    text += fmt::format("  {} of {} layers; all are in the JSON output\n", count, shown.size());
  return text;
}

}  // namespace

std::string activation_text(const json& summary) {
  std::string text =
      fmt::format("{} clip{}\n\n", summary["clips"].get<int>(), summary["clips"] == 1 ? "" : "s");
  for (const json& layer : summary["layers"]) text += layer_text(layer);
  return text + depth_text(summary["depth"]);
}

}  // namespace praxiscope::studies
