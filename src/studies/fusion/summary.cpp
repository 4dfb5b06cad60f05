// See summary.h.
#include "studies/fusion/summary.h"

#include "studies/support/channel_sums.h"
#include "studies/support/confidence.h"

#include <algorithm>
#include <cmath>
#include <functional>
#include <map>

namespace praxiscope::studies {
namespace {

using nlohmann::json;

/// Numbers that are not finite are told as null.
json told(double value) { return std::isfinite(value) ? json(value) : json(); }

json told(const Estimate& estimate) {
  json out{{"mean", told(estimate.mean)}, {"values", estimate.values}, {"inputs", estimate.groups}};
  if (estimate.bounds)
    out["low"] = told(estimate.bounds->low), out["high"] = told(estimate.bounds->high);
  return out;
}

json told(const StreamValues& values) {
  return {{"neither", told(values[kNeither])},
          {"first", told(values[kFirstAlone])},
          {"second", told(values[kSecondAlone])},
          {"both", told(values[kTogether])}};
}

json told(const StreamSplit& split) {
  return {{"first", told(split.first)},
          {"second", told(split.second)},
          {"interaction", told(split.interaction)},
          {"total", told(split.total)},
          {"first_share", told(split.first_share)}};
}

class Summary {
 public:
  Summary(const FusionPlan& plan, const FusionFacts& facts, const StudyContext& context)
      : plan_(plan), facts_(facts), context_(context) {}

  json make() const {
    json out{{"streams", facts_.streams},
             {"target", plan_.target},
             {"fill", kStreamFillNames.at(static_cast<std::size_t>(plan_.fill))},
             {"set_mean", {numbers_of(facts_.means[0]), numbers_of(facts_.means[1])}}};
    out["all"] = tell_group([](const FusionClip&) { return true; });
    out["classes"] = json::array();
    for (const std::int64_t index : facts_.classes) {
      json told = tell_group([&](const FusionClip& clip) { return clip.class_index == index; });
      told["class_index"] = index, told["label"] = label(index);
      out["classes"].push_back(std::move(told));
    }
    out["contrasts"] = tell_contrasts();
    out["swap"] = tell_swaps();
    if (facts_.layer) {
      const StreamReach& reach = facts_.layer->reach;
      out["layer"] = {
          {"name", facts_.layer->name},
          {"origin", facts_.layer->origin},
          {"channels", facts_.units.size()},
          {"cells", facts_.cells},
          {"has_negative", facts_.has_negative},
          {"reached_by", {{"first", reach.first}, {"second", reach.second}, {"both", reach.both}}}};
    } else {
      out["layer"] = nullptr;
    }
    out["kinds"] = json::object();
    for (const std::string_view kind : kUnitKindNames) out["kinds"][std::string(kind)] = 0;
    out["units"] = json::array();
    for (const Unit& unit : facts_.units) {
      out["units"].push_back(tell_unit(unit));
      json& count = out["kinds"][out["units"].back()["kind"].get<std::string>()];
      count = count.get<int>() + 1;
    }
    out["clips"] = json::array();
    for (const FusionClip& clip : facts_.clips) out["clips"].push_back(tell_clip(clip));
    return out;
  }

 private:
  std::string label(std::int64_t index) const { return label_of(context_.model, index); }

  /// Means over the clips of a class, with intervals over inputs.
  json tell_group(const std::function<bool(const FusionClip&)>& is_member) const {
    std::vector<const FusionClip*> members;
    for (const FusionClip& clip : facts_.clips)
      if (is_member(clip)) members.push_back(&clip);
    json out{{"clips", members.size()}};
    for (std::size_t f = 0; f < kStreamFills.size(); ++f) {
      json& fill = out["fills"][std::string(kStreamFillNames[f])];
      for (const auto& [name, values] : {std::pair("logit", &FusionClip::logits),
                                         std::pair("probability", &FusionClip::probabilities)}) {
        std::map<std::string, std::vector<double>> columns;
        std::vector<std::int64_t> groups;
        for (const FusionClip* clip : members) {
          const StreamValues& v = (clip->*values)[f];
          const StreamSplit split = split_streams(v);
          groups.push_back(static_cast<std::int64_t>(clip->input));
          columns["both"].push_back(v[kTogether]);
          columns["neither"].push_back(v[kNeither]);
          columns["first_alone"].push_back(v[kFirstAlone]);
          columns["second_alone"].push_back(v[kSecondAlone]);
          columns["first"].push_back(split.first);
          columns["second"].push_back(split.second);
          columns["interaction"].push_back(split.interaction);
          columns["total"].push_back(split.total);
          columns["first_share"].push_back(split.first_share);
        }
        for (const auto& [column, numbers] : columns)
          fill[name][column] = told(estimate_mean(numbers, groups, {}, {.seed = context_.seed}));
      }
    }
    return out;
  }

