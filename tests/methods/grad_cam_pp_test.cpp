// Grad-CAM++: its closed form for pooled heads, and tiny gradients, where an epsilon breaks others.
#include "methods/explaining.h"
#include "methods/fake_model.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace praxiscope::testing {
namespace {

const Question kPlusPlus{.method = "grad_cam_pp"};

TEST(GradCamPp, HasTheClosedFormOfPooledHeads) {
  const auto model = gap_network();
  const at::Tensor clips = noise_clips(3);
  const at::Tensor features =
      at::conv3d(clips, model->parameter("conv"), {}, {1, 2, 2}, {1, 1, 1}).relu();
  // w_k = relu(w) / (2 + w/Z sum A): every cell has the same gradient w/Z.
  const at::Tensor w = model->parameter("weight")[1];
  const at::Tensor sums = features.sum({2, 3, 4});
  const at::Tensor weights = w.relu() / (2 + w / 64 * sums);
  const at::Tensor expected = (weights.view({3, 6, 1, 1, 1}) * features).sum(1).relu();
  EXPECT_LT(relative_difference(coarse(*model, kPlusPlus, {clips}, class_target(1)), expected),
            1e-5);
}

/// The fc network with its last layer scaled down and its features scaled up: g A stays as it is.
std::unique_ptr<FakeModel> scaled(double factor) {
  const auto model = fc_network();
  auto p = model->parameters();
  return std::make_unique<FakeModel>(
      std::vector<std::string>{"rgb"},
      [p, factor](const std::vector<at::Tensor>& x, const Keep& keep) {
        const at::Tensor conv = at::conv3d(x[0], p.at("conv"), {}, {1, 2, 2}, {1, 1, 1});
        const at::Tensor features = keep("features", conv.relu() / factor);
        const at::Tensor pooled = at::max_pool3d(features, {2, 2, 2}).flatten(1);
        return at::linear(at::linear(pooled, p.at("fc1") * factor).relu(), p.at("fc2"));
      });
}

TEST(GradCamPp, IsRightForGradientsOfAnySize) {
  const at::Tensor clips = noise_clips(2);
  const at::Tensor reference = coarse(*scaled(1), kPlusPlus, {clips}, class_target(0));
  ASSERT_GT(reference.max().item<float>(), 0);
  for (const double factor : {1e-2, 1e-4, 1e-6, 1e4}) {
    const at::Tensor map = coarse(*scaled(factor), kPlusPlus, {clips}, class_target(0));
    EXPECT_LT(relative_difference(map, reference), 1e-4) << factor;
  }
}

TEST(GradCamPp, IsNotUpsetByHugeScores) {
  const auto model = std::make_unique<FakeModel>(
      std::vector<std::string>{"rgb"}, [](const std::vector<at::Tensor>& x, const Keep& keep) {
        const at::Tensor features = keep("features", x[0].relu());
        return features.mean({2, 3, 4}) * 1e6;  // exp of such a score is infinite
      });
  const at::Tensor map = coarse(*model, kPlusPlus, {noise_clips(2)}, class_target(0));
  EXPECT_TRUE(at::isfinite(map).all().item<bool>());
  EXPECT_GT(map.max().item<float>(), 0);
}

TEST(GradCamPp, WarnsAndStaysFiniteBeforeARelu) {
  const auto model = fc_network();
  Listener progress;
  const Question question{.method = "grad_cam_pp", .layer = "before"};
  const Maps maps = explain(*model, question, {noise_clips(2)}, {class_target(0)}, progress);
  EXPECT_TRUE(at::isfinite(maps[0][0][0].coarse).all().item<bool>());
  EXPECT_THAT(progress.warnings,
              ::testing::ElementsAre("grad_cam_pp: layer \"before\" has negative activations, and "
                                     "the formula assumes a layer after a relu"));
}

}  // namespace
}  // namespace praxiscope::testing
