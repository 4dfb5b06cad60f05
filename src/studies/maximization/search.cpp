// See search.h.
#include "studies/maximization/search.h"

#include "studies/maximization/plates.h"
#include "studies/support/pictures.h"

#include "praxiscope/error.h"

#include <ATen/ATen.h>
#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include <algorithm>
#include <cmath>
#include <limits>

namespace praxiscope::studies {
namespace {

using nlohmann::json;

/// Optimized without priors, to have a measure where no clips are given: units this far, classes
/// until the network is sure of them, at most that far.
constexpr int kFreeSteps = 24, kMostFreeSteps = 96;

/// Ranges [begin, end) of at most `most` of `count` things that belong to one batch: `is_split(k)`
/// says that k cannot join k - 1.
template <typename IsSplit, typename Work>
void for_batches(std::size_t count, std::size_t most, const IsSplit& is_split, const Work& work) {
  for (std::size_t begin = 0; begin < count;) {
    std::size_t end = begin + 1;
    while (end < count && end - begin < most && !is_split(end)) ++end;
    work(begin, end);
    begin = end;
  }
}

std::string key_of(const Found& one, const Sought& sought) {
  return fmt::format("result {} speed {} draw {} alone {}", sought.name, one.speed, one.draw,
                     one.alone);
}

double number_or_nan(const json& value) {
  return value.is_number() ? value.get<double>() : std::numeric_limits<double>::quiet_NaN();
}

}  // namespace

/// From a file, the real clips or an earlier start of this run; false: it is to be measured.
bool MaximizationSearch::has_reference(Sought& one) const {
  if (one.a_hat_from == "stored") return true;
  // Clips that show something else tell nothing of how far the class can be driven.
  if (!one.clips.empty() && one.clips.front().value > 0 && one.clips.front().is_answer) {
    one.objective.a_hat = one.clips.front().value;
    one.a_hat_from = "clips";
    return true;
  }
  one.a_hat_from = "free steps";
  const json* known = journal_.find("a_hat " + one.name);
  if (known == nullptr || !known->is_object()) return false;
  one.objective.a_hat = (*known)["value"];
  one.a_hat_from = (*known)["from"];
  return true;
}

void MaximizationSearch::measure(std::vector<Sought>& sought) const {
  std::vector<std::size_t> unknown;
  for (std::size_t i = 0; i < sought.size(); ++i) {
    Sought& one = sought[i];
    if (!has_reference(one)) unknown.push_back(i);
    if (ground_.plan.clips == 0) one.clips.clear();
  }
  optima::MaximizeSettings settings = ground_.plan.settings;
  settings.stops_when_sure = true;
  settings.seed = ground_.context.seed;
  const auto layer = [&](std::size_t k) { return sought[unknown[k]].objective.target.layer; };
  const auto is_class = [&](std::size_t k) {
    return sought[unknown[k]].objective.target.kind == Target::Kind::kClass;
  };
  for_batches(
      unknown.size(), static_cast<std::size_t>(std::max(ground_.context.batch, 1)),
      [&](std::size_t k) { return layer(k) != layer(k - 1) || is_class(k) != is_class(k - 1); },
      [&](std::size_t begin, std::size_t end) {
        settings.steps = is_class(begin) ? kMostFreeSteps : kFreeSteps;
        std::vector<optima::Wish> wishes;
        for (std::size_t k = begin; k < end; ++k) {
          optima::Wish wish = wish_of(sought[unknown[k]], {"free", 0}, 0);
          for (optima::Priors& priors : wish.priors) priors = {.energy = 0, .bound = priors.bound};
          wishes.push_back(std::move(wish));
        }
        const auto reached = optima::maximize(ground_.context.model, ground_.streams, wishes,
                                              settings, ground_.context.progress);
        if (ground_.context.progress.is_cancelled()) return;
        for (std::size_t k = begin; k < end; ++k) {
          Sought& one = sought[unknown[k]];
          // Free steps drive some classes several times as far as others; where the network is
          // sure is alike for all.
          const optima::Optimum& optimum = reached[k - begin];
          const bool was_sure = std::isfinite(optimum.sure) && optimum.sure > 0;
          one.objective.a_hat = std::max(was_sure ? optimum.sure : std::abs(optimum.score), 1e-6);
          one.a_hat_from = was_sure ? "p 0.99" : "free steps";
          journal_.add("a_hat " + one.name,
                       {{"value", one.objective.a_hat}, {"from", one.a_hat_from}});
        }
      });
}

optima::Wish MaximizationSearch::wish_of(const Sought& sought, const Speed& speed,
                                         std::size_t draw) const {
  const MaximizationPlan& plan = ground_.plan;
  optima::Wish wish;
  wish.objective = sought.objective;
  wish.draw = static_cast<std::int64_t>(draw);
  for (const optima::Stream& stream : ground_.streams.all()) {
    optima::Priors priors = stream.kind == InputKind::kFlow ? plan.flow : plan.rgb;
    priors.chi *= speed.slowness;
    wish.priors.push_back(priors);
    wish.is_fixed.push_back(!plan.free_stream.empty() && stream.name != plan.free_stream);
  }
  if (plan.has_start_clip) wish.start = ground_.start;
  return wish;
}

/// The same with all streams but one at their mean, where they stay.
optima::Wish MaximizationSearch::alone(optima::Wish wish, const std::string& stream) const {
  wish.start.resize(ground_.streams.all().size());
  for (std::size_t s = 0; s < ground_.streams.all().size(); ++s) {
    const optima::Stream& one = ground_.streams.all()[s];
    wish.is_fixed[s] = one.name != stream;
    if (one.name == stream) continue;
    const auto [t, h, w] = one.size;
    const at::Tensor& mean = ground_.means[s];
    wish.start[s] = (mean.defined() ? mean.to(at::kFloat) : at::zeros({one.channels()}))
                        .reshape({-1, 1, 1, 1})
                        .expand({one.channels(), t, h, w})
                        .contiguous();
  }
  return wish;
}

bool MaximizationSearch::has_alone() const {
  return ground_.plan.has_alone && ground_.streams.all().size() == 2 &&
         ground_.plan.free_stream.empty();
}

std::vector<Found> MaximizationSearch::list(const std::vector<Sought>& sought) const {
  std::vector<Found> all;
  const auto add = [&](std::size_t i, std::size_t speed, std::size_t draw, std::string alone) {
    Found one;
    one.sought = i, one.speed = speed, one.draw = draw, one.alone = std::move(alone);
    all.push_back(std::move(one));
  };
  const MaximizationPlan& plan = ground_.plan;
  for (std::size_t i = 0; i < sought.size(); ++i) {
    // Draws of one speed side by side: those that are to differ must be in one batch.
    for (std::size_t v = 0; v < plan.speeds.size(); ++v)
      for (std::size_t draw = 0; draw < plan.count; ++draw) add(i, v, draw, "");
    if (!has_alone()) continue;
    for (const optima::Stream& stream : ground_.streams.all())
      add(i, plan.speeds.size() / 2, 0, stream.name);
  }
  return all;
}

std::vector<Found> MaximizationSearch::run(const std::vector<Sought>& sought) {
  const MaximizationPlan& plan = ground_.plan;
  Progress& progress = ground_.context.progress;
  const std::optional<std::int64_t> fixed = ground_.context.model.fixed_batch();
  if (plan.settings.diversity > 0 && fixed && static_cast<std::int64_t>(plan.count) > *fixed)
    throw Error(ErrorKind::kUsage,
                fmt::format("maximize: option diversity: found a count of {}, expected {} at most: "
                            "the file fixes its batch, and results that differ must share one",
                            plan.count, *fixed));
  std::vector<Found> all = list(sought);
  std::vector<std::size_t> missing;
  for (std::size_t k = 0; k < all.size(); ++k)
    if (!recall(all[k], sought[all[k].sought])) missing.push_back(k);
  has_noted_ = missing.size() < all.size();
  optima::MaximizeSettings settings = plan.settings;
  settings.seed = ground_.context.seed;
  settings.diversity_layer = ground_.context.model.manifest().layer;
  progress.begin("steps", static_cast<std::int64_t>(missing.size()) * settings.steps);
  const auto group = [&](const Found& one) {
    // Those that are to differ share a batch, which then holds nothing else.
    return plan.settings.diversity > 0 ? fmt::format("{} {} {}", one.sought, one.speed, one.alone)
                                       : sought[one.sought].objective.target.layer;
  };
  const std::size_t most = plan.settings.diversity > 0
                               ? std::max<std::size_t>(plan.count, 1)
                               : static_cast<std::size_t>(std::max(ground_.context.batch, 1));
  for_batches(
      missing.size(), most,
      [&](std::size_t k) { return group(all[missing[k]]) != group(all[missing[k - 1]]); },
      [&](std::size_t begin, std::size_t end) {
        if (begin > 0 && progress.is_cancelled()) return;
        std::vector<optima::Wish> wishes;
        std::vector<Found> batch;
        for (std::size_t k = begin; k < end; ++k) {
          const Found& one = all[missing[k]];
          optima::Wish wish = wish_of(sought[one.sought], plan.speeds[one.speed], one.draw);
          if (!one.alone.empty()) wish = alone(std::move(wish), one.alone);
          wish.family = 0;
          wishes.push_back(std::move(wish));
          batch.push_back(one);
        }
        const std::string name = sought[batch.front().sought].name;
        settings.watch = [&](int, double value) {
          progress.say(fmt::format("{} {:.2f}", name, value));
          progress.advance(static_cast<std::int64_t>(end - begin));
          return true;
        };
        settings.look = [&](std::span<const optima::Optimum> best) { show_preview(batch, best); };
        auto optima_found =
            optima::maximize(ground_.context.model, ground_.streams, wishes, settings, progress);
        for (std::size_t k = begin; k < end; ++k) {
          Found& one = all[missing[k]];
          keep(one, sought[one.sought], std::move(optima_found[k - begin]),
               !progress.is_cancelled());
        }
      });
  std::erase_if(all, [](const Found& one) { return one.place < 0; });
  return all;
}

void MaximizationSearch::keep(Found& one, const Sought& sought, optima::Optimum optimum,
                              bool is_whole) {
  one.optimum = std::move(optimum);
  describe(one, sought);
  one.place = store_.add(one.optimum.streams);
  one.optimum.streams.clear();
  if (!is_whole) return;  // a run that goes on does all of its steps
  has_noted_ = true;
  journal_.add(key_of(one, sought), {{"place", one.place},
                                     {"score", one.optimum.score},
                                     {"value", one.optimum.value},
                                     {"course", one.optimum.course},
                                     {"steps", one.optimum.steps},
                                     {"frequencies", one.frequencies},
                                     {"spectra", one.spectra},
                                     {"probability", one.probability},
                                     {"class", one.class_index}});
}

bool MaximizationSearch::recall(Found& one, const Sought& sought) const {
  const json* known = journal_.find(key_of(one, sought));
  if (known == nullptr) return false;
  one.place = (*known)["place"].get<std::int64_t>();
  one.optimum.score = number_or_nan((*known)["score"]);
  one.optimum.value = number_or_nan((*known)["value"]);
  for (const json& value : (*known)["course"]) one.optimum.course.push_back(number_or_nan(value));
  one.optimum.steps = (*known)["steps"].get<int>();
  for (const json& value : (*known)["frequencies"]) one.frequencies.push_back(number_or_nan(value));
  one.spectra = (*known)["spectra"].get<std::vector<std::vector<double>>>();
  one.probability = number_or_nan((*known)["probability"]);
  one.class_index = (*known)["class"].get<std::int64_t>();
  return true;
}

/// What the network says of the clip, and how fast it is.
void MaximizationSearch::describe(Found& one, const Sought& sought) const {
  const Model& model = ground_.context.model;
  std::vector<at::Tensor> pictures;
  for (const at::Tensor& stream : one.optimum.streams) {
    pictures.push_back(stream.unsqueeze(0));
    one.frequencies.push_back(optima::temporal_frequency(pictures.back()).item<double>());
    const at::Tensor shares = optima::temporal_spectrum(pictures.back())[0].contiguous();
    one.spectra.emplace_back(shares.const_data_ptr<double>(),
                             shares.const_data_ptr<double>() + shares.numel());
  }
  one.probability = std::numeric_limits<double>::quiet_NaN();
  const Target& target = sought.objective.target;
  if (target.kind == Target::Kind::kUnit) return;
  const at::Tensor p = probabilities(optima::show(model, ground_.streams, pictures, {}))[0];
  one.class_index = p.argmax().item<std::int64_t>();
  one.probability = p[target.class_index].item<double>();
}

void MaximizationSearch::show_preview(const std::vector<Found>& batch,
                                      std::span<const optima::Optimum> best) const {
  if (!ground_.context.preview) return;
  Plate plate;
  for (std::size_t n = 0; n < batch.size(); ++n) {
    const std::string title =
        fmt::format("{} {}", ground_.plan.speeds[batch[n].speed].name, short_number(best[n].value));
    std::vector<at::Tensor> middles;
    for (const at::Tensor& stream : best[n].streams)
      middles.push_back(stream.narrow(1, stream.size(1) / 2, 1));
    add_column(title, middles, ground_.streams, ground_.context.model, plate);
  }
  ground_.context.preview(draw_plate(plate, kPreviewCell).front());
}

}  // namespace praxiscope::studies
