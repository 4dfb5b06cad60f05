// The cascading randomization check. See plan.h.
#include "studies/faithfulness/metrics.h"
#include "studies/faithfulness/plan.h"
#include "studies/faithfulness/similarity.h"

#include "praxiscope/error.h"

#include <ATen/ATen.h>
#include <fmt/format.h>

#include <algorithm>
#include <cmath>

namespace praxiscope::studies {
namespace {

using nlohmann::json;

constexpr int kStages = 5;

/// The first clip of each of the first inputs, explained by the trained network.
std::vector<ClipResult> explain_some(const StudyContext& context, const FaithfulnessPlan& plan,
                                     const Explainer& explainer,
                                     const std::vector<Target>& classes) {
  std::vector<ClipResult> originals;
  const auto enough = static_cast<std::size_t>(plan.random_clips);
  for (std::size_t i = 0; i < context.inputs.names().size() && originals.size() < enough; ++i) {
    bool is_taken = false;
    try {
      context.inputs.walk(i, [&](std::vector<Clip> clips) {
        if (clips.empty() || std::exchange(is_taken, true)) return;
        clips.resize(1);
        std::vector<std::vector<Target>> fixed;
        if (!classes.empty()) fixed = {{classes.at(i)}};
        originals.push_back(
            std::move(explainer.run(std::move(clips), context.progress, fixed).front()));
      });
    } catch (const Error& error) {
      if (error.kind() != ErrorKind::kInput) throw;  // said when its clips were scored
    }
  }
  return originals;
}

/// Means over clips of how alike two networks' maps are, by method.
struct Likeness {
  std::vector<double> rank_sum, ssim_sum;
  std::vector<int> ranks, ssims;

  explicit Likeness(std::size_t methods)
      : rank_sum(methods), ssim_sum(methods), ranks(methods), ssims(methods) {}

  void add(std::size_t method, const at::Tensor& a, const at::Tensor& b) {
    const at::Tensor x = a.to(at::kCPU, at::kFloat), y = b.to(at::kCPU, at::kFloat);
    if (const auto alike = spearman(x, y)) rank_sum[method] += *alike, ++ranks[method];
    ssim_sum[method] += ssim(normalised(x), normalised(y));
    ++ssims[method];
  }
};

void compare(const std::vector<ClipResult>& originals, const Explainer& explainer,
             const Explainer& other, Progress& progress, Likeness& likeness) {
  const std::vector<std::size_t> owners = explainer.methods_of_maps();
  for (const ClipResult& original : originals) {
    progress.check_cancelled();
    const std::vector<ClipResult> changed =
        other.run({original.clip}, progress, {original.targets});
    for (std::size_t i = 0; i < original.attributions.size(); ++i)
      likeness.add(owners.at(i), original.attributions[i].volume,
                   changed.front().attributions.at(i).volume);
  }
  progress.advance(static_cast<std::int64_t>(originals.size()));
}

/// A random network's maps are often constant; that is the point here and no news.
class QuietProgress final : public Progress {
 public:
  explicit QuietProgress(Progress& whole) : whole_(whole) {}
  void advance(std::int64_t units) override { whole_.advance(units); }
  bool is_cancelled() const noexcept override { return whole_.is_cancelled(); }

 private:
  Progress& whole_;
};

}  // namespace

json randomization_check(const StudyContext& context, const FaithfulnessPlan& plan,
                         const std::vector<Target>& classes) {
  const std::size_t operators = context.model.weighted_operators();
  if (plan.random_clips == 0 || operators == 0) return json::object();
  const Explainer explainer(context.model, plan.methods, {plan.wish()}, 1, context.seed,
                            context.batch);
  const std::vector<ClipResult> originals = explain_some(context, plan, explainer, classes);
  if (originals.empty()) return json::object();
  context.progress.begin("randomizing the network",
                         kStages * static_cast<std::int64_t>(originals.size()));
  QuietProgress quiet(context.progress);
  json out{{"shares", json::array()}, {"clips", originals.size()}, {"methods", json::object()}};
  for (int stage = 1; stage <= kStages; ++stage) {
    const double share = static_cast<double>(stage) / kStages;
    const auto count =
        static_cast<std::size_t>(std::lround(share * static_cast<double>(operators)));
    const auto forgetful =
        context.model.with_random_weights(std::max<std::size_t>(count, 1), context.seed);
    const Explainer other(*forgetful, plan.methods, {plan.wish()}, 1, context.seed, context.batch);
    Likeness likeness(plan.names.size());
    compare(originals, explainer, other, quiet, likeness);
    out["shares"].push_back(share);
    for (std::size_t m = 0; m < plan.names.size(); ++m) {
      json& entry = out["methods"][plan.names[m]];
      const auto mean = [](double sum, int n) { return n > 0 ? json(sum / n) : json(nullptr); };
      entry["spearman"].push_back(mean(likeness.rank_sum[m], likeness.ranks[m]));
      entry["ssim"].push_back(mean(likeness.ssim_sum[m], likeness.ssims[m]));
    }
  }
  return out;
}

}  // namespace praxiscope::studies
