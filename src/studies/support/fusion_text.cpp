// See fusion_text.h.
#include "studies/support/fusion_text.h"

#include "studies/support/pictures.h"

#include "praxiscope/text.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <cmath>
#include <filesystem>
#include <map>
#include <vector>

namespace praxiscope::studies {
namespace {

using nlohmann::json;

constexpr std::size_t kMostLabel = 20, kMostStream = 12, kMostMatrix = 8, kMostOfKind = 3,
                      kEstimate = 20;

/// At most so many characters, never half of one.
std::string cut(const std::string& text, std::size_t most) {
  const std::string plain = without_controls(text);
  std::size_t characters = 0, end = 0;
  for (std::size_t i = 0; i < plain.size(); ++i) {
    if ((static_cast<unsigned char>(plain[i]) & 0xC0U) == 0x80U) continue;
    if (characters++ == most - 1) end = i;
  }
  return characters <= most ? plain : plain.substr(0, end) + "~";
}

std::string number(const json& value) {
  return value.is_number() ? short_number(value.get<double>()) : "-";
}

std::string percent(const json& value) {
  // Rounded first: no "-0 %".
  return value.is_number() ? fmt::format("{} %", std::lround(100 * value.get<double>())) : "-";
}

/// "2.1 [1.2, 3]"; without the interval where there is none, or no room.
std::string estimate(const json& told) {
  const std::string mean = number(told["mean"]);
  if (!told.contains("low")) return mean;
  const std::string whole =
      fmt::format("{} [{}, {}]", mean, number(told["low"]), number(told["high"]));
  return whole.size() <= kEstimate ? whole : mean;
}

/// "64 % (50-71)".
std::string share(const json& told) {
  if (!told["mean"].is_number() || !told.contains("low")) return percent(told["mean"]);
  return fmt::format("{} ({:.0f}-{:.0f})", percent(told["mean"]), 100 * told["low"].get<double>(),
                     100 * told["high"].get<double>());
}

std::string words_of_fill(const std::string& fill) {
  if (fill == "zero") return "nothing (black, no motion)";
  if (fill == "frozen") return "its first frame (flow: no motion)";
  return "its mean over all clips";
}

class Text {
 public:
  explicit Text(const json& summary)
      : summary_(summary),
        first_(cut(summary["streams"][0].get<std::string>(), kMostStream)),
        second_(cut(summary["streams"][1].get<std::string>(), kMostStream)) {}

  std::string make() const {
    const std::size_t clips = summary_["clips"].size();
    return fmt::format("{} clip{}, streams {} and {}; a stream taken away is {}\n\n", clips,
                       clips == 1 ? "" : "s", first_, second_,
                       words_of_fill(summary_["fill"].get<std::string>())) +
           shares() + contrasts() + swaps() + units();
  }

 private:
  std::string shares() const {
    const std::string target = summary_["target"].get<std::string>();
    std::string text =
        fmt::format("What each stream carries of the {} (exact Shapley values; 95 % intervals)\n",
                    target == "top" ? "logit of each clip's class" : "target " + cut(target, 30));
    text += fmt::format("  {:<20} {:>5} {:>7} {:>20} {:>20} {:>8} {:>12}\n", "class", "clips",
                        "both", first_, second_, "together", cut(first_, 6) + " share");
    const auto row = [&](const std::string& name, const json& group) {
      const json& logit = group["fills"][summary_["fill"].get<std::string>()]["logit"];
      text +=
          fmt::format("  {:<20} {:>5} {:>7} {:>20} {:>20} {:>8} {:>12}\n", cut(name, kMostLabel),
                      group["clips"].get<int>(), number(logit["both"]["mean"]),
                      estimate(logit["first"]), estimate(logit["second"]),
                      number(logit["interaction"]["mean"]), share(logit["first_share"]));
    };
    for (const json& group : summary_["classes"]) row(group["label"].get<std::string>(), group);
    if (summary_["classes"].size() != 1) row("all", summary_["all"]);
    return text + "\n";
  }

  /// Rows and columns of a matrix; `cell` gives what stands in one.
  template <typename Cell>
  std::string matrix(const json& labels, Cell cell) const {
    const std::size_t count = std::min(kMostMatrix, labels.size());
    std::string text = fmt::format("  {:<24}", "");
    for (std::size_t b = 0; b < count; ++b) text += fmt::format(" {:>7}", b + 1);
    text += "\n";
    for (std::size_t a = 0; a < count; ++a) {
      text += fmt::format("  {:>2} {:<21}", a + 1, cut(labels[a].get<std::string>(), kMostLabel));
      for (std::size_t b = 0; b < count; ++b)
        text += fmt::format(" {:>7}", a == b ? std::string(".") : cell(a, b));
      text += "\n";
    }
    if (count < labels.size())
      text += fmt::format("  {} more classes in the JSON output\n", labels.size() - count);
    return text + "\n";
  }

