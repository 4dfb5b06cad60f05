// See maximization_text.h.
#include "studies/support/maximization_text.h"

#include "studies/support/pictures.h"

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

json told(const DrivingClip& clip, const StudyContext& context) {
  return {{"input", context.inputs.names()[clip.input]},
          {"clip", clip.clip},
          {"begin_s", clip.begin_s},
          {"end_s", clip.end_s},
          {"value", clip.value},
          {"cell", clip.cell.empty() ? json() : json(clip.cell)}};
}

json told(const Found& one, const Sought& sought, const MaximizationPlan& plan,
          const optima::Streams& streams, const Model& model) {
  json frequencies = json::object();
  for (std::size_t s = 0; s < streams.all().size(); ++s)
    frequencies[streams.all()[s].name] = finite(one.frequencies.at(s));
  return {{"speed", std::string(plan.speeds[one.speed].name)},
          {"draw", one.draw},
          {"alone", one.alone.empty() ? json() : json(one.alone)},
          {"score", finite(one.optimum.score)},
          {"of_a_hat", finite(one.optimum.score / sought.objective.a_hat)},
          {"value", finite(one.optimum.value)},
          {"steps", one.optimum.steps},
          {"temporal_frequency", frequencies},
          {"probability", finite(one.probability)},
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
      return sought.objective.place == optima::Place::kMean ? "channel" : "unit";
  }
  return "";
}

std::string number(const json& value) {
  return value.is_number() ? short_number(value.get<double>()) : "-";
}

std::string cut(const std::string& text, std::size_t most) {
  return text.size() <= most ? text : fmt::format("{}~", text.substr(0, most - 1));
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
  return summary;
}

std::string maximization_text(const json& summary) {
  std::string text;
  for (const json& one : summary["sought"]) {
    text += fmt::format("{} {}; the largest activation of {}: {}\n", one["kind"].get<std::string>(),
                        without_controls(one["name"].get<std::string>()),
                        one["a_hat_from"].get<std::string>(), number(one["a_hat"]));
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
      if (!result["answer"].is_null())
        says = without_controls(cut(result["answer"].get<std::string>(), 28));
      if (!result["probability"].is_null())
        says += fmt::format(" (p of target {:.3f})", result["probability"].get<double>());
      text += fmt::format("  {:<22}  {:>9}  {:>8}  {:>11}  {}\n", cut(name, 22),
                          number(result["score"]), number(result["of_a_hat"]), frequencies, says);
    }
    for (const json& clip : one["clips"])
      text += fmt::format("  {:<22}  {:>9}  at {:.2f} to {:.2f} s\n",
                          cut(without_controls(clip["input"].get<std::string>()), 22),
                          number(clip["value"]), clip["begin_s"].get<double>(),
                          clip["end_s"].get<double>());
    text += "\n";
  }
  return text;
}

}  // namespace praxiscope::studies
