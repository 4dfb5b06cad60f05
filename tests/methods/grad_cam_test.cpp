// Grad-CAM: its two kinds of weights, and where it must agree with CAM.
#include "methods/explaining.h"
#include "methods/fake_model.h"

#include <gtest/gtest.h>

namespace praxiscope::testing {
namespace {

constexpr double kCells = 4 * 4 * 4;  ///< of "features" for clips of 4x8x8

TEST(GradCam, IsCamOverItsCellsForPooledHeads) {
  const auto model = gap_network();
  const at::Tensor clips = noise_clips(2);
  const at::Tensor cam = coarse(*model, {.method = "cam"}, {clips}, class_target(3));
  const at::Tensor map =
      coarse(*model, {.method = "grad_cam", .options = "relu=off"}, {clips}, class_target(3));
  EXPECT_LT(relative_difference(map * kCells, cam), 1e-5);
}

TEST(GradCam, KeepsOnlyPositiveEvidenceByDefault) {
  const auto model = gap_network();
  const at::Tensor clips = noise_clips(2);
  const at::Tensor signed_map =
      coarse(*model, {.method = "grad_cam", .options = "relu=off"}, {clips}, class_target(0));
  const at::Tensor map = coarse(*model, {.method = "grad_cam"}, {clips}, class_target(0));
  EXPECT_LT(signed_map.min().item<float>(), 0);
  EXPECT_TRUE(at::equal(map, signed_map.relu()));
}

TEST(GradCam, FrameWeightsAreVolumeWeightsForPooledHeads) {
  const auto model = gap_network();
  const at::Tensor clips = noise_clips(2);
  const at::Tensor volume = coarse(*model, {.method = "grad_cam"}, {clips}, class_target(1));
  const at::Tensor frames = coarse(*model, {.method = "grad_cam", .options = "weights=per_frame"},
                                   {clips}, class_target(1));
  EXPECT_LT(relative_difference(frames, volume), 1e-5);
}

TEST(GradCam, FrameWeightsDifferWhereTheHeadTellsFramesApart) {
  const auto model = fc_network();
  const at::Tensor clips = noise_clips(2);
  const at::Tensor volume =
      coarse(*model, {.method = "grad_cam", .options = "relu=off"}, {clips}, class_target(1));
  const at::Tensor frames =
      coarse(*model, {.method = "grad_cam", .options = "weights=per_frame,relu=off"}, {clips},
             class_target(1));
  EXPECT_GT(relative_difference(frames, volume), 0.05);

  // By hand: the gradient of each frame of the layer, averaged over its cells.
  const std::vector<at::Tensor> inputs = {clips};
  const praxiscope::Run run = model->run(inputs, tapping({"features"}));
  const std::string of[] = {"features"};
  const at::Tensor g = run.gradients(run.logits.select(1, 1).sum(), of, false).front();
  const at::Tensor a = run.activations.at("features").detach();
  const at::Tensor expected = (g.mean({3, 4}, true) * a).sum(1);
  EXPECT_LT(relative_difference(frames, expected), 1e-5);
}

TEST(GradCam, CounterfactualIsTheOtherSide) {
  const auto model = fc_network();
  const at::Tensor clips = noise_clips(2);
  const at::Tensor all =
      coarse(*model, {.method = "grad_cam", .options = "relu=off"}, {clips}, class_target(2));
  const at::Tensor against = coarse(*model, {.method = "grad_cam", .options = "counterfactual=on"},
                                    {clips}, class_target(2));
  EXPECT_LT(relative_difference(against, (-all).relu()), 1e-5);
}

TEST(GradCam, TurnsRoundWithAContrast) {
  const auto model = fc_network();
  const at::Tensor clips = noise_clips(2);
  const Question question{.method = "grad_cam", .options = "relu=off"};
  EXPECT_TRUE(at::equal(coarse(*model, question, {clips}, contrast(0, 4)),
                        -coarse(*model, question, {clips}, contrast(4, 0))));
}

TEST(GradCam, NamesItsVariant) {
  const auto model = gap_network();
  const auto variant = [&](const std::string& options) {
    const Question question{.method = "grad_cam", .options = options};
    const Maps maps = explain(*model, question, {noise_clips(1)}, {class_target(0)});
    return maps[0][0][0].variant;
  };
  EXPECT_EQ(variant(""), "weights=volume");
  EXPECT_EQ(variant("weights=per_frame,relu=off"), "weights=per_frame,relu=off");
}

}  // namespace
}  // namespace praxiscope::testing
