// RISE: the network is asked about the clip behind many random masks; a cell's value is the mean
// answer over the masks that show it.
#include "core/text.h"
#include "methods/support/boxes.h"
#include "methods/support/fills.h"
#include "methods/support/input_method.h"
#include "methods/support/layer_method.h"
#include "methods/support/probes.h"
#include "methods/support/random_masks.h"

#include "praxiscope/error.h"

#include <ATen/core/grad_mode.h>
#include <fmt/format.h>

#include <cmath>

namespace praxiscope::methods {
namespace {

constexpr OptionSpec kOptions[] = {
    {"masks", "1000", "int",
     "forwards; the error falls with their root, and is told beside the map"},
    {"probability", "0.5", "float", "that a grid cell is shown, between 0 and 1"},
    {"grid", "4x7x7", "text", "cells of a mask over time, height and width"},
    {"fill", "black", kFillNames, "what stands where a mask hides the clip"},
    {"score", "probability", "logit|probability", "what is asked of a class"},
    {"center", "on", "on|off",
     "subtract the mean answer, so that 0 is no influence; off: the paper"},
};

struct Settings {
  std::int64_t masks = 0;
  double probability = 0.5;
  std::array<std::int64_t, 3> grid{};
  FillKind fill = FillKind::kBlack;
  ScoreKind score = ScoreKind::kProbability;
  bool is_centered = true;
  std::string variant;
};

/// Sums over masks, from which map and error follow: S score, M mask.
class MaskSums {
 public:
  MaskSums(at::IntArrayRef size, std::int64_t targets)
      : mask_(at::zeros(size, at::kDouble)),
        square_(at::zeros(size, at::kDouble)),
        targets_(static_cast<std::size_t>(targets)) {
    for (OfTarget& sums : targets_) {
      sums.score = at::zeros(size, at::kDouble);
      sums.first = at::zeros(size, at::kDouble);
      sums.second = at::zeros(size, at::kDouble);
    }
  }

  /// @param scores  [K].
  void add(const at::Tensor& mask, const at::Tensor& scores) {
    const at::Tensor square = mask * mask;
    mask_.add_(mask);
    square_.add_(square);
    ++count_;
    for (std::size_t k = 0; k < targets_.size(); ++k) {
      const double score = scores[static_cast<std::int64_t>(k)].item<double>();
      OfTarget& sums = targets_[k];
      sums.score.add_(mask, score);
      sums.first.add_(square, score);
      sums.second.add_(square, score * score);
      sums.total += score;
    }
  }

  double mean_score(std::size_t k) const { return targets_[k].total / static_cast<double>(count_); }
  /// sum(S M) / sum(M): the mean score of the masks that show a cell, [T,H,W] f64. Where no mask
  /// shows one, nothing is known of it, and it has the mean of all.
  at::Tensor map(std::size_t k) const {
    return at::where(mask_ > 0, targets_[k].score / mask_, at::full_like(mask_, mean_score(k)));
  }
  /// Root mean square over cells of the map's standard error: that of a ratio of sums,
  /// sqrt(sum M^2 (S - map)^2) / sum M.
  double standard_error(std::size_t k) const {
    const at::Tensor m = map(k);
    const OfTarget& sums = targets_[k];
    const at::Tensor spread = sums.second - 2 * m * sums.first + m * m * square_;
    const at::Tensor error = spread / (mask_ * mask_);
    return std::sqrt(at::where(mask_ > 0, error, at::zeros_like(error)).mean().item<double>());
  }

 private:
  struct OfTarget {
    at::Tensor score;          ///< sum S M
    at::Tensor first, second;  ///< sum S M^2, sum S^2 M^2
    double total = 0;          ///< sum S
  };
  at::Tensor mask_, square_;  ///< sum M, sum M^2
  std::vector<OfTarget> targets_;
  std::int64_t count_ = 0;
};

class Rise : public Method {
 public:
  explicit Rise(Settings settings) : settings_(std::move(settings)) {}

  MethodNeeds needs() const override { return {}; }
  MethodResults explain(const MethodInput& input, Progress& progress) const override;

 private:
  MaskSums ask(const MethodInput& input, std::size_t clip, std::size_t of,
               Progress& progress) const;
  Attribution attribution(const MaskSums& sums, std::size_t k, const Target& target) const;

