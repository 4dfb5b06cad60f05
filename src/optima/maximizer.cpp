// See maximizer.h.
#include "optima/maximizer.h"

#include "praxiscope/error.h"

#include <ATen/ATen.h>
#include <ATen/CPUGeneratorImpl.h>
#include <ATen/core/grad_mode.h>
#include <fmt/format.h>
#include <torch/csrc/autograd/autograd.h>

#include <algorithm>
#include <cmath>
#include <limits>

namespace praxiscope::optima {
namespace {

/// Looks at the clips as they are this often, forward only: about a hundredth of the steps' work.
constexpr int kLookEvery = 32;

/// The network on pictures; files that fix the batch get it full.
Run run_on(const Model& model, const Streams& streams, std::span<const at::Tensor> pictures,
           RunOptions options, bool has_gradients) {
  options.input_gradients = has_gradients;
  options.tap_gradients = has_gradients && options.tap_gradients;
  std::vector<at::Tensor> inputs = streams.inputs(pictures);
  if (const auto fixed = model.fixed_batch()) {
    for (at::Tensor& input : inputs) {
      const std::int64_t missing = *fixed - input.size(0);
      if (missing <= 0) continue;
      std::vector<std::int64_t> shape = input.sizes().vec();
      shape[0] = missing;
      input = at::cat({input, input.narrow(0, 0, 1).expand(shape)});
    }
  }
  return model.run(inputs, options);
}

class Loop {
 public:
  Loop(const Model& model, const Streams& streams, std::span<const Wish> wishes,
       const MaximizeSettings& settings, Progress& progress)
      : model_(model),
        streams_(streams),
        wishes_(wishes),
        settings_(settings),
        progress_(progress),
        generator_(at::detail::createCPUGenerator(settings.seed)) {
    for (const Wish& wish : wishes) {
      objectives_.push_back(wish.objective);
      a_hat_.push_back(wish.objective.a_hat);
      if (!(wish.objective.a_hat > 0))
        throw Error(ErrorKind::kInternal, "maximize: a reference activation that is not above 0");
    }
    options_ = run_options(objectives_);
    watch_families();
    for (std::size_t s = 0; s < streams.all().size(); ++s) open_stream(s);
    results_.resize(wishes.size());
    best_.assign(wishes.size(), -std::numeric_limits<double>::infinity());
  }

  std::vector<Optimum> run() {
    int step = 0;
    for (; step < settings_.steps && !progress_.is_cancelled(); ++step) {
      const double value = climb(step);
      const bool goes_on = (!settings_.watch || settings_.watch(step + 1, value)) &&
                           !(settings_.stops_when_sure && is_sure_of_all());
      if ((step + 1) % kLookEvery == 0 && step + 1 < settings_.steps) look(step + 1);
      if (!goes_on) {
        ++step;
        break;
      }
    }
    look(step);
    return std::move(results_);
  }

 private:
  struct Painted {
    std::unique_ptr<Canvas> canvas;
    Ascent ascent;
    std::vector<Priors> priors;  ///< of every row
    std::vector<double> bounds;
    at::Tensor is_free;   ///< [N,1,1,1,1]: 1 where the row is optimized, 0 where it stays
    at::Tensor standing;  ///< [N,C,T,H,W]: what stays; undefined: nothing does
    double voxels = 1;
  };

  /// The layer that is compared is kept, and not left out of what is run.
  void watch_families() {
    if (settings_.diversity <= 0) return;
    compared_ = options_.stop_after.empty() ? settings_.diversity_layer : options_.stop_after;
    if (compared_.empty())
      throw Error(ErrorKind::kUsage,
                  "maximize: diversity: found no layer to compare results at, expected one in the "
                  "manifest (\"layer\") or a unit to look for");
    options_.taps = {compared_};
    options_.tap_gradients = true;
    at::Tensor same = at::zeros(
        {static_cast<std::int64_t>(wishes_.size()), static_cast<std::int64_t>(wishes_.size())});
    for (std::size_t a = 0; a < wishes_.size(); ++a) {
      for (std::size_t b = 0; b < wishes_.size(); ++b) {
        const bool are_kin =
            a != b && wishes_[a].family >= 0 && wishes_[a].family == wishes_[b].family;
        same[static_cast<std::int64_t>(a)][static_cast<std::int64_t>(b)] = are_kin ? 1.0 : 0.0;
      }
    }
    kin_ = (same / same.sum(1, true).clamp_min(1)).to(model_.device());
  }

