// See clip_scores.h.
#include "studies/faithfulness/clip_scores.h"

#include "studies/faithfulness/curves.h"
#include "studies/faithfulness/localisation.h"
#include "studies/faithfulness/metrics.h"
#include "studies/faithfulness/pointing.h"

#include <ATen/ATen.h>

#include <algorithm>
#include <deque>
#include <functional>

namespace praxiscope::studies {
namespace {

using nlohmann::json;
using Tensors = std::vector<at::Tensor>;

/// Changed clips that wait for a forward, which is only full with others.
class Questions {
 public:
  Questions(const ScoredClip& scored, int batch, Progress& progress)
      : scored_(scored),
        batch_(static_cast<std::size_t>(std::max(batch, 1))),
        progress_(progress) {}

  /// `make` gives one [C,T,H,W] a model input; `answer` gets the class's probability.
  void ask(std::function<Tensors()> make, double* answer) {
    waiting_.emplace_back(std::move(make), answer);
  }

  void answer_all() {
    for (std::size_t begin = 0; begin < waiting_.size(); begin += batch_) {
      progress_.check_cancelled();
      const std::size_t end = std::min(begin + batch_, waiting_.size());
      std::vector<Tensors> inputs(scored_.clip.inputs.size());
      for (std::size_t i = begin; i < end; ++i) {
        const Tensors changed = waiting_[i].first();
        for (std::size_t k = 0; k < inputs.size(); ++k) inputs[k].push_back(changed[k]);
      }
      // A file that fixes the batch gets it full.
      const auto whole = static_cast<std::size_t>(scored_.model.fixed_batch().value_or(0));
      Tensors stacked;
      for (Tensors& each : inputs) {
        while (each.size() < whole) each.push_back(each.back());
        stacked.push_back(at::stack(each));
      }
      const Run run = scored_.model.run(stacked, {});
      const at::Tensor answers =
          probabilities(run).select(1, scored_.class_index).to(at::kCPU, at::kDouble);
      for (std::size_t i = begin; i < end; ++i)
        *waiting_[i].second = answers[static_cast<std::int64_t>(i - begin)].item<double>();
    }
    waiting_.clear();
  }

 private:
  const ScoredClip& scored_;
  std::size_t batch_;
  Progress& progress_;
  std::vector<std::pair<std::function<Tensors()>, double*>> waiting_;
};

/// What is asked of one explanation.
struct Answers {
  double kept = 0;
  std::vector<double> deletion, insertion, control;
};

class ClipScorer {
 public:
  ClipScorer(const ScoredClip& scored, const ScoreSettings& settings, Progress& progress)
      : scored_(scored), settings_(settings), questions_(scored, settings.batch, progress) {
    const std::vector<InputSpec>& specs = scored.model.manifest().inputs;
    for (std::size_t i = 0; i < scored.clip.inputs.size(); ++i) {
      const at::Tensor clip = scored.clip.inputs[i].tensor;
      clips_.push_back(clip);
      const auto fill = [&](methods::FillKind kind) {
        return methods::make_fill(kind, clip.unsqueeze(0), specs.at(i), settings.seed).squeeze(0);
      };
      baselines_.push_back(fill(settings.baseline));
      deletions_.push_back(fill(settings.deletion));
      insertions_.push_back(fill(settings.insertion));
    }
  }

  json score(const std::vector<ClipMaps>& explanations) {
    // Ends of the curves, the same for all explanations.
    questions_.ask([this] { return deletions_; }, &deleted_);
    questions_.ask([this] { return insertions_; }, &not_inserted_);
    questions_.ask([this] { return baselines_; }, &not_kept_);
    for (const ClipMaps& each : explanations) ask(each);
    questions_.answer_all();
    json scores = json::object();
    for (std::size_t i = 0; i < explanations.size(); ++i)
      scores[explanations[i].name] = told(answers_[i], explanations[i]);
    return scores;
  }

 private:
  /// The clips with each input's voxels of the first `step` of the order from elsewhere.
  Tensors replaced(const Tensors& clips, const Tensors& fills,
                   const std::vector<std::optional<RankedMask>>& masks, int step) const {
    Tensors out;
    for (std::size_t i = 0; i < clips.size(); ++i) {
      if (!masks[i]) {
        out.push_back(clips_[i]);
        continue;
      }
      const std::int64_t count =
          step_counts(masks[i]->voxels(), settings_.steps)[static_cast<std::size_t>(step)];
      out.push_back(
          replace_by_rank(clips[i], fills[i], *masks[i], std::vector<std::int64_t>{count})[0]);
    }
    return out;
  }

  void ask(const ClipMaps& each) {
    Answers& answers = answers_.emplace_back();
    const auto points = static_cast<std::size_t>(settings_.steps) + 1;
    for (auto* curve : {&answers.deletion, &answers.insertion, &answers.control})
      curve->assign(points, scored_.probability);
    auto masks = std::make_shared<std::vector<std::optional<RankedMask>>>();
    Tensors shares;
    for (std::size_t i = 0; i < clips_.size(); ++i) {
      const at::Tensor& map = each.maps[i];
      masks->emplace_back();
      shares.push_back(map.defined() ? normalised(map).to(clips_[i].device()) : at::Tensor());
      if (map.defined())
        masks->back().emplace(rank_voxels(map, settings_.seed), map.size(0), map.size(1),
                              map.size(2), clips_[i].device().str());
    }
    questions_.ask(
        [this, shares] {
          Tensors out;
          for (std::size_t i = 0; i < clips_.size(); ++i)
            out.push_back(shares[i].defined()
                              ? baselines_[i] + shares[i].unsqueeze(0) * (clips_[i] - baselines_[i])
                              : clips_[i]);
          return out;
        },
        &answers.kept);
    for (int step = 1; step < settings_.steps; ++step) {
      const auto at = static_cast<std::size_t>(step);
      questions_.ask([this, masks, step] { return replaced(clips_, deletions_, *masks, step); },
                     &answers.deletion[at]);
      questions_.ask([this, masks, step] { return replaced(insertions_, clips_, *masks, step); },
                     &answers.insertion[at]);
      questions_.ask([this, masks, step] { return replaced(baselines_, clips_, *masks, step); },
                     &answers.control[at]);
    }
  }