  /// Which stream tells the class of a row from that of a column: over the clips of the row's
  /// class, Shapley values of the contrast of their logits.
  json tell_contrasts() const {
    json out{{"classes", facts_.classes}, {"labels", json::array()}};
    for (const std::int64_t index : facts_.classes) out["labels"].push_back(label(index));
    for (const char* name : {"first", "second", "interaction", "first_share"})
      out[name] = json::array();
    for (std::size_t a = 0; a < facts_.classes.size(); ++a) {
      for (const char* name : {"first", "second", "interaction", "first_share"})
        out[name].push_back(json::array());
      for (std::size_t b = 0; b < facts_.classes.size(); ++b) add_contrast(a, b, out);
    }
    return out;
  }

  void add_contrast(std::size_t a, std::size_t b, json& out) const {
    double first = 0, second = 0, interaction = 0, share = 0, clips = 0, shares = 0;
    for (const FusionClip& clip : facts_.clips) {
      if (a == b || clip.class_index != facts_.classes[a]) continue;
      StreamValues v{};
      for (std::size_t s = 0; s < kCoalitions; ++s)
        v[s] = clip.class_logits[a][s] - clip.class_logits[b][s];
      const StreamSplit split = split_streams(v);
      first += split.first, second += split.second, interaction += split.interaction, ++clips;
      if (std::isfinite(split.first_share)) share += split.first_share, ++shares;
    }
    // 0 / 0 is NaN: nothing to tell.
    out["first"].back().push_back(told(first / clips));
    out["second"].back().push_back(told(second / clips));
    out["interaction"].back().push_back(told(interaction / clips));
    out["first_share"].back().push_back(told(share / shares));
  }

  json tell_swaps() const {
    json out{{"pairs", facts_.swaps.size()},
             {"classes", facts_.classes},
             {"labels", json::array()},
             {"answers", json::array()}};
    for (const std::int64_t index : facts_.classes) out["labels"].push_back(label(index));
    using Share = double (*)(const Swap&, const std::vector<FusionClip>&);
    const Share follows_first = [](const Swap& swap, const std::vector<FusionClip>& clips) {
      return swap.class_index == clips[swap.pair.first].class_index ? 1.0 : 0.0;
    };
    const Share follows_second = [](const Swap& swap, const std::vector<FusionClip>& clips) {
      return swap.class_index == clips[swap.pair.second].class_index ? 1.0 : 0.0;
    };
    const Share follows_neither = [](const Swap& swap, const std::vector<FusionClip>& clips) {
      return swap.class_index != clips[swap.pair.first].class_index &&
                     swap.class_index != clips[swap.pair.second].class_index
                 ? 1.0
                 : 0.0;
    };
    out["matrix"]["pairs"] = count_by_class(nullptr);
    for (const auto& [name, share] :
         {std::pair("first", follows_first), std::pair("second", follows_second),
          std::pair("neither", follows_neither)}) {
      std::vector<double> values;
      std::vector<std::pair<std::int64_t, std::int64_t>> groups;
      for (const Swap& swap : facts_.swaps) {
        values.push_back(share(swap, facts_.clips));
        groups.emplace_back(facts_.clips[swap.pair.first].input,
                            facts_.clips[swap.pair.second].input);
      }
      out[name] = told(estimate_of_pairs(values, groups, {.seed = context_.seed}));
      out["matrix"][name] = count_by_class(share);
    }
    for (const Swap& swap : facts_.swaps)
      out["answers"].push_back({{"first", swap.pair.first},
                                {"second", swap.pair.second},
                                {"class_index", swap.class_index},
                                {"label", label(swap.class_index)}});
    return out;
  }

