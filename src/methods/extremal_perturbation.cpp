// Extremal perturbation: the part of the clip, of a given size and smooth over time and space, that
// keeps the target highest when all the rest is replaced.
#include "core/text.h"
#include "methods/support/fills.h"
#include "methods/support/input_method.h"
#include "methods/support/layer_method.h"
#include "methods/support/probes.h"
#include "methods/support/smooth_masks.h"

#include "praxiscope/error.h"

#include <ATen/core/grad_mode.h>
#include <fmt/format.h>
#include <torch/csrc/autograd/autograd.h>

#include <cmath>

namespace praxiscope::methods {
namespace {

constexpr OptionSpec kOptions[] = {
    {"areas", "0.1", "text", "share of the clip that is kept; several as 0.05+0.1+0.2: their mean"},
    {"steps", "100", "int", "forwards and backwards a target and area"},
    {"fill", "blur", kFillNames, "what replaces the rest of the clip"},
};

struct Settings {
  std::vector<double> areas;
  std::int64_t steps = 0;
  FillKind fill = FillKind::kBlur;
  std::string variant;
};

/// Adam (Kingma and Ba 2015) on parameters in [0,1], with its usual numbers but one: slopes are of
/// the order of 1 / cells, and a cell with one far below that stays where it is, where Adam's
/// epsilon of 1e-8 would move it as far as any other, by the sign of a rounding error.
class Adam {
 public:
  /// @param like  [N,t,h,w].
  explicit Adam(const at::Tensor& like)
      : mean_(at::zeros_like(like)),
        square_(mean_.clone()),
        epsilon_(0.1 / static_cast<double>(like[0].numel())) {}

  void descend(at::Tensor& parameters, const at::Tensor& gradient) {
    constexpr double kRate = 0.05, kMean = 0.9, kSquare = 0.999;
    ++step_;
    mean_ = kMean * mean_ + (1 - kMean) * gradient;
    square_ = kSquare * square_ + (1 - kSquare) * gradient * gradient;
    const at::Tensor mean = mean_ / (1 - std::pow(kMean, step_));
    const at::Tensor square = square_ / (1 - std::pow(kSquare, step_));
    parameters = (parameters - kRate * mean / (square.sqrt() + epsilon_)).clamp(0, 1);
  }

 private:
  at::Tensor mean_, square_;
  double epsilon_;
  int step_ = 0;
};

/// The clips of a batch, what replaces them, and the question asked of them.
struct Problem {
  const MethodInput& input;
  std::vector<std::vector<Target>> targets;  ///< the one target, of each clip
  std::vector<at::Tensor> clips, fills;      ///< one [N,C,T,H,W] an input
  std::vector<SmoothMasks> masks;            ///< one an input
  at::Tensor reach;                          ///< [N]: |S(clip) - S(fill)|
};

struct Answer {
  at::Tensor scores;                  ///< [N]
  std::vector<at::Tensor> gradients;  ///< d score / d mask, one [N,T,H,W] an input
};

/// The target of the clips seen through masks: fill + mask (clip - fill).
Answer ask(const Problem& problem, const std::vector<at::Tensor>& masks, bool wants_gradients) {
  std::vector<at::Tensor> inputs;
  std::vector<std::string> of;
  for (std::size_t i = 0; i < masks.size(); ++i) {
    const at::Tensor kept = problem.clips[i] - problem.fills[i];
    inputs.push_back(problem.fills[i] + masks[i].unsqueeze(1) * kept);
    of.push_back(fmt::format("input:{}", i));
  }
  RunOptions options;
  options.taps = unit_layers(problem.input);
  options.input_gradients = wants_gradients;
  const Run run = problem.input.model.run(inputs, options);
  const MethodInput asked{.model = problem.input.model, .run = run, .targets = problem.targets};
  const at::Tensor scores = target_scores(asked, 0);
  Answer answer{.scores = scores.detach().to(at::kFloat), .gradients = {}};
  if (!wants_gradients) return answer;
  const std::vector<at::Tensor> gradients = target_gradients(asked, scores, 0, of);
  for (std::size_t i = 0; i < masks.size(); ++i)
    answer.gradients.push_back(
        (gradients[i].to(at::kFloat) * (problem.clips[i] - problem.fills[i])).sum(1));
  return answer;
}

/// The mask that an area asks for, given the order of its cells: 1 for the largest, 0 for the rest;
/// of equal cells the first counts as larger.
at::Tensor template_of(const at::Tensor& mask, double area) {
  const at::Tensor flat = mask.flatten(1);
  const auto kept = std::llround(area * static_cast<double>(flat.size(1)));
  const at::Tensor order = flat.argsort(/*stable=*/true, 1, /*descending=*/true);
  return at::zeros_like(flat).scatter_(1, order.narrow(1, 0, kept), 1.0).view_as(mask);
}

/// [N] -> [N,1,1,1].
at::Tensor per_clip(const at::Tensor& values) { return values.view({-1, 1, 1, 1}); }

/// Weight of the area against the target, where the target's whole reach counts 1. The paper's
/// schedule: 300 for logits, whose reach is about 20, growing 16-fold over the search.
double area_weight(std::int64_t step, std::int64_t steps) {
  return 15 * std::pow(16.0, static_cast<double>(step) / static_cast<double>(steps));
}

/// One search: masks of all inputs together, all clips of the batch at once (they do not mix).
class Search {
 public:
  Search(const Problem& problem, double area, std::int64_t steps, Progress& progress)
      : problem_(problem), area_(area), steps_(steps) {
    begin(progress);
    for (std::int64_t step = 0; step < steps_; ++step) {
      progress.check_cancelled();
      improve(step);
    }
  }

