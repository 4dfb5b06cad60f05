// Clips of two streams that are known by heart, and networks over them that are worked out by hand.
#pragma once

#include "methods/fake_model.h"

#include "praxiscope/error.h"
#include "praxiscope/study.h"

#include <ATen/ATen.h>

#include <functional>
#include <memory>
#include <string>
#include <utility>
#include <vector>

namespace praxiscope::testing {

/// A clip of 4 frames, 8x8 px, 10 frames a second: stream 1 is `first` everywhere, stream 2
/// `second`. Source px are twice the clip's, from (10, 20) on.
inline Clip clip_of(double first, double second, std::int64_t index = 0) {
  Clip clip;
  clip.index = index;
  for (const auto& [name, value] : {std::pair("rgb", first), std::pair("flow", second)}) {
    ClipInput input;
    input.name = name;
    input.tensor = at::full({1, 4, 8, 8}, value, at::kFloat);
    for (int t = 0; t < 4; ++t)
      input.frames.push_back({10 * index + t, Rational(10 * index + t, 10)});
    input.source_from_clip = {2, 10, 2, 20};
    input.source_size = {64, 64};
    clip.inputs.push_back(input);
  }
  return clip;
}

/// Inputs that hold clips, given in batches.
class ClipSet : public StudyInputs {
 public:
  explicit ClipSet(std::vector<std::vector<Clip>> clips, std::size_t batch = 2)
      : clips_(std::move(clips)), batch_(batch) {
    for (std::size_t i = 0; i < clips_.size(); ++i) names_.push_back(std::to_string(i) + ".mp4");
  }
  std::span<const std::string> names() const override { return names_; }
  void walk(std::size_t input, const std::function<void(std::vector<Clip>)>& take) override {
    ++walks;
    const std::vector<Clip>& clips = clips_.at(input);
    if (clips.empty()) throw Error(ErrorKind::kInput, "cannot read " + names_[input]);
    take({});  // as where a stretch of a video completes no clip
    for (std::size_t begin = 0; begin < clips.size(); begin += batch_) {
      const std::size_t end = std::min(begin + batch_, clips.size());
      take({clips.begin() + static_cast<std::ptrdiff_t>(begin),
            clips.begin() + static_cast<std::ptrdiff_t>(end)});
    }
  }
  int walks = 0;

 private:
  std::vector<std::vector<Clip>> clips_;
  std::vector<std::string> names_;
  std::size_t batch_;
};

/// A network of two streams; `layers` with their channels, in the order of execution.
class TwoStreams : public FakeModel {
 public:
  TwoStreams(std::vector<std::pair<std::string, std::string>> layers, Forward forward,
             std::vector<std::string> labels)
      : FakeModel({"rgb", "flow"}, std::move(forward)), layers_(std::move(layers)) {
    this->labels() = std::move(labels);
  }
  std::vector<LayerInfo> layers() const override {
    std::vector<LayerInfo> told;
    for (const auto& [name, type] : layers_) told.push_back({name, type, {1, 1, 4, 8, 8}, {}, 0});
    return told;
  }
  std::optional<std::int64_t> fixed_batch() const override { return batch; }
  std::optional<std::int64_t> batch;  ///< as if its file fixed it

 private:
  std::vector<std::pair<std::string, std::string>> layers_;
};

/// Four classes, one for each pair of signs of a (stream 1) and b (stream 2): the logit of the
/// class with the signs (s, t) is w s a + t b. Its layers: each stream alone ("rgb_net",
/// "flow_net"), both stacked ("stack"), and "join", "join.relu" with the channels
///   a, b, a b, max(a, b), 0  (of relu(a), relu(b)).
inline std::unique_ptr<TwoStreams> four_corners(double weight = 1) {
  return std::make_unique<TwoStreams>(
      std::vector<std::pair<std::string, std::string>>{{"rgb_net", "Conv3d"},
                                                       {"flow_net", "Conv3d"},
                                                       {"stack", "aten::cat"},
                                                       {"join", "Conv3d"},
                                                       {"join.relu", "ReLU"}},
      [weight](const std::vector<at::Tensor>& x, const Keep& keep) {
        const at::Tensor a = keep("rgb_net", x[0]), b = keep("flow_net", x[1]);
        keep("stack", at::cat({a, b}, 1));
        const at::Tensor p = a.relu(), q = b.relu();
        const at::Tensor join =
            keep("join", at::cat({p, q, p * q, at::maximum(p, q), at::zeros_like(p)}, 1));
        keep("join.relu", join.relu());
        const at::Tensor s = weight * a.mean({1, 2, 3, 4}), t = b.mean({1, 2, 3, 4});
        return at::stack({s + t, s - t, -s + t, -s - t}, 1);
      },
      std::vector<std::string>{"++", "+-", "-+", "--"});
}

}  // namespace praxiscope::testing