  Settings settings_;
};

MaskSums Rise::ask(const MethodInput& input, std::size_t clip, std::size_t of,
                   Progress& progress) const {
  std::vector<at::Tensor> whole;
  for (const at::Tensor& clips : input.run.inputs)
    whole.push_back(clips.detach().select(0, static_cast<std::int64_t>(clip)));
  const at::Tensor shown = whole[of];
  const at::Tensor fill = make_fill(settings_.fill, shown.unsqueeze(0),
                                    input.model.manifest().inputs[of], input.seed)[0];
  const RandomMasks masks({.count = settings_.masks,
                           .probability = settings_.probability,
                           .grid = settings_.grid,
                           .clip = {shown.size(1), shown.size(2), shown.size(3)},
                           .seed = input.seed});
  MaskSums sums(shown.sizes().slice(1), static_cast<std::int64_t>(input.targets[clip].size()));
  const MakeCopy make = [&](std::int64_t index) {
    std::vector<at::Tensor> copy = whole;
    copy[of] = fill + (shown - fill) * masks(index).to(shown.device());
    return copy;
  };
  const SeeCopies see = [&](const MethodInput& asked, std::int64_t begin, std::int64_t rows) {
    const at::Tensor scores = all_target_values(asked, settings_.score);
    for (std::int64_t i = 0; i < rows; ++i) sums.add(masks(begin + i), scores[i]);
  };
  const Copies copies{
      .clip = clip, .count = settings_.masks, .make = make, .options = {}, .prepare = nullptr};
  run_copies(input, copies, see, progress);
  return sums;
}

Attribution Rise::attribution(const MaskSums& sums, std::size_t k, const Target& target) const {
  Attribution result;
  result.method = "rise";
  result.variant = settings_.variant;
  result.target = target;
  const at::Tensor map = settings_.is_centered ? sums.map(k) - sums.mean_score(k) : sums.map(k);
  result.coarse = result.volume = map.to(at::kFloat);
  // Probabilities of classes are never negative; logits, contrasts and units may be.
  result.is_signed = settings_.is_centered || settings_.score == ScoreKind::kLogit ||
                     target.kind != Target::Kind::kClass;
  result.measures["masks"] = static_cast<double>(settings_.masks);
  result.measures["mean score"] = sums.mean_score(k);
  result.measures["standard error"] = sums.standard_error(k);
  return result;
}

MethodResults Rise::explain(const MethodInput& input, Progress& progress) const {
  const at::NoGradGuard no_recording;
  MethodResults results = empty_results(input);
  if (targets_per_clip(input) == 0) return results;
  for (std::size_t n = 0; n < results.size(); ++n) {
    for (std::size_t i = 0; i < input.run.inputs.size(); ++i) {
      const MaskSums sums = ask(input, n, i, progress);
      for (std::size_t k = 0; k < results[n].size(); ++k) {
        Attribution result = attribution(sums, k, input.targets[n][k]);
        result.input = input.run.input_names[i];
        results[n][k].push_back(std::move(result));
      }
    }
  }
  return results;
}

[[noreturn]] void refuse(const char* option, const std::string& found, const char* expected) {
  throw Error(ErrorKind::kUsage, fmt::format("rise: option {}: found {}, expected {}", option,
                                             in_quotes(found), expected));
}

std::unique_ptr<Method> make(const Model&, const std::string&, const OptionValues& options) {
  Settings settings{
      .masks = options.integer("masks"),
      .probability = options.number("probability"),
      .fill = find_fill(options.text("fill")),
      .score = find_score_kind(options.text("score")),
      .is_centered = options.text("center") == "on",
      .variant = variant_of(kOptions, options, {"masks", "probability", "grid", "fill", "score"})};
  constexpr std::int64_t kMostMasks = 1'000'000;  // their grids lie in memory
  if (settings.masks < 1 || settings.masks > kMostMasks)
    refuse("masks", options.text("masks"), "1 to 1000000");
  if (!(settings.probability > 0 && settings.probability < 1))
    refuse("probability", options.text("probability"), "a number between 0 and 1, both excluded");
  const std::optional<Extent> grid = find_extent(options.text("grid"));
  for (std::size_t axis = 0; axis < 3; ++axis) {
    if (!grid || !(*grid)[axis])
      refuse("grid", options.text("grid"), "cells over time, height and width, as in 4x7x7");
    settings.grid[axis] = *(*grid)[axis];
  }
  return std::make_unique<Rise>(std::move(settings));
}

}  // namespace

extern const MethodInfo rise{
    .id = "rise",
    .title = "RISE",
    .summary = "mean answer behind the random masks that show a cell",
    .source = "Petsiuk et al., BMVC 2018, eq. 6; masks over time, height and width",
    .reading = "finds evidence for and against",
    .is_signed = true,
    .is_layer_based = false,
    .options = kOptions,
    .make = &make,
};

}  // namespace praxiscope::methods
