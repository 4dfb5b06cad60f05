// Score-CAM: each channel's own map masks the clip, and what the network still says weighs it. No
// gradients; one forward a channel.
#include "methods/support/channel_method.h"
#include "methods/support/fills.h"
#include "methods/support/layer_method.h"
#include "methods/support/probes.h"
#include "methods/support/upsample.h"

#include <limits>

namespace praxiscope::methods {
namespace {

constexpr OptionSpec kOptions[] = {
    {"channels", "all", "text", "all, or how many: those that vary most; one forward each"},
};

/// A channel's map at the clip's size, from its least value (0) to its largest (1): [T,H,W].
at::Tensor mask_of(const at::Tensor& channel, const at::Tensor& clip) {
  const at::Tensor fine =
      upsample(channel.unsqueeze(0), clip.size(1), clip.size(2), clip.size(3))[0];
  const at::Tensor lo = fine.min(), spread = fine.max() - lo;
  return (fine - lo) / spread.clamp_min(std::numeric_limits<float>::min());
}

/// The clips under the layer, and what is left of them where a mask is 0. Black in the picture, as
/// in the paper: a prepared tensor times a mask would fade to the data set's mean colour instead.
struct Masked {
  std::vector<at::Tensor> clips;  ///< [C,T,H,W], all inputs
  std::vector<at::Tensor> black;

  explicit Masked(const ChannelTrial& trial) {
    const MethodInput& input = trial.input;
    for (std::size_t i = 0; i < input.run.inputs.size(); ++i) {
      const at::Tensor clip =
          input.run.inputs[i].detach().narrow(0, static_cast<std::int64_t>(trial.clip), 1);
      clips.push_back(clip[0]);
      black.push_back(
          make_fill(FillKind::kBlack, clip, input.model.manifest().inputs[i], input.seed)[0]);
    }
  }
  std::vector<at::Tensor> by(const at::Tensor& channel,
                             const std::vector<std::size_t>& inputs) const {
    std::vector<at::Tensor> copy = clips;
    for (const std::size_t i : inputs)
      copy[i] = black[i] + (clips[i] - black[i]) * mask_of(channel, clips[i]);
    return copy;
  }
};

/// alpha_k = softmax over k of S(x masked by A^k): [K,C']. (The paper's score of an empty clip is
/// the same for all k, so the softmax takes it out.) A channel with one value everywhere has no
/// mask and no weight.
at::Tensor weights(const ChannelTrial& trial, Progress& progress) {
  const Masked masked(trial);
  const at::Tensor flat = trial.activation.flatten(1);
  const at::Tensor varies = (flat.amax(1) > flat.amin(1)).to(at::kCPU);
  const at::Tensor tried = varies.nonzero().flatten();
  at::Tensor scores = at::full({static_cast<std::int64_t>(trial.channels.size()),
                                static_cast<std::int64_t>(trial.input.targets[trial.clip].size())},
                               -std::numeric_limits<float>::infinity());
  if (tried.numel() == 0) return at::zeros_like(scores).t();
  const Copies copies{.clip = trial.clip,
                      .count = tried.numel(),
                      .make =
                          [&](std::int64_t index) {
                            const auto channel = tried[index].item<std::int64_t>();
                            return masked.by(trial.activation[channel], trial.inputs);
                          },
                      .options = {},
                      .prepare = nullptr};
  scores.index_copy_(0, tried, scores_of_copies(trial.input, copies, ScoreKind::kLogit, progress));
  return scores.softmax(0).t();
}

std::unique_ptr<Method> make(const Model&, const std::string& layer, const OptionValues& options) {
  return make_channel_method({.id = "score_cam",
                              .layer = layer,
                              .variant = variant_of(kOptions, options, {"channels"}),
                              .channels = channels_option("score_cam", options.text("channels"))},
                             &weights);
}

}  // namespace

extern const MethodInfo score_cam{
    .id = "score_cam",
    .title = "Score-CAM",
    .summary = "channels weighted by the score of the clip they mask",
    .source = "Wang et al., CVPR workshop 2020, algorithm 1; over time, height and width",
    .is_signed = false,
    .is_layer_based = true,
    .options = kOptions,
    .make = &make,
};

}  // namespace praxiscope::methods