  /// How alike every row is to the others of its family, [N], 0..1.
  at::Tensor likeness(const Run& run) const {
    const auto rows = static_cast<std::int64_t>(wishes_.size());
    const at::Tensor layer = run.activations.at(compared_).narrow(0, 0, rows).to(at::kFloat);
    const at::Tensor features = layer.dim() > 2 ? layer.flatten(2) : layer.unsqueeze(2);
    const at::Tensor gram = at::bmm(features, features.transpose(1, 2)).flatten(1);
    const at::Tensor unit = gram / gram.norm(2, 1, true).clamp_min(1e-12);
    return (unit.mm(unit.t()) * kin_).sum(1);
  }

  void open_stream(std::size_t s) {
    const Stream& stream = streams_.all()[s];
    Painted painted{.canvas = nullptr,
                    .ascent = Ascent(settings_.ascent),
                    .priors = {},
                    .bounds = {},
                    .is_free = {},
                    .standing = {}};
    std::vector<std::int64_t> draws;
    std::vector<double> is_free;
    bool has_start = false;
    for (const Wish& wish : wishes_) {
      painted.priors.push_back(wish.priors.at(s));
      painted.bounds.push_back(wish.priors.at(s).bound);
      // Streams start from noise of their own.
      draws.push_back(wish.draw * 64 + static_cast<std::int64_t>(s));
      has_start |= s < wish.start.size() && wish.start[s].defined();
      is_free.push_back(s < wish.is_fixed.size() && wish.is_fixed[s] ? 0 : 1);
    }
    const bool has_fixed = std::find(is_free.begin(), is_free.end(), 0.0) != is_free.end();
    const at::Tensor start = has_start || has_fixed ? start_of(s, draws) : at::Tensor();
    painted.canvas =
        make_canvas(stream, settings_.canvas, draws, start, settings_.seed, model_.device());
    if (has_fixed) {
      painted.is_free =
          at::tensor(is_free, at::kFloat).reshape({-1, 1, 1, 1, 1}).to(model_.device());
      painted.standing = start.to(model_.device());
    }
    painted.voxels = seen_voxels(model_, objectives_.front(), stream.size);
    painted_.push_back(std::move(painted));
  }

  /// What rows start from, where some are told: the others from noise as ever.
  at::Tensor start_of(std::size_t s, std::span<const std::int64_t> draws) const {
    const at::NoGradGuard no_recording;
    const Stream& stream = streams_.all()[s];
    const auto noise =
        make_canvas(stream, settings_.canvas, draws, {}, settings_.seed, "cpu")->pictures();
    std::vector<at::Tensor> rows;
    for (std::size_t n = 0; n < wishes_.size(); ++n) {
      const std::vector<at::Tensor>& told = wishes_[n].start;
      rows.push_back(s < told.size() && told[s].defined() ? told[s].to(at::kCPU, at::kFloat)
                                                          : noise[static_cast<std::int64_t>(n)]);
    }
    return at::stack(rows);
  }

  at::Tensor pictures_of(const Painted& painted) const {
    const at::Tensor pictures = painted.canvas->pictures();
    if (!painted.is_free.defined()) return pictures;
    return at::where(painted.is_free > 0, pictures, painted.standing);
  }

  at::Tensor penalties(std::span<const at::Tensor> pictures) const {
    at::Tensor sum;
    for (std::size_t s = 0; s < painted_.size(); ++s) {
      const at::Tensor one = penalty(pictures[s], painted_[s].priors, painted_[s].voxels);
      sum = sum.defined() ? sum + one : one;
    }
    return sum;
  }

  at::Tensor scaled(const at::Tensor& scores) const {
    return scores / at::tensor(a_hat_, at::kDouble).to(scores.options().requires_grad(false));
  }