  json told(Answers& answers, const ClipMaps& maps) const {
    answers.deletion.back() = deleted_;
    answers.insertion.front() = not_inserted_;
    answers.control.front() = not_kept_;
    const double before = scored_.probability;
    json numbers{{"drop", {100 * relative_drop(before, answers.kept), 1}},
                 {"increase", {is_increase(before, answers.kept) ? 100 : 0, 1}},
                 {"insertion", {area_under(answers.insertion), 1}},
                 {"deletion", {area_under(answers.deletion), 1}},
                 {"control", {area_under(answers.control), 1}}};
    add_places(maps, numbers);
    return {{"kept", answers.kept},
            {"deletion", answers.deletion},
            {"insertion", answers.insertion},
            {"control", answers.control},
            {"numbers", std::move(numbers)}};
  }

  /// Against the truth of the first input that has both.
  void add_places(const ClipMaps& maps, json& numbers) const {
    for (std::size_t i = 0; i < scored_.truths.size(); ++i) {
      if (!scored_.truths[i] || !maps.maps[i].defined()) continue;
      add_where(maps.maps[i], *scored_.truths[i], numbers);
      add_when(maps.maps[i], *scored_.truths[i], numbers);
      return;
    }
  }

  void add_where(const at::Tensor& map, const Truth& truth, json& numbers) const {
    if (!truth.has_place()) return;
    constexpr double kSide = 224;
    const double tolerance =
        settings_.tolerance_px * static_cast<double>(std::min(map.size(1), map.size(2))) / kSide;
    const auto add_pointing = [&](const char* id, const Pointing& pointing) {
      if (pointing.counted == 0) return;
      const auto counted = static_cast<double>(pointing.counted);
      numbers[id] = {100 * pointing.hits / counted, counted};
    };
    add_pointing("pointing", point_in_clip(map, truth.volume, truth.is_annotated, tolerance));
    add_pointing("frame_pointing",
                 point_in_frames(map, truth.volume, truth.is_annotated, tolerance));
    const at::Tensor bright = normalised(map);
    constexpr std::array<std::pair<const char*, double>, 3> kDeltas{
        {{"tube_iou_0", 0.0}, {"tube_iou_25", 0.25}, {"tube_iou_50", 0.5}}};
    for (const auto& [id, delta] : kDeltas) {
      if (const auto found = localisation(bright, truth.volume, truth.is_annotated, delta)) {
        numbers[id] = {found->volume, 1};
        numbers[std::string(id) + "_frames"] = {found->frame_mean, 1};
      }
    }
  }

  static void add_when(const at::Tensor& map, const Truth& truth, json& numbers) {
    if (!truth.is_action) return;
    const at::Tensor profile = temporal_profile(normalised(map), ProfileKind::kMean);
    constexpr double kHalf = 0.5;
    if (const auto overlap = temporal_iou(profile, *truth.is_action, kHalf))
      numbers["temporal_iou"] = {*overlap, 1};
    if (const auto moment = strongest_moment(profile, *truth.is_action, *truth.action_distance_s)) {
      numbers["when"] = {100 * moment->hits, 1};
      numbers["when_missed_s"] = {moment->missed_s, 1};
    }
  }

  const ScoredClip& scored_;
  const ScoreSettings& settings_;
  Questions questions_;
  Tensors clips_, baselines_, deletions_, insertions_;  ///< one an input
  double deleted_ = 0, not_inserted_ = 0, not_kept_ = 0;
  std::deque<Answers> answers_;  ///< one an explanation; stays where it is while others come
};

}  // namespace

const std::vector<Measure>& measures() {
  static const std::vector<Measure> table{
      {"drop", "Average drop %", "share of the probability lost when only the map's part is shown",
       true, false, false},
      {"increase", "Increase %", "clips whose class becomes more probable by that", true, true,
       false},
      {"insertion", "Insertion", "mean probability while voxels appear, the map's best first",
       false, true, false},
      {"deletion", "Deletion", "mean probability while voxels vanish, the map's best first", false,
       false, false},
      {"control", "Kept", "as insertion, into the fill of average drop: the larger-map control",
       false, true, false},
      {"stability", "Stability", "rank correlation of neighbouring clips' maps where they overlap",
       false, true, false},
      {"randomized", "Randomized", "rank correlation with the map of a network with random weights",
       false, false, false},
      {"pointing", "Pointing %", "largest voxel of the clip on the truth", true, true, true},
      {"frame_pointing", "Per frame %", "largest pixel of each frame on the truth", true, true,
       true},
      {"tube_iou_0", "Tube IoU 0", "bright part (above 0) against the truth, in space-time", false,
       true, true},
      {"tube_iou_25", "IoU 0.25", "the same above a quarter of the maximum", false, true, true},
      {"tube_iou_50", "IoU 0.5", "the same above half of the maximum", false, true, true},
      {"temporal_iou", "When IoU", "frames above half of the strongest against the action", false,
       true, true},
      {"when", "When %", "strongest frame inside the action", true, true, true}};
  return table;
}

json score_maps(const ScoredClip& scored, const std::vector<ClipMaps>& explanations,
                const ScoreSettings& settings, Progress& progress) {
  return ClipScorer(scored, settings, progress).score(explanations);
}

}  // namespace praxiscope::studies
