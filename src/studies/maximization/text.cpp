// See text.h.
#include "studies/maximization/text.h"

#include "studies/support/pictures.h"
#include "studies/support/words.h"

#include "praxiscope/text.h"

#include <fmt/format.h>

#include <cmath>

namespace praxiscope::studies {
namespace {

using nlohmann::json;

json finite(double value) { return std::isfinite(value) ? json(value) : json(); }

json told(const optima::Priors& priors) {
  return {{"energy", priors.energy}, {"alpha", priors.alpha}, {"l2", priors.l2},
          {"kappa", priors.kappa},   {"chi", priors.chi},     {"bound", priors.bound}};
}

json told(const std::optional<Tube>& tube) {
  if (!tube) return {};
  json axes;
  for (std::size_t axis = 0; axis < 3; ++axis)
    axes[std::string(1, "tyx"[axis])] = {tube->begin[axis], tube->end[axis]};
  return axes;
}

json told(const std::vector<StreamTubes>& tubes) {
  json streams = json::object();
  for (const StreamTubes& one : tubes)
    streams[one.stream] = {{"theoretical", told(one.theoretical)},
                           {"effective", told(one.effective)}};
  return streams;
}

json told(const DrivingClip& clip, const StudyContext& context) {
  return {{"input", context.inputs.names()[clip.input]},
          {"clip", clip.clip},
          {"begin_s", clip.begin_s},
          {"end_s", clip.end_s},
          {"value", clip.value},
          {"cell", clip.cell.empty() ? json() : json(clip.cell)},
          {"tubes", told(clip.tubes)}};
}

json told(const Found& one, const Sought& sought, const MaximizationPlan& plan,
          const optima::Streams& streams, const Model& model) {
  json frequencies = json::object(), spectra = json::object();
  for (std::size_t s = 0; s < streams.all().size(); ++s) {
    frequencies[streams.all()[s].name] = finite(one.frequencies.at(s));
    spectra[streams.all()[s].name] = one.spectra.at(s);
  }
  return {{"speed", std::string(plan.speeds[one.speed].name)},
          {"draw", one.draw},
          {"alone", one.alone.empty() ? json() : json(one.alone)},
          {"score", finite(one.optimum.score)},
          {"of_a_hat", finite(one.optimum.score / sought.objective.a_hat)},
          {"value", finite(one.optimum.value)},
          {"steps", one.optimum.steps},
          {"temporal_frequency", frequencies},
          {"temporal_spectrum", spectra},
          {"probability", finite(one.probability)},
          {"transfer", one.other ? json{{"answer", one.other->label},
                                        {"probability", finite(one.other->probability)}}
                                 : json()},
          {"answer", one.class_index < 0
                         ? json()
                         : json(model.labels()[static_cast<std::size_t>(one.class_index)])}};
}

std::string kind_of(const Sought& sought) {
  switch (sought.objective.target.kind) {
    case Target::Kind::kClass:
      return "class";
    case Target::Kind::kContrast:
      return "contrast";
    case Target::Kind::kUnit:
      if (sought.objective.direction.defined()) return "direction";
      return sought.objective.place == optima::Place::kMean ? "channel" : "unit";
  }
  return "";
}

/// In how many results of classes, all streams optimized, another network names the class.
json tell_transfer(const MaximizationPlan& plan, const std::vector<Sought>& sought,
                   const std::vector<Found>& found, const Model& model) {
  if (plan.transfer.empty()) return {};
  int results = 0, same = 0;
  for (const Found& one : found) {
    if (!one.other || !one.alone.empty()) continue;
    const std::int64_t wanted = sought[one.sought].objective.target.class_index;
    ++results;
    same += one.other->label == model.labels()[static_cast<std::size_t>(wanted)] ? 1 : 0;
  }
  return {{"model", plan.transfer}, {"results", results}, {"same", same}};
}

std::string number(const json& value) {
  return value.is_number() ? short_number(value.get<double>()) : "-";
}

}  // namespace

json maximization_summary(const MaximizationPlan& plan, const std::vector<Sought>& sought,
                          const std::vector<Found>& found, const optima::Streams& streams,
                          const StudyContext& context) {
  json summary;
  summary["streams"] = json::array();
  for (const optima::Stream& stream : streams.all()) summary["streams"].push_back(stream.name);
  summary["priors"] = {{"rgb", told(plan.rgb)}, {"flow", told(plan.flow)}};
  summary["speeds"] = json::array();
  for (const Speed& speed : plan.speeds)
    summary["speeds"].push_back({{"name", std::string(speed.name)}, {"slowness", speed.slowness}});
  summary["steps"] = plan.settings.steps;
  summary["seed"] = context.seed;
  summary["sought"] = json::array();
  for (std::size_t i = 0; i < sought.size(); ++i) {
    const Sought& one = sought[i];
    json entry{{"name", one.name},
               {"kind", kind_of(one)},
               {"layer", one.wished_layer.empty() ? json() : json(one.wished_layer)},
               {"taken_at", one.wished_layer.empty() ? json() : json(one.objective.target.layer)},
               {"a_hat", one.objective.a_hat},
               {"a_hat_from", one.a_hat_from},
               {"clips", json::array()},
               {"results", json::array()}};
    for (const DrivingClip& clip : one.clips) entry["clips"].push_back(told(clip, context));
    for (const Found& result : found)
      if (result.sought == i)
        entry["results"].push_back(told(result, one, plan, streams, context.model));
    summary["sought"].push_back(std::move(entry));
  }
  summary["transfer"] = tell_transfer(plan, sought, found, context.model);
  return summary;
}

std::string_view reference_words(std::string_view a_hat_from) {
  if (a_hat_from == "clips") return "that of the strongest clip";
  if (a_hat_from == "p 0.99") return "that where the network is 99 % sure";
  if (a_hat_from == "stored") return "that of the reference file";
  return "what free steps reach";
}

std::string maximization_text(const json& summary) {
  std::string text;
  for (const json& one : summary["sought"]) {
    text += fmt::format("{} {}; activation 1 is {}: {}\n", one["kind"].get<std::string>(),
                        without_controls(one["name"].get<std::string>()),
                        reference_words(one["a_hat_from"].get_ref<const std::string&>()),
                        number(one["a_hat"]));
    if (one["taken_at"] != one["layer"])
      text += fmt::format("  taken before its rectifier, at {}\n",
                          without_controls(one["taken_at"].get<std::string>()));
    text += fmt::format("  {:<22}  {:>9}  {:>8}  {:>11}  {}\n", "", "score", "of a^",
                        "cycles/frame", "the network says");
    for (const json& result : one["results"]) {
      std::string name = result["speed"].get<std::string>();
      if (result["draw"] != 0) name += fmt::format(" {}", result["draw"].get<int>() + 1);
      if (!result["alone"].is_null())
        name += fmt::format(", {} alone", result["alone"].get<std::string>());
      std::string frequencies, says;
      for (const json& stream : summary["streams"])
        frequencies += fmt::format("{}{}", frequencies.empty() ? "" : " ",
                                   number(result["temporal_frequency"][stream.get<std::string>()]));
      if (!result["answer"].is_null()) says = cut(result["answer"].get<std::string>(), 28);
      if (!result["probability"].is_null())
        says += fmt::format(" (p of target {:.3f})", result["probability"].get<double>());
      text += fmt::format("  {:<22}  {:>9}  {:>8}  {:>11}  {}\n", cut(name, 22),
                          number(result["score"]), number(result["of_a_hat"]), frequencies, says);
    }
    for (const json& clip : one["clips"])
      text += fmt::format("  {:<22}  {:>9}  at {:.2f} to {:.2f} s\n",
                          cut(clip["input"].get<std::string>(), 22), number(clip["value"]),
                          clip["begin_s"].get<double>(), clip["end_s"].get<double>());
    text += "\n";
  }
  if (const json& transfer = summary["transfer"]; !transfer.is_null())
    text += fmt::format("{} names the same class in {} of {} results\n",
                        cut(transfer["model"].get<std::string>(), 40), transfer["same"].get<int>(),
                        transfer["results"].get<int>());
  return text;
}

}  // namespace praxiscope::studies
