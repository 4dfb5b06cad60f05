// Score-CAM of a network whose layer is the clip itself, worked out by hand.
#include "methods/explaining.h"
#include "methods/fake_model.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace praxiscope::testing {
namespace {

const at::Tensor kWeight = at::tensor({1.0F, -2.0F, 0.5F, 3.0F, 1.0F, -1.0F}).view({2, 3});

/// features = relu(x), as large as the clip; logits = 4 weight mean(features).
std::unique_ptr<FakeModel> open_network() {
  return std::make_unique<FakeModel>(
      std::vector<std::string>{"rgb"}, [](const std::vector<at::Tensor>& x, const Keep& keep) {
        return 4 * at::linear(keep("features", x[0].relu()).mean({2, 3, 4}), kWeight);
      });
}

/// The paper's algorithm 1 for one clip x [3,T,H,W] of that network, where black is `black`.
at::Tensor by_hand(const at::Tensor& x, std::int64_t target, float black,
                   const std::vector<std::int64_t>& channels) {
  const at::Tensor activation = x.relu();
  std::vector<at::Tensor> scores;
  for (const std::int64_t k : channels) {
    const at::Tensor a = activation[k];
    const at::Tensor mask = (a - a.min()) / (a.max() - a.min());
    const at::Tensor seen = ((x - black) * mask + black).relu().mean({1, 2, 3});
    scores.push_back(4 * (kWeight[target] * seen).sum());
  }
  const at::Tensor alpha = at::stack(scores).softmax(0);
  at::Tensor map = at::zeros_like(x[0]);
  for (std::size_t i = 0; i < channels.size(); ++i)
    map += alpha[static_cast<std::int64_t>(i)] * activation[channels[i]];
  return map.relu();
}

at::Tensor map_of(const Model& model, const std::string& options, const Target& target) {
  return coarse(model, {.method = "score_cam", .options = options}, {noise_clips(1)}, target)[0];
}

// Defect D1: other tools' Score-CAM fails on [N,C,T,H,W].
TEST(ScoreCam, IsThePapersOverTimeToo) {
  const auto model = open_network();
  for (const std::int64_t target : {0, 1}) {
    const at::Tensor expected = by_hand(noise_clips(1)[0], target, 0, {0, 1, 2});
    EXPECT_LT(relative_difference(map_of(*model, "", class_target(target)), expected), 1e-5);
  }
}

TEST(ScoreCam, MasksThePictureAndNotThePreparedTensor) {
  const auto model = open_network();
  Preparation& how = model->manifest().inputs[0].preparation;
  how.mean = {0.5, 0.5, 0.5};
  how.std = {0.25, 0.25, 0.25};  // a black pixel is -2
  const at::Tensor map = map_of(*model, "", class_target(0));
  EXPECT_LT(relative_difference(map, by_hand(noise_clips(1)[0], 0, -2, {0, 1, 2})), 1e-5);
  EXPECT_GT(relative_difference(map, by_hand(noise_clips(1)[0], 0, 0, {0, 1, 2})), 1e-3);
}

TEST(ScoreCam, TakesTheChannelsThatVaryMost) {
  const auto model = open_network();
  at::Tensor clips = noise_clips(1);
  clips.select(1, 1).mul_(0.1);
  const Question question{.method = "score_cam", .options = "channels=2"};
  const Attribution map = explain(*model, question, {clips}, {class_target(1)})[0][0][0];
  EXPECT_LT(relative_difference(map.volume, by_hand(clips[0], 1, 0, {0, 2})), 1e-5);
  EXPECT_EQ(map.measures.at("channels"), 2);
  EXPECT_EQ(map.variant, "channels=2");
}

TEST(ScoreCam, ChannelsWithoutAMapHaveNoWeight) {
  const auto model = open_network();
  at::Tensor clips = noise_clips(1);
  clips.select(1, 0).fill_(5);
  const at::Tensor map = coarse(*model, {.method = "score_cam"}, {clips}, class_target(0))[0];
  EXPECT_LT(relative_difference(map, by_hand(clips[0], 0, 0, {1, 2})), 1e-5);
}

TEST(ScoreCam, SaysWhenTheLayerIsTheSameEverywhere) {
  const auto model = open_network();
  Listener progress;
  const auto maps = explain(*model, {.method = "score_cam"}, {at::full({1, 3, 4, 8, 8}, -1.0)},
                            {class_target(0)}, progress);
  EXPECT_EQ(maps[0][0][0].volume.abs().max().item<float>(), 0);
  EXPECT_THAT(progress.warnings,
              ::testing::ElementsAre(
                  "score_cam: layer \"features\" has the same value everywhere; its channels say "
                  "nothing"));
}

TEST(ScoreCam, NeedsAForwardForEachChannelAndNoMoreForAllTargets) {
  const auto model = gap_network();
  explain(*model, {.method = "score_cam"}, {noise_clips(1)}, {class_target(0), class_target(1)});
  EXPECT_LE(model->runs(), 1 + 6);
  EXPECT_GT(model->runs(), 1);
}

TEST(ScoreCam, NamesLayersAndNumbersThatCannotBe) {
  const auto model = gap_network();
  EXPECT_EQ(usage_error([&] { map_of(*model, "channels=0", class_target(0)); }),
            "score_cam: option channels: found \"0\", expected all, or a number from 1 on");
  const Question question{.method = "score_cam", .layer = "logits"};
  EXPECT_THAT(usage_error([&] { explain(*model, question, {noise_clips(1)}, {class_target(0)}); }),
              ::testing::StartsWith("score_cam: layer \"logits\": found an output [1,5]"));
}

}  // namespace
}  // namespace praxiscope::testing
