// Integrated gradients: exact where they can be, complete elsewhere, and honest about how complete.
#include "methods/explaining.h"
#include "methods/fake_model.h"

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace praxiscope::testing {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

Question with(const std::string& options) {
  return {.method = "integrated_gradients", .options = options};
}

/// S = sum w x^2, whose gradient is linear along any way.
std::unique_ptr<FakeModel> square_network(const at::Tensor& w) {
  return std::make_unique<FakeModel>(
      std::vector<std::string>{"rgb"}, [w](const std::vector<at::Tensor>& x, const Keep&) {
        return (x[0].square() * w).flatten(1).sum(1, /*keepdim=*/true);
      });
}

TEST(IntegratedGradients, OfALinearNetworkIsWeightTimesTheWay) {
  const auto model = linear_network();
  const at::Tensor clips = noise_clips(2);
  const at::Tensor w = model->parameter("weight")[1].view({1, 3, 4, 8, 8});
  EXPECT_LT(relative_difference(coarse(*model, with("steps=2"), {clips}, class_target(1)),
                                (w * clips).sum(1)),
            1e-5)
      << "black is 0 in this network's units";
  const at::Tensor mean = clips.mean({2, 3, 4}, /*keepdim=*/true);
  EXPECT_LT(
      relative_difference(coarse(*model, with("baseline=mean,steps=2"), {clips}, class_target(1)),
                          (w * (clips - mean)).sum(1)),
      1e-5);
}

TEST(IntegratedGradients, TheMidpointRuleIsExactForALinearGradient) {
  const at::Tensor w = noise_clips(1, 3, 5);
  const auto model = square_network(w);
  const at::Tensor clips = noise_clips(2), frozen = clips.narrow(2, 0, 1);
  const at::Tensor map = coarse(*model, with("baseline=frozen,steps=1"), {clips}, class_target(0));
  EXPECT_LT(relative_difference(map, ((clips.square() - frozen.square()) * w).sum(1)), 1e-5);
  EXPECT_EQ(map.select(1, 0).abs().max().item<float>(), 0) << "the first frame stays as it is";
}

TEST(IntegratedGradients, AreCompleteAndSayHowMuch) {
  const auto model = fc_network();
  const std::vector<at::Tensor> clips = {noise_clips(3)};
  Listener progress;
  const Maps maps =
      explain(*model, with("steps=300"), clips, {class_target(1), contrast(0, 2)}, progress);
  const at::Tensor here = model->run(clips, {}).logits;
  const std::vector<at::Tensor> black = {at::zeros_like(clips[0])};
  const at::Tensor there = model->run(black, {}).logits;
  for (int n = 0; n < 3; ++n) {
    for (int k = 0; k < 2; ++k) {
      const at::Tensor growth = here[n] - there[n];
      const double difference = (k == 0 ? growth[1] : growth[0] - growth[2]).item<double>();
      const Attribution& map = maps[n][k][0];
      const double sum = map.volume.sum().item<double>();
      EXPECT_NEAR(sum, difference, 0.02 * std::abs(difference));
      EXPECT_NEAR(map.measures.at("score difference"), difference, 1e-4 * std::abs(difference));
      EXPECT_NEAR(map.measures.at("completeness gap"),
                  std::abs(sum - difference) / std::abs(difference), 1e-4);
    }
  }
  EXPECT_THAT(progress.warnings, IsEmpty());
}

TEST(IntegratedGradients, OfSeveralInputsAreCompleteTogether) {
  const auto model = two_stream_network();
  model->manifest().inputs[1].kind = InputKind::kFlow;
  const std::vector<at::Tensor> clips = {noise_clips(2), noise_clips(2, 2)};
  const std::vector<Target> targets = {class_target(0), class_target(2), class_target(4)};
  const Maps maps = explain(*model, with("steps=200"), clips, targets);
  // Black of flow is no motion: the middle of its range, here 0 to 1.
  const std::vector<at::Tensor> begins = {at::zeros_like(clips[0]),
                                          at::full_like(clips[1], 127.5 / 255)};
  const at::Tensor growth = model->run(clips, {}).logits - model->run(begins, {}).logits;
  double largest_share = 0;
  for (std::size_t n = 0; n < 2; ++n) {
    for (std::size_t k = 0; k < targets.size(); ++k) {
      const std::vector<Attribution>& both = maps[n][k];
      ASSERT_EQ(both.size(), 2u);
      const double rgb = both[0].volume.sum().item<double>();
      const double flow = both[1].volume.sum().item<double>();
      const auto clip = static_cast<std::int64_t>(n);
      const double difference = growth[clip][targets[k].class_index].item<double>();
      EXPECT_NEAR(rgb + flow, difference, 0.03 * std::abs(difference));
      EXPECT_EQ(both[0].measures, both[1].measures);
      largest_share = std::max(largest_share, std::abs(flow / difference));
    }
  }
  EXPECT_GT(largest_share, 0.1) << "one input alone is not complete";
}

TEST(IntegratedGradients, WarnWhenTheStepsAreTooFew) {
  // The gradient is 0 at the middle of the way and 1 near its end: one step sees nothing.
  const auto model = std::make_unique<FakeModel>(
      std::vector<std::string>{"rgb"}, [](const std::vector<at::Tensor>& x, const Keep& keep) {
        return keep.relu(x[0] - 3).flatten(1).sum(1, /*keepdim=*/true);
      });
  const std::vector<at::Tensor> clips = {at::full({1, 3, 4, 8, 8}, 4.0)};
  Listener progress;
  const Maps maps = explain(*model, with("steps=1"), clips, {class_target(0)}, progress);
  EXPECT_DOUBLE_EQ(maps[0][0][0].measures.at("completeness gap"), 1);
  EXPECT_THAT(progress.warnings,
              ElementsAre("integrated_gradients: found a completeness gap above 50 % of the "
                          "score's difference to the baseline, expected at most 5 %; take more "
                          "steps, as in integrated_gradients:steps=4"));
  Listener again;
  const Maps finer = explain(*model, with("steps=64"), clips, {class_target(0)}, again);
  EXPECT_LT(finer[0][0][0].measures.at("completeness gap"), 0.01);
  EXPECT_THAT(again.warnings, IsEmpty());
}

TEST(IntegratedGradients, FindNothingInAStillPictureAgainstItsFirstFrame) {
  const auto model = fc_network();
  const at::Tensor still = noise_clips(1).narrow(2, 0, 1).expand({1, 3, 4, 8, 8}).contiguous();
  Listener progress;
  const Maps maps =
      explain(*model, with("baseline=frozen,steps=2"), {still}, {class_target(0)}, progress);
  EXPECT_EQ(maps[0][0][0].volume.abs().max().item<float>(), 0);
  EXPECT_EQ(maps[0][0][0].measures.at("completeness gap"), 0);
  EXPECT_THAT(progress.warnings, IsEmpty());
}

TEST(IntegratedGradients, NeedAtLeastOneStep) {
  EXPECT_EQ(usage_error([] { make_method(*linear_network(), with("steps=0")); }),
            "integrated_gradients: option steps: found 0, expected at least 1");
}

}  // namespace
}  // namespace praxiscope::testing