  std::string contrasts() const {
    const json& contrasts = summary_["contrasts"];
    if (contrasts["labels"].size() < 2) return "";
    return fmt::format(
               "Share of {} in telling a row's class from a column's, % (clips of the row's)\n",
               first_) +
           matrix(contrasts["labels"], [&](std::size_t a, std::size_t b) {
             const json& value = contrasts["first_share"][a][b];
             return value.is_number() ? fmt::format("{:.0f}", 100 * value.get<double>()) : "-";
           });
  }

  std::string swaps() const {
    const json& swap = summary_["swap"];
    if (swap["pairs"] == 0) return "Swap test: no two clips of different classes, or --pairs 0\n\n";
    std::string text =
        fmt::format("Swap test: {} of one clip with {} of another of another class, {} pairs\n",
                    first_, second_, swap["pairs"].get<int>());
    text +=
        fmt::format("  the label follows {} in {}, {} in {}, neither in {}\n", first_,
                    share(swap["first"]), second_, share(swap["second"]), share(swap["neither"]));
    text += fmt::format("  % that follow {} / {}; rows: class of {}'s clip, columns: of {}'s\n",
                        first_, second_, first_, second_);
    return text + matrix(swap["labels"], [&](std::size_t a, std::size_t b) -> std::string {
             const json &one = swap["matrix"]["first"][a][b],
                        &other = swap["matrix"]["second"][a][b];
             if (!one.is_number()) return "-";
             return fmt::format("{:.0f}/{:.0f}", 100 * one.get<double>(),
                                100 * other.get<double>());
           });
  }

  std::string units() const {
    if (summary_["layer"].is_null())
      return "Units: no layer with time and space joins the streams\n";
    const json& layer = summary_["layer"];
    const std::string origin = layer["origin"].get<std::string>();
    std::string text = fmt::format(
        "Units of {} ({} of {} cells): ", cut(layer["name"].get<std::string>(), 40),
        layer["channels"].get<int>(),
        fmt::format("{}", fmt::join(layer["cells"].get<std::vector<std::int64_t>>(), "x")));
    if (origin == "found")
      text += "the first that joins both streams";
    else if (origin == "manifest")
      text += "the manifest's streams.fusion";
    else
      text += "as asked for";
    text += "\n ";
    for (const auto& [kind, count] : kinds())
      text += fmt::format(" {} {}{}", words_of_kind(kind, summary_["streams"]), count,
                          kind == "dead" ? "\n" : ",");
    text += fmt::format("  {:>6}  {:<16} {:>8} {:>8} {:>8} {:>9} {:>8}  {}\n", "unit", "driven by",
                        "drive", cut(first_, 8), cut(second_, 8), "together", "classes",
                        "strongest in");
    std::map<std::string, std::size_t> shown;
    for (const json& unit : summary_["units"]) {
      const std::string kind = unit["kind"].get<std::string>();
      if (kind == "dead" || shown[kind]++ >= kMostOfKind) continue;
      const json& best = summary_["clips"][unit["clips"][0]["clip"].get<std::size_t>()];
      text += fmt::format("  {:>6}  {:<16} {:>8} {:>8} {:>8} {:>9} {:>8}  {}\n",
                          unit["channel"].get<int>(),
                          cut(words_of_kind(kind, summary_["streams"]), 16), number(unit["drive"]),
                          percent(unit["first"]), percent(unit["second"]), percent(unit["synergy"]),
                          unit["classes_used"].is_number()
                              ? fmt::format("{:.1f}", unit["classes_used"].get<double>())
                              : "-",
                          cut(name_of_clip(best), 26));
    }
    return text;
  }

  /// In the order of rank.
  std::vector<std::pair<std::string, int>> kinds() const {
    std::vector<std::pair<std::string, int>> kinds;
    for (const char* kind : {"both", "first", "second", "either", "dead"})
      kinds.emplace_back(kind, summary_["kinds"][kind].get<int>());
    return kinds;
  }

  const json& summary_;
  std::string first_, second_;
};

}  // namespace

std::string words_of_kind(const std::string& kind, const json& streams) {
  if (kind == "both") return "both streams";
  if (kind == "first") return cut(streams[0].get<std::string>(), kMostStream) + " alone";
  if (kind == "second") return cut(streams[1].get<std::string>(), kMostStream) + " alone";
  return kind == "either" ? "either stream" : "dead";
}

std::string name_of_clip(const json& clip) {
  std::string name = std::filesystem::path(clip["input"].get<std::string>()).stem().string();
  if (clip["begin_s"] != clip["end_s"])
    name += fmt::format(", {:.1f} s", clip["begin_s"].get<double>());
  return name;
}

std::string fusion_text(const json& summary) { return Text(summary).make(); }

}  // namespace praxiscope::studies