  /// Rows: class of stream 1's clip; columns: of stream 2's. Without `share` the number of pairs.
  json count_by_class(double (*share)(const Swap&, const std::vector<FusionClip>&)) const {
    json rows = json::array();
    for (const std::int64_t row : facts_.classes) {
      json cells = json::array();
      for (const std::int64_t column : facts_.classes) {
        double sum = 0, pairs = 0;
        for (const Swap& swap : facts_.swaps) {
          if (facts_.clips[swap.pair.first].class_index != row ||
              facts_.clips[swap.pair.second].class_index != column)
            continue;
          sum += share == nullptr ? 0 : share(swap, facts_.clips), ++pairs;
        }
        cells.push_back(share == nullptr ? json(pairs) : told(sum / pairs));
      }
      rows.push_back(std::move(cells));
    }
    return rows;
  }

  /// Parts of what both streams reach together, above what neither does.
  static json tell_optimized(const StreamValues& strengths) {
    const double drive = strengths[kTogether] - strengths[kNeither];
    const auto part = [&](Streams alone) {
      return drive > 0 ? told((strengths[alone] - strengths[kNeither]) / drive) : json();
    };
    return {{"strength", told(strengths)},
            {"first", part(kFirstAlone)},
            {"second", part(kSecondAlone)}};
  }

  json tell_unit(const Unit& unit) const {
    json out{{"channel", unit.channel},
             {"kind", kUnitKindNames.at(static_cast<std::size_t>(unit.kind))},
             {"score", told(unit.score)},
             {"drive", told(unit.drive)},
             {"first", told(unit.first)},
             {"second", told(unit.second)},
             {"synergy", told(unit.synergy)},
             {"strength", told(unit.strengths)},
             {"largest", told(unit.largest)},
             {"classes_used", told(unit.classes_used)},
             {"optimized", nullptr},
             {"by_class", json::array()},
             {"clips", json::array()}};
    if (const auto driven = facts_.optimized.find(unit.channel); driven != facts_.optimized.end())
      out["optimized"] = tell_optimized(driven->second);
    for (const auto& [index, strength] : unit.by_class)
      out["by_class"].push_back(
          {{"class_index", index}, {"label", label(index)}, {"strength", told(strength)}});
    for (const UnitClip& clip : unit.clips) {
      json entry{{"clip", clip.clip},
                 {"strength", told(clip.strengths)},
                 {"largest", told(clip.largest)},
                 {"cell", clip.cell},
                 {"places", json::array()}};
      for (const CellPlace& place : clip.places)
        entry["places"].push_back(
            {{"time_s", told(place.time_s)}, {"x", told(place.x_px)}, {"y", told(place.y_px)}});
      out["clips"].push_back(std::move(entry));
    }
    return out;
  }

  json tell_clip(const FusionClip& clip) const {
    json out{{"input", context_.inputs.names()[clip.input]},
             {"clip", clip.clip},
             {"begin_s", clip.begin_s},
             {"end_s", clip.end_s},
             {"class_index", clip.class_index},
             {"label", label(clip.class_index)},
             {"probability", told(clip.probability)},
             {"target", describe(clip.target, context_.model.labels())}};
    for (std::size_t f = 0; f < kStreamFills.size(); ++f) {
      json& fill = out["fills"][std::string(kStreamFillNames[f])];
      fill["logit"] = {{"values", told(clip.logits[f])},
                       {"shapley", told(split_streams(clip.logits[f]))}};
      fill["probability"] = {{"values", told(clip.probabilities[f])},
                             {"shapley", told(split_streams(clip.probabilities[f]))}};
    }
    return out;
  }

  const FusionPlan& plan_;
  const FusionFacts& facts_;
  const StudyContext& context_;
};

}  // namespace

std::vector<std::int64_t> frequent_classes(const std::vector<FusionClip>& clips) {
  std::map<std::int64_t, std::int64_t> counts;
  for (const FusionClip& clip : clips) ++counts[clip.class_index];
  std::vector<std::int64_t> classes;
  for (const auto& [index, count] : counts) classes.push_back(index);
  std::stable_sort(classes.begin(), classes.end(),
                   [&](std::int64_t a, std::int64_t b) { return counts.at(a) > counts.at(b); });
  classes.resize(std::min(classes.size(), kMostClasses));
  return classes;
}

nlohmann::json fusion_summary(const FusionPlan& plan, const FusionFacts& facts,
                              const StudyContext& context) {
  return Summary(plan, facts, context).make();
}

}  // namespace praxiscope::studies
