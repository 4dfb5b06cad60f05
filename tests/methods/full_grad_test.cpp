// FullGrad: its parts sum to the target, and its map by hand on a network of one layer. Whole
// networks: the goldens (tools/goldens/attribution_rules.py) and their completeness test.
#include "methods/explaining.h"
#include "methods/fake_model.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace praxiscope::testing {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

/// mean over cells of out . relu(in . x + bias), plus a bias.
struct Small {
  at::Tensor in = noise_clips(1, 5).flatten().slice(0, 0, 12).reshape({4, 3, 1, 1, 1});
  at::Tensor bias = at::tensor({0.5F, -0.25F, 1.0F, 0.0F});
  at::Tensor out = at::tensor({1.0F, -2.0F, 0.5F, -0.25F}).view({1, 4});
  at::Tensor last = at::tensor({0.75F});
  std::unique_ptr<FakeModel> model = std::make_unique<FakeModel>(
      std::vector<std::string>{"rgb"}, [this](const std::vector<at::Tensor>& x, const Keep& keep) {
        const at::Tensor hidden = keep.relu(keep.convolve(x[0], in, bias, {1, 1, 1}, {0, 0, 0}));
        return keep.linear(keep.mean(hidden), out, last);
      });

  /// d score / d hidden before its relu, [N,4,T,H,W].
  at::Tensor gradient(const at::Tensor& clips) const {
    const at::Tensor on = (at::conv3d(clips, in, bias) > 0).to(at::kFloat);
    return on * out.view({1, 4, 1, 1, 1}) / (4.0 * 8 * 8);
  }
  at::Tensor of_clip(const at::Tensor& clips) const {
    return clips * at::conv_transpose3d(gradient(clips), in);
  }
  at::Tensor of_bias(const at::Tensor& clips) const {
    return gradient(clips) * bias.view({1, 4, 1, 1, 1});
  }
};

at::Tensor map_of(const Model& model, const std::string& options, const at::Tensor& clips,
                  const Target& target) {
  return coarse(model, {.method = "full_grad", .options = options}, {clips}, target);
}

at::Tensor rescaled(const at::Tensor& part) {
  const at::Tensor sizes = part.abs();
  const at::Tensor lo = sizes.amin({2, 3, 4}, true), hi = sizes.amax({2, 3, 4}, true);
  return at::where(hi > lo, (sizes - lo) / (hi - lo), at::zeros_like(sizes));
}

TEST(FullGrad, AddsTheRescaledMapsOfTheClipAndOfBiases) {
  const Small small;
  const at::Tensor clips = noise_clips(2);
  const at::Tensor expected =
      rescaled(small.of_clip(clips)).sum(1) + rescaled(small.of_bias(clips)).sum(1);
  EXPECT_LT(relative_difference(map_of(*small.model, "", clips, class_target(0)), expected), 1e-4);
}

TEST(FullGrad, AbsoluteMapsSumToTheSizesOfAllParts) {
  const Small small;
  const at::Tensor clips = noise_clips(2);
  const at::Tensor expected = small.of_clip(clips).abs().sum(1) + small.of_bias(clips).abs().sum(1);
  const at::Tensor map = map_of(*small.model, "aggregate=absolute", clips, class_target(0));
  EXPECT_LT(relative_difference(map, expected), 1e-5);
}

TEST(FullGrad, AbsoluteMapsOfCoarseLayersKeepTheirSum) {
  const at::Tensor weight = noise_clips(1, 6).flatten().slice(0, 0, 324).reshape({4, 3, 3, 3, 3});
  const at::Tensor bias = at::tensor({0.5F, -0.25F, 1.0F, 2.0F});
  const FakeModel model({"rgb"}, [&](const std::vector<at::Tensor>& x, const Keep& keep) {
    return keep.mean(keep.relu(keep.convolve(x[0] * 0, weight, bias)));  // nothing of the clip
  });
  const at::Tensor map = map_of(model, "aggregate=absolute", noise_clips(1), class_target(2));
  EXPECT_NEAR(map.sum().item<double>(), 1.0, 1e-5) << "the score, all of it a bias";
}