  /// One step; the mean value before it.
  double climb(int step) {
    const at::AutoGradMode record(true);
    const View view = draw_view(settings_.views, streams_.all().front().size[0], generator_);
    std::vector<at::Tensor> pictures, seen;
    for (std::size_t s = 0; s < painted_.size(); ++s) {
      pictures.push_back(pictures_of(painted_[s]));
      seen.push_back(seen_from(view, streams_.all()[s], pictures.back()));
    }
    const std::vector<at::Tensor> given = streams_.inputs(seen);
    const at::Tensor penalized = penalties(pictures);
    const std::vector<at::Tensor> pull = gradients_at(seen, given);
    // Back from the network's inputs through views and canvas, the priors beside them.
    std::vector<at::Tensor> ends(given.begin(), given.end()), leaves;
    std::vector<at::Tensor> slopes = pull;
    if (penalized.requires_grad()) {
      ends.push_back(penalized);
      slopes.push_back(at::full_like(penalized, -1));
    }
    for (Painted& painted : painted_) leaves.push_back(painted.canvas->values());
    const auto gradients = torch::autograd::grad(ends, leaves, slopes, /*retain_graph=*/false,
                                                 /*create_graph=*/false, /*allow_unused=*/true);
    for (std::size_t s = 0; s < painted_.size(); ++s) {
      if (!gradients[s].defined()) continue;
      at::Tensor values = leaves[s].detach();
      painted_[s].ascent.step(values, gradients[s], rate_at(settings_.rate, step, settings_.steps));
      painted_[s].canvas->keep_in_range(painted_[s].bounds);
    }
    return note(values_ - penalized.detach());
  }

  /// d (score / a_hat) / d input, of the rows that there are; keeps the values.
  std::vector<at::Tensor> gradients_at(std::span<const at::Tensor> seen,
                                       std::span<const at::Tensor> given) {
    std::vector<at::Tensor> detached;
    for (const at::Tensor& one : seen) detached.push_back(one.detach());
    const Run run = run_on(model_, streams_, detached, options_, true);
    const at::Tensor raw = score(run, objectives_);
    note_sure(run, raw);
    at::Tensor scores = scaled(raw);
    if (!compared_.empty()) {
      const at::AutoGradMode record(true);
      scores = scores - settings_.diversity * likeness(run);
    }
    values_ = scores.detach();
    std::vector<std::string> names;
    for (std::size_t i = 0; i < given.size(); ++i) names.push_back(fmt::format("input:{}", i));
    std::vector<at::Tensor> pull = run.gradients(scores.sum(), names, false);
    for (std::size_t i = 0; i < pull.size(); ++i) pull[i] = pull[i].narrow(0, 0, given[i].size(0));
    return pull;
  }

  /// Of a class that the network has not yet been sure of.
  bool is_open(std::size_t n) const {
    return objectives_[n].target.kind == Target::Kind::kClass && std::isnan(results_[n].sure);
  }

  /// False where a row is no class: nothing says when it is enough.
  bool is_sure_of_all() const {
    return std::all_of(results_.begin(), results_.end(),
                       [](const Optimum& one) { return std::isfinite(one.sure); });
  }

  void note_sure(const Run& run, const at::Tensor& raw) {
    std::size_t open = 0;
    for (std::size_t n = 0; n < results_.size(); ++n) open += is_open(n) ? 1 : 0;
    if (open == 0) return;
    constexpr double kSure = 0.99;
    const at::NoGradGuard no_recording;
    const at::Tensor p = probabilities(run).to(at::kCPU), numbers = raw.detach().to(at::kCPU);
    for (std::size_t n = 0; n < results_.size(); ++n) {
      if (!is_open(n)) continue;
      const auto row = static_cast<std::int64_t>(n);
      if (p[row][objectives_[n].target.class_index].item<double>() >= kSure)
        results_[n].sure = numbers[row].item<double>();
    }
  }

  double note(const at::Tensor& values) {
    const at::Tensor told = values.to(at::kCPU, at::kDouble);
    for (std::size_t n = 0; n < results_.size(); ++n)
      results_[n].course.push_back(told[static_cast<std::int64_t>(n)].item<double>());
    return told.mean().item<double>();
  }

