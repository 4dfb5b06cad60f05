// See channel_method.h.
#include "methods/support/channel_method.h"

#include "core/text.h"
#include "methods/support/input_method.h"
#include "methods/support/target_score.h"
#include "methods/support/upsample.h"

#include "praxiscope/error.h"

#include <ATen/core/grad_mode.h>
#include <fmt/format.h>

#include <algorithm>
#include <charconv>

namespace praxiscope::methods {
namespace {

class ChannelMethod : public Method {
 public:
  ChannelMethod(ChannelMethodSettings settings, ChannelWeights weights)
      : settings_(std::move(settings)), weights_(std::move(weights)) {}

  MethodNeeds needs() const override { return {.taps = {settings_.layer}}; }
  MethodResults explain(const MethodInput& input, Progress& progress) const override;

 private:
  std::vector<std::int64_t> chosen(const at::Tensor& activation) const;
  at::Tensor coarse_maps(const ChannelTrial& trial, Progress& progress) const;
  void add_maps(const ChannelTrial& trial, const at::Tensor& coarse, MethodResults& results) const;

  ChannelMethodSettings settings_;
  ChannelWeights weights_;
};

/// The channels of [C,T',H',W'] to try, in rising order, so that sums do not depend on ties.
std::vector<std::int64_t> ChannelMethod::chosen(const at::Tensor& activation) const {
  const std::int64_t count = activation.size(0);
  at::Tensor order = at::arange(count, at::kLong);
  if (settings_.channels > 0 && settings_.channels < count) {
    const at::Tensor spread = activation.flatten(1).var(1, /*unbiased=*/false).to(at::kCPU);
    order = std::get<0>(spread.argsort(/*stable=*/true, 0, /*descending=*/true)
                            .narrow(0, 0, settings_.channels)
                            .sort());
  }
  return {order.data_ptr<std::int64_t>(), order.data_ptr<std::int64_t>() + order.numel()};
}

/// [K,T',H',W'].
at::Tensor ChannelMethod::coarse_maps(const ChannelTrial& trial, Progress& progress) const {
  const at::Tensor& activation = trial.activation;
  if ((activation == activation.flatten().select(0, 0)).all().item<bool>()) {
    progress.warn(
        fmt::format("{}: layer {} has the same value everywhere; its channels say nothing",
                    settings_.id, in_quotes(settings_.layer)));
  }
  const at::Tensor weights = weights_(trial, progress).to(activation.device());
  const at::Tensor flat = at::mm(weights, activation.flatten(1)).clamp_min(0);
  return flat.view({-1, activation.size(1), activation.size(2), activation.size(3)});
}

void ChannelMethod::add_maps(const ChannelTrial& trial, const at::Tensor& coarse,
                             MethodResults& results) const {
  const Run& run = trial.input.run;
  for (const std::size_t i : trial.inputs) {
    const at::Tensor& clip = run.inputs[i];
    const at::Tensor volumes = upsample(coarse, clip.size(2), clip.size(3), clip.size(4));
    for (std::size_t k = 0; k < results[trial.clip].size(); ++k) {
      Attribution result;
      result.method = settings_.id;
      result.variant = settings_.variant;
      if (trial.view.has_channels_last())
        result.variant += result.variant.empty() ? "layout=NTHWC" : ",layout=NTHWC";
      result.layer = settings_.layer;
      result.input = run.input_names[i];
      result.target = trial.input.targets[trial.clip][k];
      result.coarse = coarse.select(0, static_cast<std::int64_t>(k));
      result.volume = volumes.select(0, static_cast<std::int64_t>(k));
      result.measures["channels"] = static_cast<double>(trial.channels.size());
      results[trial.clip][k].push_back(std::move(result));
    }
  }
}

MethodResults ChannelMethod::explain(const MethodInput& input, Progress& progress) const {
  const at::NoGradGuard no_recording;
  MethodResults results = empty_results(input);
  if (targets_per_clip(input) == 0) return results;
  const auto tap = input.run.activations.find(settings_.layer);
  if (tap == input.run.activations.end()) {
    throw Error(ErrorKind::kInternal, fmt::format("{}: the run did not keep layer {}", settings_.id,
                                                  in_quotes(settings_.layer)));
  }
  const std::vector<std::size_t> inputs =
      inputs_under(settings_.layer, input.model.manifest(), input.run.input_names);
  const LayerView view(settings_.id, settings_.layer, tap->second,
                       input.run.inputs[inputs.front()]);
  const at::Tensor activations = view(tap->second.detach()).to(at::kFloat);
  for (std::size_t n = 0; n < results.size(); ++n) {
    progress.check_cancelled();
    const at::Tensor activation = activations.select(0, static_cast<std::int64_t>(n));
    const std::vector<std::int64_t> channels = chosen(activation);
    const at::Tensor rows = at::tensor(channels, at::kLong).to(activation.device());
    const ChannelTrial trial{.input = input,
                             .clip = n,
                             .channels = channels,
                             .activation = activation.index_select(0, rows),
                             .view = view,
                             .inputs = inputs};
    add_maps(trial, coarse_maps(trial, progress), results);
  }
  return results;
}

}  // namespace

std::unique_ptr<Method> make_channel_method(ChannelMethodSettings settings,
                                            ChannelWeights weights) {
  return std::make_unique<ChannelMethod>(std::move(settings), std::move(weights));
}

std::int64_t channels_option(std::string_view method, const std::string& text) {
  if (text == "all") return 0;
  std::int64_t count = 0;
  const char* const end = text.data() + text.size();
  const auto [rest, error] = std::from_chars(text.data(), end, count);
  if (error != std::errc() || rest != end || count < 1) {
    throw Error(ErrorKind::kUsage,
                fmt::format("{}: option channels: found {}, expected all, or a number from 1 on",
                            method, in_quotes(text)));
  }
  return count;
}

}  // namespace praxiscope::methods