double measure(const Model& model, const std::vector<at::Tensor>& clips, const Target& target,
               const std::string& name) {
  const Maps maps = explain(model, {.method = "full_grad"}, clips, {target});
  return maps[0][0][0].measures.at(name);
}

TEST(FullGrad, PartsSumToTheTarget) {
  const Small small;
  const std::vector<at::Tensor> clips = {noise_clips(1)};
  const auto part = [&](const std::string& name) {
    return measure(*small.model, clips, class_target(0), name);
  };
  EXPECT_LT(part("completeness gap"), 1e-5);
  EXPECT_NEAR(part("part of the clip"), small.of_clip(clips[0]).sum().item<double>(), 1e-5);
  EXPECT_NEAR(part("part of biases"), small.of_bias(clips[0]).sum().item<double>(), 1e-5);
  EXPECT_NEAR(part("part without place"), 0.75, 1e-6) << "the linear layer's bias";
  EXPECT_NEAR(part("score"), small.model->run(clips, {}).logits.item<double>(), 1e-6);
  for (const Target& target : {class_target(2), contrast(1, 4), unit("features", 3)}) {
    EXPECT_LT(measure(*gap_network(), clips, target, "completeness gap"), 1e-4);
  }
  const auto two = two_stream_network();
  EXPECT_LT(measure(*two, {noise_clips(1), noise_clips(1, 2)}, class_target(1), "completeness gap"),
            1e-4);
}

TEST(FullGrad, PutsABiasOnTheInputsUnderIt) {
  const at::Tensor weight = at::ones({1, 3, 1, 1, 1}), flow_weight = at::ones({1, 2, 1, 1, 1});
  const at::Tensor bias = at::ones({1});
  const FakeModel model({"rgb", "flow"}, [&](const std::vector<at::Tensor>& x, const Keep& keep) {
    // A ramp of gates, so that the bias gradient differs from place to place.
    const at::Tensor ramp = at::arange(8, at::kFloat);
    const at::Tensor rgb = keep.convolve(x[0] * 0, weight, bias, {1, 1, 1}, {0, 0, 0}) * ramp;
    const at::Tensor flow = keep.convolve(x[1], flow_weight, {}, {1, 1, 1}, {0, 0, 0}) * 0;
    return keep.mean(rgb + flow);
  });
  const Maps maps = explain(model, {.method = "full_grad"}, {noise_clips(1), noise_clips(1, 2)},
                            {class_target(0)});
  EXPECT_LT(
      relative_difference(maps[0][0][0].volume, (at::arange(8, at::kFloat) / 7).expand({4, 8, 8})),
      1e-5);
  EXPECT_EQ(maps[0][0][1].volume.abs().max().item<float>(), 0);
}

std::vector<std::string> warnings_of(
    const std::function<at::Tensor(const at::Tensor&, const Keep&)>& network) {
  const FakeModel model({"rgb"}, [network](const std::vector<at::Tensor>& x, const Keep& keep) {
    return network(x[0], keep).mean({2, 3, 4});
  });
  Listener progress;
  explain(model, {.method = "full_grad"}, {noise_clips(1)}, {class_target(0)}, progress);
  return progress.warnings;
}

TEST(FullGrad, SaysWhatItCannotAccountFor) {
  EXPECT_THAT(warnings_of([](const at::Tensor& x, const Keep& keep) { return keep.relu(x); }),
              IsEmpty());
  EXPECT_THAT(warnings_of([](const at::Tensor& x, const Keep&) { return (x + 3).square(); }),
              ElementsAre(HasSubstr("full_grad: found a completeness gap above")));
}

}  // namespace
}  // namespace praxiscope::testing
