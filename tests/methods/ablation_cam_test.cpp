// Ablation-CAM where a channel's part in the score is known, and against the network run by hand.
#include "methods/explaining.h"
#include "methods/fake_model.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace praxiscope::testing {
namespace {

at::Tensor map_of(const Model& model, const Target& target, const std::string& options = "",
                  const std::string& layer = "features") {
  return coarse(model, {.method = "ablation_cam", .options = options, .layer = layer},
                {noise_clips(1)}, target)[0];
}

at::Tensor features_of(const Model& model) {
  const std::vector<at::Tensor> clips = {noise_clips(1)};
  return model.run(clips, tapping({"features"})).activations.at("features").detach()[0];
}

// Defect D1: other tools' Ablation-CAM fails on [N,C,T,H,W].
TEST(AblationCam, OfAPooledLinearHeadIsKnownOverTimeToo) {
  const auto model = gap_network();
  const at::Tensor a = features_of(*model), means = a.mean({1, 2, 3});
  int negative = 0;
  for (const std::int64_t target : {0, 1, 2, 3, 4}) {
    const at::Tensor parts = model->parameter("weight")[target] * means;
    const at::Tensor score = parts.sum() + model->parameter("bias")[target];
    negative += score.item<float>() < 0;
    const at::Tensor weights = parts / score.abs();
    const at::Tensor expected = (weights.view({6, 1, 1, 1}) * a).sum(0).relu();
    EXPECT_LT(relative_difference(map_of(*model, class_target(target)), expected), 1e-4);
  }
  EXPECT_GT(negative, 0) << "a negative score must not turn the evidence round";
}

TEST(AblationCam, AgreesWithTheNetworkRunWithoutAChannel) {
  const auto model = fc_network();
  const at::Tensor a = features_of(*model);
  const auto score = [&](const at::Tensor& features) {
    const at::Tensor pooled = at::max_pool3d(features.unsqueeze(0), {2, 2, 2}).flatten(1);
    return at::linear(at::linear(pooled, model->parameter("fc1")).relu(),
                      model->parameter("fc2"))[0][3];
  };
  const at::Tensor whole = score(a);
  at::Tensor expected = at::zeros_like(a[0]);
  for (std::int64_t k = 0; k < 6; ++k) {
    at::Tensor without = a.clone();
    without[k].zero_();
    expected += (whole - score(without)) / whole.abs() * a[k];
  }
  EXPECT_LT(relative_difference(map_of(*model, class_target(3)), expected.relu()), 1e-5);
}

TEST(AblationCam, OfAUnitIsItsChannel) {
  const auto model = gap_network();
  const at::Tensor a = features_of(*model);
  EXPECT_LT(relative_difference(map_of(*model, unit("features", 2)), a[2]), 1e-5);
}

TEST(AblationCam, TriesAsManyChannelsInAForwardAsABatchHolds) {
  const auto model = gap_network();
  const std::unique_ptr<Method> method = make_method(*model, {.method = "ablation_cam"});
  const praxiscope::Run run = run_for(*model, *method, {noise_clips(1)}, {});
  const std::vector<std::vector<Target>> targets = {{class_target(0), class_target(1)}};
  Listener progress;
  method->explain({.model = *model, .run = run, .targets = targets, .batch = 4}, progress);
  EXPECT_EQ(model->runs(), 1 + 2) << "6 channels, 4 in a forward";
}

TEST(AblationCam, TakesTheChannelsThatVaryMost) {
  const auto model = gap_network();
  const at::Tensor a = features_of(*model);
  const at::Tensor spread = a.flatten(1).var(1);
  const std::int64_t k = spread.argmax().item<std::int64_t>();
  const std::int64_t target = model->parameter("weight").select(1, k).argmax().item<long>();
  const at::Tensor map = map_of(*model, class_target(target), "channels=1");
  const at::Tensor ratio = map / map.max(), expected = a[k] / a[k].max();
  EXPECT_TRUE(at::allclose(ratio, expected, 1e-5, 1e-6));
}

TEST(AblationCam, NamesANumberThatCannotBe) {
  const auto model = gap_network();
  EXPECT_EQ(usage_error([&] { map_of(*model, class_target(0), "channels=six"); }),
            "ablation_cam: option channels: found \"six\", expected all, or a number from 1 on");
}

}  // namespace
}  // namespace praxiscope::testing
