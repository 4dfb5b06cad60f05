// HiResCAM: agrees with Grad-CAM for pooled heads, and sums to the score of a piecewise linear
// tail.
#include "methods/explaining.h"
#include "methods/fake_model.h"

#include <gtest/gtest.h>

namespace praxiscope::testing {
namespace {

TEST(HiResCam, IsGradCamForPooledHeads) {
  const auto model = gap_network();
  const at::Tensor clips = noise_clips(2);
  const at::Tensor grad_cam =
      coarse(*model, {.method = "grad_cam", .options = "relu=off"}, {clips}, class_target(4));
  const at::Tensor map = coarse(*model, {.method = "hires_cam"}, {clips}, class_target(4));
  EXPECT_LT(relative_difference(map, grad_cam), 1e-5);
}

TEST(HiResCam, SumsToTheScoreOfATailWithoutBiases) {
  const auto model = fc_network();
  const std::vector<at::Tensor> clips = {noise_clips(3)};
  const at::Tensor map = coarse(*model, {.method = "hires_cam"}, clips, class_target(1));
  EXPECT_LT(relative_difference(map.sum({1, 2, 3}), model->run(clips, {}).logits.select(1, 1)),
            1e-5);
}

TEST(HiResCam, TurnsRoundWithAContrast) {
  const auto model = fc_network();
  const at::Tensor clips = noise_clips(2);
  const Question question{.method = "hires_cam"};
  EXPECT_TRUE(at::equal(coarse(*model, question, {clips}, contrast(0, 4)),
                        -coarse(*model, question, {clips}, contrast(4, 0))));
}

TEST(HiResCam, ReluKeepsThePositivePart) {
  const auto model = fc_network();
  const at::Tensor clips = noise_clips(2);
  const at::Tensor all = coarse(*model, {.method = "hires_cam"}, {clips}, class_target(0));
  const at::Tensor map =
      coarse(*model, {.method = "hires_cam", .options = "relu=on"}, {clips}, class_target(0));
  EXPECT_LT(all.min().item<float>(), 0);
  EXPECT_TRUE(at::equal(map, all.relu()));
}

}  // namespace
}  // namespace praxiscope::testing
