// See text.h.
#include "studies/fusion/text.h"

#include "studies/fusion/units.h"
#include "studies/support/pictures.h"
#include "studies/support/words.h"

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
                      kInterval = 18, kNarrow = 7;

std::string number(const json& value) {
  return value.is_number() ? short_number(value.get<double>()) : "-";
}

/// A share in percent, rounded as in the figure; no "-0".
std::int64_t whole(const json& share) { return std::llround(100 * share.get<double>()); }

std::string percent(const json& value) {
  return value.is_number() ? fmt::format("{} %", whole(value)) : "-";
}

/// In a narrow column: with fewer digits where three have no room.
std::string narrow(const json& value) {
  const std::string text = number(value);
  return text.size() <= kNarrow ? text : fmt::format("{:.0e}", value.get<double>());
}

/// "-0.35 to 1.2"; empty where there is no interval. Digits go before the interval would.
std::string interval(const json& told) {
  if (!told.contains("low") || !told["low"].is_number() || !told["high"].is_number()) return "";
  const auto say = [&](int digits, std::string_view between) {
    // Plus 0: no "-0".
    const double low = told["low"].get<double>() + 0.0, high = told["high"].get<double>() + 0.0;
    return fmt::format("{:.{}g}{}{:.{}g}", low, digits, between, high, digits);
  };
  for (const int digits : {3, 2})
    if (std::string text = say(digits, " to "); text.size() <= kInterval) return text;
  return say(2, "..");
}

/// "50-71 %".
std::string percent_interval(const json& told) {
  if (!told.contains("low") || !told["low"].is_number() || !told["high"].is_number()) return "";
  return fmt::format("{}-{} %", whole(told["low"]), whole(told["high"]));
}

/// "64 % (50-71)".
std::string share(const json& told) {
  if (!told["mean"].is_number() || !told.contains("low")) return percent(told["mean"]);
  return fmt::format("{} ({}-{})", percent(told["mean"]), whole(told["low"]), whole(told["high"]));
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
    text += fmt::format("  neither + {} + {} = both; share: {}'s part of what both carry\n", first_,
                        second_, first_);
    constexpr const char* kRow = "  {:<20} {:>5} {:>7} {:>18} {:>18} {:>7} {:>8} {:>8}\n";
    text += fmt::format(fmt::runtime(kRow), "class", "clips", "neither", first_, second_, "both",
                        "together", "share");
    const auto row = [&](const std::string& name, const json& group) {
      const json& logit = group["fills"][summary_["fill"].get<std::string>()]["logit"];
      const json &first = logit["first"], &second = logit["second"], &part = logit["first_share"];
      text += fmt::format(fmt::runtime(kRow), cut(name, kMostLabel), group["clips"].get<int>(),
                          narrow(logit["neither"]["mean"]), number(first["mean"]),
                          number(second["mean"]), narrow(logit["both"]["mean"]),
                          narrow(logit["interaction"]["mean"]), percent(part["mean"]));
      // Below the means, not beside them: numbers with signs are long.
      if (const std::string low = interval(first); !low.empty())
        text += fmt::format(fmt::runtime(kRow), "", "", "", low, interval(second), "", "",
                            percent_interval(part));
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
             return value.is_number() ? fmt::format("{}", whole(value)) : "-";
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
             return fmt::format("{}/{}", whole(one), whole(other));
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
    text += "\n " + kinds();
    text += fmt::format("  {:>6}  {:<16} {:>8} {:>8} {:>8} {:>9} {:>8}  {}\n", "unit", "driven by",
                        "drive", cut(first_, 8), cut(second_, 8), "together", "classes",
                        "strongest in");
    std::map<std::string, std::size_t> shown;
    for (const json& unit : summary_["units"]) {
      const std::string kind = unit["kind"].get<std::string>();
      if (kind == "faint" || kind == "dead" || shown[kind]++ >= kMostOfKind) continue;
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

  /// How many of each kind there are, in the order of rank, and how many are not told of.
  std::string kinds() const {
    const json& counts = summary_["kinds"];
    std::string text;
    for (const char* kind : {"both", "first", "second", "either"})
      text += fmt::format("{} {} {}", text.empty() ? "" : ",",
                          words_of_kind(kind, summary_["streams"]), counts[kind].get<int>());
    const int faint = counts["faint"].get<int>(), dead = counts["dead"].get<int>();
    if (faint + dead > 0)
      text += fmt::format(
          "\n  left out: {} hardly driven (below {:.0f} % of the strongest unit's drive), {} dead",
          faint, 100 * kFaintDrive, dead);
    return text + "\n";
  }

  const json& summary_;
  std::string first_, second_;
};

}  // namespace

std::string words_of_kind(const std::string& kind, const json& streams) {
  if (kind == "both") return "both streams";
  if (kind == "first") return cut(streams[0].get<std::string>(), kMostStream) + " alone";
  if (kind == "second") return cut(streams[1].get<std::string>(), kMostStream) + " alone";
  if (kind == "either") return "either stream";
  return kind == "faint" ? "hardly driven" : "dead";
}

std::string name_of_clip(const json& clip) {
  std::string name = std::filesystem::path(clip["input"].get<std::string>()).stem().string();
  if (clip["begin_s"] != clip["end_s"])
    name += fmt::format(", {:.1f} s", clip["begin_s"].get<double>());
  return name;
}

std::string fusion_text(const json& summary) { return Text(summary).make(); }

}  // namespace praxiscope::studies
