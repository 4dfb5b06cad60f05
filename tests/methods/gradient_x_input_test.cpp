// Gradient times input of a linear network is each element's own share of the logit.
#include "methods/explaining.h"
#include "methods/fake_model.h"

#include <gtest/gtest.h>

namespace praxiscope::testing {
namespace {

const Question kQuestion{.method = "gradient_x_input"};

TEST(GradientXInput, OfALinearNetworkIsWeightTimesValue) {
  const auto model = linear_network();
  const at::Tensor clips = noise_clips(2);
  const at::Tensor w = model->parameter("weight")[2].view({1, 3, 4, 8, 8});
  const at::Tensor map = coarse(*model, kQuestion, {clips}, class_target(2));
  EXPECT_TRUE(at::allclose(map, (w * clips).sum(1), 1e-5, 1e-6));
  EXPECT_LT(map.min().item<float>(), 0) << "signed";
}

TEST(GradientXInput, SumsToTheScoreWhereNothingHasABias) {
  const auto model = fc_network();
  const std::vector<at::Tensor> clips = {noise_clips(3)};
  const at::Tensor map = coarse(*model, kQuestion, clips, class_target(1));
  EXPECT_LT(relative_difference(map.sum({1, 2, 3}), model->run(clips, {}).logits.select(1, 1)),
            1e-4);
}

TEST(GradientXInput, SumsOverAllInputsToTheScore) {
  const auto model = two_stream_network();
  const std::vector<at::Tensor> clips = {noise_clips(2), noise_clips(2, 2)};
  const at::Tensor total = coarse(*model, kQuestion, clips, class_target(3), 0).sum({1, 2, 3}) +
                           coarse(*model, kQuestion, clips, class_target(3), 1).sum({1, 2, 3});
  EXPECT_LT(relative_difference(total, model->run(clips, {}).logits.select(1, 3)), 1e-4);
}

TEST(GradientXInput, TurnsRoundWithAContrast) {
  const auto model = fc_network();
  EXPECT_TRUE(at::equal(coarse(*model, kQuestion, {noise_clips(1)}, contrast(0, 1)),
                        -coarse(*model, kQuestion, {noise_clips(1)}, contrast(1, 0))));
}

}  // namespace
}  // namespace praxiscope::testing
