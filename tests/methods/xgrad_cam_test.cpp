// XGrad-CAM: the sensitivity axiom it is made for, and channels that cannot be weighted.
#include "methods/explaining.h"
#include "methods/fake_model.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace praxiscope::testing {
namespace {

const Question kSigned{.method = "xgrad_cam", .options = "relu=off"};

TEST(XGradCam, IsSensitive) {
  const auto model = fc_network();  // without biases the score is sum A g
  const std::vector<at::Tensor> clips = {noise_clips(3)};
  const at::Tensor map = coarse(*model, kSigned, clips, class_target(1));
  EXPECT_LT(relative_difference(map.sum({1, 2, 3}), model->run(clips, {}).logits.select(1, 1)),
            1e-4);
}

TEST(XGradCam, IsGradCamForPooledHeads) {
  const auto model = gap_network();
  const at::Tensor clips = noise_clips(2);
  const at::Tensor grad_cam =
      coarse(*model, {.method = "grad_cam", .options = "relu=off"}, {clips}, class_target(4));
  EXPECT_LT(relative_difference(coarse(*model, kSigned, {clips}, class_target(4)), grad_cam), 1e-4);
}

TEST(XGradCam, GivesSilentChannelsNoWeight) {
  const auto model = std::make_unique<FakeModel>(
      std::vector<std::string>{"rgb"}, [](const std::vector<at::Tensor>& x, const Keep& keep) {
        const at::Tensor features = keep("features", at::cat({x[0].relu(), x[0] * 0}, 1));
        return features.flatten(1).cumsum(1).slice(1, -2);
      });
  const at::Tensor map = coarse(*model, kSigned, {noise_clips(1)}, class_target(0));
  EXPECT_TRUE(at::isfinite(map).all().item<bool>());
}

TEST(XGradCam, WarnsAndStaysBoundedBeforeARelu) {
  const auto model = std::make_unique<FakeModel>(
      std::vector<std::string>{"rgb"}, [](const std::vector<at::Tensor>& x, const Keep& keep) {
        const at::Tensor balanced = x[0] - x[0].mean({2, 3, 4}, true);  // sums to rounding
        return keep("features", balanced).pow(2).mean({2, 3, 4});
      });
  Listener progress;
  const Maps maps = explain(*model, kSigned, {noise_clips(1)}, {class_target(0)}, progress);
  EXPECT_LT(maps[0][0][0].coarse.abs().max().item<float>(), 10);
  EXPECT_THAT(progress.warnings,
              ::testing::Contains("xgrad_cam: layer \"features\" has negative activations, and the "
                                  "formula assumes a layer after a relu"));
}

}  // namespace
}  // namespace praxiscope::testing