  /// The clips as they are; keeps those that are better than what was kept.
  void look(int step) {
    const at::NoGradGuard no_recording;
    std::vector<at::Tensor> pictures;
    for (const Painted& painted : painted_) pictures.push_back(pictures_of(painted).detach());
    const Run run = run_on(model_, streams_, pictures, options_, false);
    const at::Tensor raw = score(run, objectives_).detach();
    at::Tensor reached = scaled(raw) - penalties(pictures);
    if (!compared_.empty()) reached = reached - settings_.diversity * likeness(run);
    const at::Tensor values = reached.to(at::kCPU, at::kDouble);
    for (std::size_t n = 0; n < results_.size(); ++n) {
      const auto row = static_cast<std::int64_t>(n);
      const double value = values[row].item<double>();
      if (!(value > best_[n]) && !results_[n].streams.empty()) continue;
      best_[n] = value;
      results_[n].value = value;
      results_[n].score = raw[row].item<double>();
      results_[n].steps = step;
      results_[n].streams.clear();
      for (const at::Tensor& one : pictures)
        results_[n].streams.push_back(one[row].to(at::kCPU, at::kFloat).clone());
    }
    if (settings_.look) settings_.look(results_);
  }

  const Model& model_;
  const Streams& streams_;
  std::span<const Wish> wishes_;
  const MaximizeSettings& settings_;
  Progress& progress_;
  at::Generator generator_;
  std::vector<Objective> objectives_;
  std::vector<double> a_hat_;
  RunOptions options_;
  std::vector<Painted> painted_;
  std::string compared_;  ///< the layer at which results of a family are to differ; empty: none
  at::Tensor kin_;        ///< [N,N]: rows sum to 1 over the others of a family, or to 0
  at::Tensor values_;     ///< [N] of the step: score / a_hat
  std::vector<double> best_;
  std::vector<Optimum> results_;
};

}  // namespace

std::vector<Optimum> maximize(const Model& model, const Streams& streams,
                              std::span<const Wish> wishes, const MaximizeSettings& settings,
                              Progress& progress) {
  if (wishes.empty()) return {};
  return Loop(model, streams, wishes, settings, progress).run();
}

at::Tensor ask(const Model& model, const Streams& streams, std::span<const at::Tensor> pictures,
               std::span<const Objective> rows) {
  const Run run = show(model, streams, pictures, run_options(rows));
  return score(run, rows).detach().to(at::kCPU, at::kFloat);
}

Run show(const Model& model, const Streams& streams, std::span<const at::Tensor> pictures,
         RunOptions options) {
  const at::NoGradGuard no_recording;
  std::vector<at::Tensor> there;
  for (const at::Tensor& one : pictures) there.push_back(one.to(at::Device(model.device())));
  return run_on(model, streams, there, std::move(options), false);
}

std::vector<at::Tensor> slopes(const Model& model, const Streams& streams,
                               std::span<const at::Tensor> pictures,
                               std::span<const Objective> rows) {
  const at::AutoGradMode record(true);
  std::vector<at::Tensor> leaves;
  for (const at::Tensor& one : pictures)
    leaves.push_back(one.detach().to(at::Device(model.device())).requires_grad_(true));
  const std::vector<at::Tensor> given = streams.inputs(leaves);
  std::vector<at::Tensor> detached;
  for (const at::Tensor& one : leaves) detached.push_back(one.detach());
  const Run run = run_on(model, streams, detached, run_options(rows), true);
  std::vector<std::string> names;
  for (std::size_t i = 0; i < given.size(); ++i) names.push_back(fmt::format("input:{}", i));
  std::vector<at::Tensor> pull = run.gradients(score(run, rows).sum(), names, false);
  for (std::size_t i = 0; i < pull.size(); ++i) pull[i] = pull[i].narrow(0, 0, given[i].size(0));
  auto found = torch::autograd::grad(given, leaves, pull, /*retain_graph=*/false,
                                     /*create_graph=*/false, /*allow_unused=*/true);
  for (std::size_t s = 0; s < found.size(); ++s)
    if (!found[s].defined()) found[s] = at::zeros_like(leaves[s]);
  return found;
}

}  // namespace praxiscope::optima