  /// [N,T,H,W] an input.
  std::vector<at::Tensor> masks() const {
    std::vector<at::Tensor> masks;
    for (std::size_t i = 0; i < parameters_.size(); ++i)
      masks.push_back(problem_.masks[i](parameters_[i]));
    return masks;
  }

 private:
  /// The order of cells says which of them the area keeps, and equal cells have none. So the search
  /// begins at half of everything, tilted a little by the target's own gradient.
  void begin(Progress& progress) {
    progress.check_cancelled();
    for (std::size_t i = 0; i < problem_.clips.size(); ++i) {
      const auto& cells = problem_.masks[i].cells();
      parameters_.push_back(at::full({problem_.clips[i].size(0), cells[0], cells[1], cells[2]}, 0.5,
                                     problem_.clips[i].options()));
      adams_.emplace_back(parameters_.back());
    }
    const std::vector<at::Tensor> uphill = slopes_of(
        [](std::size_t, const at::Tensor&, const at::Tensor& gradient) { return gradient; });
    for (std::size_t i = 0; i < uphill.size(); ++i) {
      const at::Tensor steepest = uphill[i].abs().amax({1, 2, 3}, /*keepdim=*/true);
      parameters_[i] = parameters_[i] + 0.1 * uphill[i] / steepest.clamp_min(1e-30);
    }
  }

  /// Less of: weight mean((sorted mask - template)^2) - S / reach.
  void improve(std::int64_t step) {
    const double weight = area_weight(step, steps_);
    const std::vector<at::Tensor> slopes =
        slopes_of([&](std::size_t, const at::Tensor& mask, const at::Tensor& gradient) {
          const double cells = static_cast<double>(mask[0].numel());
          const at::Tensor off = mask - template_of(mask, area_);
          return off * (2 * weight / cells) - gradient / per_clip(problem_.reach);
        });
    for (std::size_t i = 0; i < slopes.size(); ++i) adams_[i].descend(parameters_[i], slopes[i]);
  }

  /// d loss / d parameters for each input, where `slope` gives d loss / d mask.
  template <typename Slope>
  std::vector<at::Tensor> slopes_of(const Slope& slope) const {
    std::vector<at::Tensor> leaves, masks, plain;
    {
      const at::AutoGradMode record(true);
      for (std::size_t i = 0; i < parameters_.size(); ++i) {
        leaves.push_back(parameters_[i].detach().requires_grad_(true));
        masks.push_back(problem_.masks[i](leaves.back()));
        plain.push_back(masks.back().detach());
      }
    }
    const Answer answer = ask(problem_, plain, /*wants_gradients=*/true);
    std::vector<at::Tensor> slopes;
    for (std::size_t i = 0; i < masks.size(); ++i) {
      const at::Tensor upper = slope(i, plain[i], answer.gradients[i]);
      slopes.push_back(torch::autograd::grad({masks[i]}, {leaves[i]}, {upper})[0]);
    }
    return slopes;
  }

  const Problem& problem_;
  double area_;
  std::int64_t steps_;
  std::vector<at::Tensor> parameters_;
  std::vector<Adam> adams_;
};

class ExtremalPerturbation : public Method {
 public:
  explicit ExtremalPerturbation(Settings settings) : settings_(std::move(settings)) {}

  MethodNeeds needs() const override { return {}; }
  MethodResults explain(const MethodInput& input, Progress& progress) const override;

 private:
  Problem make_problem(const MethodInput& input) const;
  void add_maps(const Problem& problem, const at::Tensor& whole, std::size_t k, Progress& progress,
                MethodResults& results) const;

