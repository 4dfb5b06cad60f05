// Ablation-CAM: a channel weighs what the target loses without it. No gradients; every channel is a
// forward above the layer.
#include "methods/support/channel_method.h"
#include "methods/support/layer_method.h"
#include "methods/support/probes.h"

namespace praxiscope::methods {
namespace {

constexpr OptionSpec kOptions[] = {
    {"channels", "all", "text", "all, or how many: those that vary most; one forward each"},
};

/// S_k: the targets' values with each channel of the layer 0 in turn, [C',K]. The one place that
/// knows how this is computed: copies of the clip in one forward, copy i without channel i.
at::Tensor scores_without_each(const ChannelTrial& trial, const std::string& layer,
                               Progress& progress) {
  const Run& run = trial.input.run;
  const auto count = static_cast<std::int64_t>(trial.channels.size());
  const auto remove = [&trial, count](std::int64_t begin, const at::Tensor& output) {
    at::Tensor changed = output.clone();
    const at::Tensor channels = trial.view(changed);
    for (std::int64_t i = 0; i < channels.size(0); ++i) {
      const auto at = static_cast<std::size_t>(std::min(begin + i, count - 1));
      channels.select(0, i).select(0, trial.channels[at]).zero_();
    }
    return changed;
  };
  const auto same_clip = [&](std::int64_t) {
    std::vector<at::Tensor> copy;
    for (const at::Tensor& clip : run.inputs)
      copy.push_back(clip.detach().select(0, static_cast<std::int64_t>(trial.clip)));
    return copy;
  };
  const Copies copies{.clip = trial.clip,
                      .count = count,
                      .make = same_clip,
                      .options = {},
                      .prepare = [&](std::int64_t begin, RunOptions& options) {
                        options.replace[layer] = [&remove, begin](const at::Tensor& output) {
                          return remove(begin, output);
                        };
                      }};
  return scores_of_copies(trial.input, copies, ScoreKind::kLogit, progress);
}

/// w_k = (S - S_k) / |S|: [K,C']. The paper divides by S, which it takes to be positive; |S| is the
/// same there and does not turn evidence round where a logit or a contrast is negative.
at::Tensor weights(const ChannelTrial& trial, const std::string& layer, Progress& progress) {
  const at::Tensor whole = all_target_values(trial.input, ScoreKind::kLogit)
                               .select(0, static_cast<std::int64_t>(trial.clip));  // [K]
  const at::Tensor size = at::where(whole == 0, at::ones_like(whole), whole.abs());
  return ((whole - scores_without_each(trial, layer, progress)) / size).t();
}

std::unique_ptr<Method> make(const Model&, const std::string& layer, const OptionValues& options) {
  return make_channel_method(
      {.id = "ablation_cam",
       .layer = layer,
       .variant = variant_of(kOptions, options, {"channels"}),
       .channels = channels_option("ablation_cam", options.text("channels"))},
      [layer](const ChannelTrial& trial, Progress& progress) {
        return weights(trial, layer, progress);
      });
}

}  // namespace

extern const MethodInfo ablation_cam{
    .id = "ablation_cam",
    .title = "Ablation-CAM",
    .summary = "channels weighted by the target's loss without them",
    .source = "Desai and Ramaswamy, WACV 2020, eq. 3-4; over time, height and width",
    .is_signed = false,
    .is_layer_based = true,
    .options = kOptions,
    .make = &make,
};

}  // namespace praxiscope::methods
