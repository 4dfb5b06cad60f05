// See optima.h.
#include "studies/fusion/optima.h"

#include "optima/maximizer.h"
#include "studies/fusion/units.h"

#include <ATen/ATen.h>

#include <algorithm>

namespace praxiscope::studies {
namespace {

/// As `maximize` has them at the speed medium.
constexpr optima::Priors kPriors{.energy = 0.5, .alpha = 3, .kappa = 2, .chi = 2};
/// Of the activations that the priors are weighed against.
constexpr int kFreeSteps = 24;

class Driver {
 public:
  Driver(const Model& model, const std::string& layer, const StreamPair& example,
         const std::array<at::Tensor, 2>& means, const DriveSettings& settings, Progress& progress)
      : model_(model),
        layer_(layer),
        streams_(model.manifest(), {{size_of(example[0]), size_of(example[1])}}),
        settings_(settings),
        progress_(progress) {
    taken_ = optima::before_rectifier(model, layer, example);
    std::vector<at::Tensor> still;
    for (std::size_t s = 0; s < means.size(); ++s)
      still.push_back(means.at(s)
                          .to(at::kFloat)
                          .reshape({1, -1, 1, 1, 1})
                          .expand(example.at(s).sizes())
                          .contiguous());
    for (const at::Tensor& one : streams_.pictures(still)) still_.push_back(one[0].to(at::kCPU));
  }

  std::map<std::int64_t, StreamValues> drive(std::span<const std::int64_t> channels) {
    struct Asked {
      std::int64_t channel;
      Streams streams;
    };
    std::vector<Asked> asked;
    std::vector<optima::Wish> wishes;
    std::map<std::int64_t, StreamValues> found;
    const std::map<std::int64_t, double> a_hat = measure(channels);
    for (const std::int64_t channel : channels) {
      found[channel][kNeither] = strength(still_, channel);
      for (const Streams streams : {kFirstAlone, kSecondAlone, kTogether}) {
        asked.push_back({channel, streams});
        wishes.push_back(wish_of(channel, streams, a_hat.at(channel)));
      }
    }
    progress_.begin("optimized units", static_cast<std::int64_t>(wishes.size()) * settings_.steps);
    const auto most = static_cast<std::size_t>(std::max(settings_.batch, 1));
    for (std::size_t begin = 0; begin < wishes.size(); begin += most) {
      const std::size_t count = std::min(most, wishes.size() - begin);
      const auto optima_found = climb({wishes.data() + begin, count}, settings_.steps);
      progress_.check_cancelled();
      for (std::size_t k = 0; k < count; ++k) {
        const Asked& one = asked[begin + k];
        found[one.channel][one.streams] = strength(optima_found[k].streams, one.channel);
      }
    }
    return found;
  }

 private:
  static std::array<std::int64_t, 3> size_of(const at::Tensor& stream) {
    return {stream.size(2), stream.size(3), stream.size(4)};
  }

  optima::Wish wish_of(std::int64_t channel, Streams streams, double a_hat) const {
    optima::Wish wish;
    wish.objective.target.kind = Target::Kind::kUnit;
    wish.objective.target.layer = taken_;
    wish.objective.target.channel = channel;
    wish.objective.place = optima::Place::kMean;
    wish.objective.a_hat = a_hat;
    wish.start.resize(still_.size());
    for (std::size_t s = 0; s < still_.size(); ++s) {
      wish.priors.push_back(kPriors);
      const bool is_free = ((static_cast<std::size_t>(streams) >> s) & 1U) != 0;
      wish.is_fixed.push_back(!is_free);
      if (!is_free) wish.start[s] = still_[s];
    }
    return wish;
  }

  /// What a few steps without priors reach, by channel.
  std::map<std::int64_t, double> measure(std::span<const std::int64_t> channels) {
    std::map<std::int64_t, double> reached;
    const auto most = static_cast<std::size_t>(std::max(settings_.batch, 1));
    for (std::size_t begin = 0; begin < channels.size(); begin += most) {
      std::vector<optima::Wish> wishes;
      for (std::size_t k = begin; k < std::min(begin + most, channels.size()); ++k) {
        wishes.push_back(wish_of(channels[k], kTogether, 1));
        for (optima::Priors& priors : wishes.back().priors) priors = {};
      }
      const auto found = climb(wishes, kFreeSteps);
      progress_.check_cancelled();
      for (std::size_t k = 0; k < found.size(); ++k)
        reached[channels[begin + k]] = std::max(std::abs(found[k].score), 1e-6);
    }
    return reached;
  }

  std::vector<optima::Optimum> climb(std::span<const optima::Wish> wishes, int steps) {
    optima::MaximizeSettings settings{.steps = steps};
    settings.seed = settings_.seed;
    settings.views = {.shift = 0.05, .shift_frames = 1};
    if (steps == settings_.steps) {
      settings.watch = [&](int, double) {
        progress_.advance(static_cast<std::int64_t>(wishes.size()));
        return true;
      };
    }
    return optima::maximize(model_, streams_, wishes, settings, progress_);
  }

  double strength(const std::vector<at::Tensor>& clip, std::int64_t channel) const {
    std::vector<at::Tensor> pictures;
    for (const at::Tensor& one : clip) pictures.push_back(one.unsqueeze(0));
    RunOptions options;
    options.taps = {layer_};
    options.stop_after = layer_;
    const at::Tensor activation =
        optima::show(model_, streams_, pictures, options).activations.at(layer_);
    return strength_of(activation[0][channel]);
  }

  const Model& model_;
  const std::string& layer_;
  optima::Streams streams_;
  DriveSettings settings_;
  Progress& progress_;
  std::string taken_;              ///< the layer that is climbed: before the rectifier
  std::vector<at::Tensor> still_;  ///< per stream [C,T,H,W] centred: its mean everywhere
};

}  // namespace

std::map<std::int64_t, StreamValues> drive_by_optima(const Model& model, const std::string& layer,
                                                     std::span<const std::int64_t> channels,
                                                     const StreamPair& example,
                                                     const std::array<at::Tensor, 2>& means,
                                                     const DriveSettings& settings,
                                                     Progress& progress) {
  if (channels.empty() || settings.steps <= 0) return {};
  return Driver(model, layer, example, means, settings, progress).drive(channels);
}

}  // namespace praxiscope::studies
