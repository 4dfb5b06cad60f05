// Scores of a network whose answer is known for every part of a clip.
#include "studies/faithfulness/clip_scores.h"

#include "methods/fake_model.h"

#include <gtest/gtest.h>

#include <cmath>

namespace praxiscope::studies {
namespace {

using nlohmann::json;
using praxiscope::testing::FakeModel;
using praxiscope::testing::Keep;

constexpr std::int64_t kT = 2, kH = 4, kW = 4, kVoxels = kT * kH * kW;

/// Logit 0: the sum of the clip's upper left quarter in the first frame (4 voxels, 3 channels);
/// logit 1: 0.
FakeModel corner_network() {
  return FakeModel({"rgb"}, [](const std::vector<at::Tensor>& inputs, const Keep&) {
    const at::Tensor corner = inputs[0].narrow(2, 0, 1).narrow(3, 0, 2).narrow(4, 0, 2);
    const at::Tensor sum = corner.sum({1, 2, 3, 4});
    return at::stack({sum, at::zeros_like(sum)}, 1);
  });
}

double p(double logit) { return 1 / (1 + std::exp(-logit)); }

at::Tensor corner_map() {
  at::Tensor map = at::zeros({kT, kH, kW});
  map.narrow(0, 0, 1).narrow(1, 0, 2).narrow(2, 0, 2).fill_(1);
  return map;
}

Clip white_clip() {
  Clip clip;
  clip.inputs.resize(1);
  clip.inputs[0].name = "rgb";
  clip.inputs[0].tensor = at::ones({3, kT, kH, kW});
  clip.inputs[0].frames.resize(kT);
  clip.inputs[0].source_size = {.height = kH, .width = kW};
  return clip;
}

json score(const at::Tensor& map, const std::optional<Truth>& truth = std::nullopt, int batch = 3) {
  const FakeModel model = corner_network();
  const Clip clip = white_clip();
  const ScoredClip scored{
      .model = model, .clip = clip, .class_index = 0, .probability = p(12), .truths = {truth}};
  ScoreSettings settings;
  settings.steps = 8;  // four voxels a step
  settings.insertion = methods::FillKind::kBlack;
  settings.batch = batch;
  Progress progress;
  return score_maps(scored, {{.name = "m", .maps = {map}}}, settings, progress).at("m");
}

std::vector<double> numbers(const json& list) { return list.get<std::vector<double>>(); }

TEST(ClipScores, OfThePerfectMapFallAndRiseAtTheFirstStep) {
  const json found = score(corner_map());
  EXPECT_NEAR(found["kept"].get<double>(), p(12), 1e-6) << "the corner is all the class needs";
  const std::vector<double> deletion = numbers(found["deletion"]);
  ASSERT_EQ(deletion.size(), 9U);
  EXPECT_NEAR(deletion[0], p(12), 1e-6);
  for (std::size_t k = 1; k < 9; ++k) EXPECT_NEAR(deletion[k], 0.5, 1e-6) << k;
  const std::vector<double> insertion = numbers(found["insertion"]);
  EXPECT_NEAR(insertion[0], 0.5, 1e-6);
  for (std::size_t k = 1; k < 9; ++k) EXPECT_NEAR(insertion[k], p(12), 1e-6) << k;
  EXPECT_NEAR(found["numbers"]["drop"][0].get<double>(), 0, 1e-4);
  EXPECT_EQ(found["numbers"]["increase"][0], 0);
  EXPECT_NEAR(found["numbers"]["deletion"][0].get<double>(), 0.5 + (p(12) - 0.5) / 16, 1e-6);
  EXPECT_NEAR(found["numbers"]["insertion"][0].get<double>(), p(12) - (p(12) - 0.5) / 16, 1e-6);
}

TEST(ClipScores, OfTheOppositeMapChangeAtTheLastStep) {
  const json found = score(1 - corner_map());
  EXPECT_NEAR(found["kept"].get<double>(), 0.5, 1e-6);
  EXPECT_NEAR(found["numbers"]["drop"][0].get<double>(), 100 * (p(12) - 0.5) / p(12), 1e-3);
  const std::vector<double> deletion = numbers(found["deletion"]);
  for (std::size_t k = 0; k < 8; ++k) EXPECT_NEAR(deletion[k], p(12), 1e-6) << k;
  EXPECT_NEAR(deletion[8], 0.5, 1e-6);
}

TEST(ClipScores, WeighTheExplainedPartByTheMap) {
  at::Tensor half = corner_map();
  half[0][0][0] = 0.5;  // normalised: 0.5 of that voxel is shown
  EXPECT_NEAR(score(half)["kept"].get<double>(), p(9 + 3 * 0.5), 1e-6);
}

TEST(ClipScores, DoNotDependOnTheBatch) {
  const at::Tensor map = at::arange(kVoxels, at::kFloat).view({kT, kH, kW});
  EXPECT_EQ(score(map, std::nullopt, 1), score(map, std::nullopt, 100));
}

TEST(ClipScores, CompareTheMapWithTheTruth) {
  Truth truth;
  truth.volume = corner_map().to(at::kBool);
  truth.is_annotated = at::ones({kT}, at::kBool);
  truth.is_action = at::tensor({1, 0}).to(at::kBool);
  truth.action_distance_s = at::tensor({0.0, 0.5}, at::kDouble);
  const json right = score(corner_map(), truth)["numbers"];
  EXPECT_EQ(right["pointing"], json({100.0, 1.0}));
  EXPECT_EQ(right["tube_iou_0"][0], 1.0);
  EXPECT_EQ(right["when"][0], 100.0);
  EXPECT_EQ(right["temporal_iou"][0], 1.0);
  const json wrong = score(corner_map().flip({0, 1, 2}), truth)["numbers"];
  EXPECT_EQ(wrong["pointing"], json({0.0, 1.0}));
  EXPECT_EQ(wrong["tube_iou_50"][0], 0.0);
  EXPECT_EQ(wrong["when"][0], 0.0);
  EXPECT_EQ(wrong["when_missed_s"][0], 0.5);
  EXPECT_FALSE(score(corner_map())["numbers"].contains("pointing"));
}

}  // namespace
}  // namespace praxiscope::studies