  Settings settings_;
};

Problem ExtremalPerturbation::make_problem(const MethodInput& input) const {
  Problem problem{
      .input = input, .targets = {}, .clips = {}, .fills = {}, .masks = {}, .reach = {}};
  for (std::size_t i = 0; i < input.run.inputs.size(); ++i) {
    const at::Tensor clips = input.run.inputs[i].detach();
    problem.clips.push_back(clips);
    problem.fills.push_back(
        make_fill(settings_.fill, clips, input.model.manifest().inputs[i], input.seed));
    problem.masks.emplace_back(
        std::array<std::int64_t, 3>{clips.size(2), clips.size(3), clips.size(4)}, clips.options());
  }
  return problem;
}

/// One target of all clips; the map is the mean of the areas' masks.
void ExtremalPerturbation::add_maps(const Problem& problem, const at::Tensor& whole, std::size_t k,
                                    Progress& progress, MethodResults& results) const {
  std::vector<at::Tensor> sums;
  std::vector<std::map<std::string, double>> measures(results.size());
  for (const double area : settings_.areas) {
    const std::vector<at::Tensor> masks = Search(problem, area, settings_.steps, progress).masks();
    const at::Tensor scores = ask(problem, masks, /*wants_gradients=*/false).scores;
    const std::string of = settings_.areas.size() > 1 ? fmt::format(" at {}", area) : "";
    for (std::size_t n = 0; n < results.size(); ++n) {
      const auto clip = static_cast<std::int64_t>(n);
      measures[n]["score" + of] = scores[clip].item<float>();
      measures[n]["area" + of] = masks.front()[clip].mean().item<float>();
      measures[n]["score of the whole"] = whole[clip].item<float>();
    }
    for (std::size_t i = 0; i < masks.size(); ++i) {
      if (sums.size() <= i) sums.push_back(at::zeros_like(masks[i]));
      sums[i] += masks[i] / static_cast<double>(settings_.areas.size());
    }
  }
  for (std::size_t n = 0; n < results.size(); ++n) {
    for (std::size_t i = 0; i < sums.size(); ++i) {
      Attribution result;
      result.method = "extremal_perturbation";
      result.variant = settings_.variant;
      result.input = problem.input.run.input_names[i];
      result.target = problem.input.targets[n][k];
      result.coarse = result.volume = sums[i].select(0, static_cast<std::int64_t>(n)).clone();
      result.measures = measures[n];
      results[n][k].push_back(std::move(result));
    }
  }
}

MethodResults ExtremalPerturbation::explain(const MethodInput& input, Progress& progress) const {
  const at::NoGradGuard no_recording;
  MethodResults results = empty_results(input);
  if (targets_per_clip(input) == 0) return results;
  Problem problem = make_problem(input);
  for (std::size_t k = 0; k < targets_per_clip(input); ++k) {
    problem.targets.clear();
    for (const std::vector<Target>& targets : input.targets)
      problem.targets.push_back({targets[k]});
    std::vector<at::Tensor> nothing;
    for (const at::Tensor& clips : problem.clips)
      nothing.push_back(at::zeros_like(clips.select(1, 0)));
    const at::Tensor whole = target_values(input, k, ScoreKind::kLogit);
    const at::Tensor without = ask(problem, nothing, /*wants_gradients=*/false).scores;
    // A target that the fill does not move has no reach; any weight will do.
    problem.reach = (whole - without).abs();
    problem.reach = at::where(problem.reach > 0, problem.reach, at::ones_like(problem.reach));
    add_maps(problem, whole, k, progress, results);
  }
  return results;
}

std::vector<double> find_areas(const std::string& text) {
  std::vector<double> areas;
  for (const std::string& part : split(text, '+')) {
    std::size_t used = 0;
    double area = 0;
    try {
      area = std::stod(part, &used);
    } catch (const std::exception&) {
      used = 0;
    }
    if (used == 0 || used != part.size() || !(area > 0 && area < 1)) return {};
    areas.push_back(area);
  }
  return areas;
}

std::unique_ptr<Method> make(const Model&, const std::string&, const OptionValues& options) {
  Settings settings{.areas = find_areas(options.text("areas")),
                    .steps = options.integer("steps"),
                    .fill = find_fill(options.text("fill")),
                    .variant = variant_of(kOptions, options, {"areas", "steps", "fill"})};
  if (settings.areas.empty()) {
    throw Error(ErrorKind::kUsage,
                fmt::format("extremal_perturbation: option areas: found {}, expected shares of the "
                            "clip between 0 and 1, as in 0.1 or 0.05+0.1+0.2",
                            in_quotes(options.text("areas"))));
  }
  if (settings.steps < 1) {
    throw Error(ErrorKind::kUsage,
                fmt::format("extremal_perturbation: option steps: found {}, expected 1 or more",
                            in_quotes(options.text("steps"))));
  }
  return std::make_unique<ExtremalPerturbation>(std::move(settings));
}

}  // namespace

extern const MethodInfo extremal_perturbation{
    .id = "extremal_perturbation",
    .title = "Extremal perturbation",
    .summary = "the part of the clip that keeps the target highest",
    .source = "Fong, Patrick and Vedaldi, ICCV 2019, eq. 2-6; masks over time, height and width",
    .reading = "finds the part that best keeps",
    .is_signed = false,
    .is_layer_based = false,
    .options = kOptions,
    .make = &make,
};

}  // namespace praxiscope::methods
