// Integrated gradients: how the target grows on the straight way from a baseline to the clip,
// shared out among the clip's elements. The shares add up to the growth; how well, is measured.
#include "methods/support/fills.h"
#include "methods/support/input_method.h"
#include "methods/support/layer_method.h"
#include "methods/support/mean_gradients.h"
#include "methods/support/probes.h"
#include "methods/support/target_score.h"

#include "praxiscope/error.h"

#include <ATen/core/grad_mode.h>
#include <fmt/format.h>

#include <cmath>

namespace praxiscope::methods {
namespace {

constexpr OptionSpec kOptions[] = {
    {"baseline", "black", "black|mean|blur|frozen",
     "where the way begins; frozen: the first frame at all times, leaves only motion to explain"},
    {"steps", "32", "int", "points on the way, each a forward and a backward"},
};

/// From which completeness gap on the user hears of it.
constexpr double kGapToTell = 0.05;

class IntegratedGradients : public Method {
 public:
  IntegratedGradients(InputMethodSettings settings, const OptionValues& options)
      : settings_(std::move(settings)),
        baseline_(options.text("baseline")),
        steps_(options.integer("steps")) {}

  MethodNeeds needs() const override { return {}; }  // it makes its own forwards
  MethodResults explain(const MethodInput& input, Progress& progress) const override;

 private:
  std::vector<at::Tensor> make_baselines(const MethodInput& input) const;
  void measure(const at::Tensor& scores, const at::Tensor& baseline_scores, std::size_t k,
               MethodResults& results, Progress& progress) const;
  void warn_of_gap(double gap, Progress& progress) const;

  InputMethodSettings settings_;
  std::string baseline_;
  std::int64_t steps_;
};

/// x' of every input: all inputs of a network walk together.
std::vector<at::Tensor> IntegratedGradients::make_baselines(const MethodInput& input) const {
  std::vector<at::Tensor> baselines;
  for (std::size_t i = 0; i < input.run.inputs.size(); ++i) {
    baselines.push_back(make_fill(find_fill(baseline_), input.run.inputs[i],
                                  input.model.manifest().inputs.at(i), input.seed));
  }
  return baselines;
}

/// M = sum_c (x - x')_c 1/m sum_j dS/dx_c(x' + a_j (x - x')), a_j = (j + 1/2)/m: eq. 3 with the
/// midpoint rule, whose error falls with 1/m^2 where eq. 3's falls with 1/m.
MethodResults IntegratedGradients::explain(const MethodInput& input, Progress& progress) const {
  const at::NoGradGuard no_recording;
  MethodResults results = empty_results(input);
  const std::vector<at::Tensor>& ends = input.run.inputs;
  const std::vector<at::Tensor> begins = make_baselines(input);
  const auto on_the_way = [&](std::int64_t step) {
    const double share = (static_cast<double>(step) + 0.5) / static_cast<double>(steps_);
    std::vector<at::Tensor> point;
    for (std::size_t i = 0; i < ends.size(); ++i)
      point.push_back(begins[i] + (ends[i] - begins[i]) * share);
    return point;
  };
  const auto gradients = mean_gradients(input, steps_, on_the_way, /*is_squared=*/false, progress);
  const std::vector<at::Tensor> baseline_scores = scores_at(input, begins);
  for (std::size_t k = 0; k < gradients.size(); ++k) {
    for (std::size_t i = 0; i < ends.size(); ++i) {
      const at::Tensor maps = ((ends[i] - begins[i]) * gradients[k][i]).sum(1);
      add_input_maps(settings_, input, k, i, maps, results);
    }
    measure(target_scores(input, k).detach(), baseline_scores[k], k, results, progress);
  }
  return results;
}

/// Completeness (prop. 1): the maps of all inputs together sum to S(x) - S(x').
void IntegratedGradients::measure(const at::Tensor& scores, const at::Tensor& baseline_scores,
                                  std::size_t k, MethodResults& results, Progress& progress) const {
  constexpr double kTiny = 1e-12;
  double widest = 0;
  for (std::size_t n = 0; n < results.size(); ++n) {
    std::vector<Attribution>& maps = results[n][k];
    double sum = 0;
    for (const Attribution& map : maps) sum += map.volume.sum(at::kDouble).item<double>();
    const auto clip = static_cast<std::int64_t>(n);
    const double difference = scores[clip].item<double>() - baseline_scores[clip].item<double>();
    const double gap = std::abs(sum - difference) / std::max(std::abs(difference), kTiny);
    for (Attribution& map : maps)
      map.measures = {{"completeness gap", gap}, {"score difference", difference}};
    widest = std::max(widest, gap);
  }
  warn_of_gap(widest, progress);
}

/// In bands, so that a long video does not tell every clip's own number; those are in the .json.
void IntegratedGradients::warn_of_gap(double gap, Progress& progress) const {
  if (gap <= kGapToTell) return;
  double band = kGapToTell;
  for (const double higher : {0.1, 0.2, 0.5, 1.0}) {
    if (gap > higher) band = higher;
  }
  progress.warn(fmt::format(
      "integrated_gradients: found a completeness gap above {:.0f} % of the score's difference to "
      "the baseline, expected at most {:.0f} %; take more steps, as in "
      "integrated_gradients:steps={}",
      100 * band, 100 * kGapToTell, 4 * steps_));
}

std::unique_ptr<Method> make(const Model&, const std::string&, const OptionValues& options) {
  if (options.integer("steps") < 1) {
    throw Error(ErrorKind::kUsage,
                fmt::format("integrated_gradients: option steps: found {}, expected at least 1",
                            options.text("steps")));
  }
  InputMethodSettings settings{.id = "integrated_gradients",
                               .variant = variant_of(kOptions, options, {"baseline", "steps"}),
                               .is_signed = true};
  return std::make_unique<IntegratedGradients>(std::move(settings), options);
}

}  // namespace

extern const MethodInfo integrated_gradients{
    .id = "integrated_gradients",
    .title = "Integrated gradients",
    .summary = "shares of the target's growth from a baseline, complete",
    .source =
        "Sundararajan et al., ICML 2017, eq. 3 by the midpoint rule; over time, height and "
        "width",
    .reading = "finds what adds to and takes from",
    .is_signed = true,
    .is_pixel_wise = true,
    .is_layer_based = false,
    .options = kOptions,
    .make = &make,
};

}  // namespace praxiscope::methods
