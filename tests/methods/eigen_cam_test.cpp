// Eigen-CAM against the singular value decomposition it is defined by.
#include "methods/explaining.h"
#include "methods/fake_model.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <limits>

namespace praxiscope::testing {
namespace {

const Question kQuestion{.method = "eigen_cam"};

/// A network whose layer "features" is `make` of the clip.
std::unique_ptr<FakeModel> with_features(std::function<at::Tensor(const at::Tensor&)> make) {
  return std::make_unique<FakeModel>(std::vector<std::string>{"rgb"},
                                     [make](const std::vector<at::Tensor>& x, const Keep& keep) {
                                       return keep("features", make(x[0])).mean({2, 3, 4});
                                     });
}

/// By definition, [T,H,W] of A [C,T,H,W], before sign and relu.
at::Tensor by_svd(const at::Tensor& a) {
  const at::Tensor flat = a.to(at::kDouble).flatten(1);
  const at::Tensor u = std::get<0>(at::linalg_svd(flat, /*full_matrices=*/false));
  return u.select(1, 0).matmul(flat).view(a.sizes().slice(1));
}

TEST(EigenCam, IsTheFirstSingularProjection) {
  const auto model = gap_network();  // 6 channels, 64 cells
  const at::Tensor clips = noise_clips(3);
  const at::Tensor features =
      at::conv3d(clips, model->parameter("conv"), {}, {1, 2, 2}, {1, 1, 1}).relu();
  const at::Tensor maps = coarse(*model, kQuestion, {clips}, class_target(0));
  for (int n = 0; n < 3; ++n)
    EXPECT_LT(relative_difference(maps[n], by_svd(features[n]).abs()), 1e-5);
}

TEST(EigenCam, HoldsWithMoreChannelsThanCells) {
  const auto model = with_features([](const at::Tensor& x) {
    return at::cat({x, -x, x.flip({2}), x.square()}, 1)
        .slice(2, 0, 1)
        .slice(3, 0, 2)
        .slice(4, 0, 3)
        .relu();
  });
  const at::Tensor clips = noise_clips(2);  // 12 channels, 6 cells
  const at::Tensor maps = coarse(*model, kQuestion, {clips}, class_target(0));
  const praxiscope::Run run = model->run({&clips, 1}, tapping({"features"}));
  for (int n = 0; n < 2; ++n) {
    const at::Tensor expected = by_svd(run.activations.at("features").detach()[n]);
    EXPECT_LT(relative_difference(maps[n], expected.abs()), 1e-5);
  }
}

TEST(EigenCam, FindsThePatternOfARankOneLayer) {
  const at::Tensor colors = at::tensor({0.5F, 2.0F, 1.0F}).view({1, 3, 1, 1, 1});
  const auto model =
      with_features([colors](const at::Tensor& x) { return x.narrow(1, 0, 1) * colors; });
  const at::Tensor clips = noise_clips(1).abs();
  const at::Tensor expected = clips.select(1, 0) * colors.norm();
  EXPECT_LT(relative_difference(coarse(*model, kQuestion, {clips}, class_target(0)), expected),
            1e-5);
}

TEST(EigenCam, CentredIsThePrincipalComponent) {
  const auto model = gap_network();
  const at::Tensor clips = noise_clips(2);
  const at::Tensor features =
      at::conv3d(clips, model->parameter("conv"), {}, {1, 2, 2}, {1, 1, 1}).relu();
  const Question question{.method = "eigen_cam", .options = "center=on"};
  const at::Tensor maps = coarse(*model, question, {clips}, class_target(0));
  for (int n = 0; n < 2; ++n) {
    const at::Tensor centred = features[n] - features[n].mean({1, 2, 3}, /*keepdim=*/true);
    at::Tensor expected = by_svd(centred);
    const at::Tensor activity = features[n].sum(0).to(at::kDouble);
    if ((expected * (activity - activity.mean())).sum().item<double>() < 0) expected = -expected;
    EXPECT_LT(relative_difference(maps[n], expected.clamp_min(0)), 1e-4);
    EXPECT_GT((maps[n] > 0).sum().item<std::int64_t>(), 8);
  }
}

TEST(EigenCam, TurnsItsSignToPositiveActivity) {
  const auto model = with_features([](const at::Tensor& x) { return -x.abs() * 0.5 - x.relu(); });
  const at::Tensor map = coarse(*model, kQuestion, {noise_clips(1)}, class_target(0));
  EXPECT_GT(map.max().item<float>(), 0) << "a layer of negative values is still seen";
}

TEST(EigenCam, IsTheSameForEveryTargetAndNeedsNoGradient) {
  const auto model = gap_network();
  const std::unique_ptr<Method> method = make_method(*model, kQuestion);
  EXPECT_FALSE(method->needs().tap_gradients);
  Listener progress;
  const Maps maps = explain(*model, kQuestion, {noise_clips(1)},
                            {class_target(0), contrast(1, 2), unit("pool", 3)}, progress);
  EXPECT_TRUE(at::equal(maps[0][0][0].volume, maps[0][1][0].volume));
  EXPECT_TRUE(at::equal(maps[0][0][0].volume, maps[0][2][0].volume));
  EXPECT_THAT(progress.warnings, ::testing::IsEmpty());
  EXPECT_EQ(usage_error([&] { coarse(*model, kQuestion, {noise_clips(1)}, class_target(9)); }),
            "target: no class 9; the network has 5 classes, 0 to 4");
}

TEST(EigenCam, OfALayerThatIsNotFiniteIsNotFinite) {
  const auto model = with_features([](const at::Tensor& x) { return x.relu() / x.relu(); });
  Listener progress;
  const Maps maps = explain(*model, kQuestion, {noise_clips(1)}, {class_target(0)}, progress);
  EXPECT_TRUE(at::isnan(maps[0][0][0].volume).all().item<bool>());
  EXPECT_EQ(progress.warnings.size(), 1u);
}

}  // namespace
}  // namespace praxiscope::testing
