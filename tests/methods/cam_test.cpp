// CAM against its definition, and its refusal of heads that have no CAM.
#include "methods/explaining.h"
#include "methods/fake_model.h"
#include "methods/support/linear_head.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace praxiscope::testing {
namespace {

using ::testing::HasSubstr;

const Question kCam{.method = "cam"};

at::Tensor logits_of(const Model& model, const at::Tensor& clips) {
  return model.run({&clips, 1}, {}).logits;
}

/// A network whose head is `tail`, applied to relu features [N,6,4,4,4] of "features".
std::unique_ptr<FakeModel> with_head(std::function<at::Tensor(const at::Tensor&)> tail) {
  return std::make_unique<FakeModel>(
      std::vector<std::string>{"rgb"}, [tail](const std::vector<at::Tensor>& x, const Keep& keep) {
        const at::Tensor features = at::cat({x[0], -x[0]}, 1).slice(3, 0, 4).slice(4, 0, 4).relu();
        return tail(keep("features", features));
      });
}

std::string refusal(std::function<at::Tensor(const at::Tensor&)> tail) {
  const auto model = with_head(std::move(tail));
  return usage_error([&] { explain(*model, kCam, {noise_clips(2)}, {class_target(1)}); });
}

TEST(Cam, IsTheClassWeightsOverTheFeatures) {
  const auto model = gap_network();
  const at::Tensor clips = noise_clips(3);
  const at::Tensor features =
      at::conv3d(clips, model->parameter("conv"), {}, {1, 2, 2}, {1, 1, 1}).relu();
  for (const int c : {0, 4}) {
    const at::Tensor weights = model->parameter("weight").select(0, c);
    const at::Tensor expected = (features * weights.view({1, 6, 1, 1, 1})).sum(1);
    EXPECT_LT(relative_difference(coarse(*model, kCam, {clips}, class_target(c)), expected), 1e-5);
  }
}

TEST(Cam, MeansToTheLogitWithoutItsBias) {
  const auto model = gap_network();
  const at::Tensor clips = noise_clips(3);
  const at::Tensor map = coarse(*model, kCam, {clips}, class_target(2));
  const at::Tensor completed = map.mean({1, 2, 3}) + model->parameter("bias")[2];
  EXPECT_LT(relative_difference(completed, logits_of(*model, clips).select(1, 2)), 1e-5);
}

TEST(Cam, OfAContrastIsTheDifferenceOfCams) {
  const auto model = gap_network();
  const at::Tensor clips = noise_clips(2);
  const at::Tensor difference = coarse(*model, kCam, {clips}, class_target(1)) -
                                coarse(*model, kCam, {clips}, class_target(3));
  const at::Tensor map = coarse(*model, kCam, {clips}, contrast(1, 3));
  EXPECT_LT(relative_difference(map, difference), 1e-5);
  EXPECT_TRUE(at::equal(map, -coarse(*model, kCam, {clips}, contrast(3, 1))));
}

TEST(Cam, TakesConvolutionHeads) {
  const at::Tensor weight = at::randn({5, 6, 1, 1, 1});
  const auto model = with_head([weight](const at::Tensor& a) {
    return at::conv3d(at::avg_pool3d(a, {4, 4, 4}), weight).mean({2, 3, 4});
  });
  const at::Tensor clips = noise_clips(2);
  const at::Tensor map = coarse(*model, kCam, {clips}, class_target(0));
  EXPECT_LT(relative_difference(map.mean({1, 2, 3}), logits_of(*model, clips).select(1, 0)), 1e-5);
}

TEST(Cam, RefusesALayerBelowARelu) {
  const auto model = fc_network();
  EXPECT_EQ(usage_error([&] {
              explain(*model, {.method = "cam", .layer = "before"}, {noise_clips(1)},
                      {class_target(0)});
            }).substr(0, 44),
            "cam: layer \"before\": found the operator \"Rel");
}

TEST(Cam, RefusesHeadsThatAreNotLinear) {
  const at::Tensor w = at::randn({5, 6});
  const auto pooled = [](const at::Tensor& a) { return a.mean({2, 3, 4}); };
  const std::string expected =
      "cam: layer \"features\": found the operator \"Sigmoid\" between it and the target, expected "
      "only average pooling and linear layers; choose the last layer before the pooling, or use "
      "hires_cam or grad_cam";
  EXPECT_EQ(refusal([=](const at::Tensor& a) { return at::linear(pooled(a), w).sigmoid(); }),
            expected);
  EXPECT_THAT(refusal([=](const at::Tensor& a) {
                return at::linear(a.amax({2, 3, 4}), w);
              }),
              HasSubstr("the operator \"Amax\""));
  EXPECT_THAT(refusal([=](const at::Tensor& a) { return at::linear(pooled(a).relu(), w); }),
              HasSubstr("the operator \"Relu\""));
  // Squeeze and excitation: a product of two factors that both depend on the layer.
  EXPECT_THAT(refusal([=](const at::Tensor& a) { return at::linear(pooled(a) * pooled(a), w); }),
              HasSubstr("the operator \"Mul\""));
}

TEST(Cam, RefusesWeightsThatDifferOverSpace) {
  const at::Tensor w = at::randn({5, 6 * 64});
  EXPECT_THAT(refusal([=](const at::Tensor& a) { return at::linear(a.flatten(1), w); }),
              HasSubstr("found weights that vary over time and space between it and the target"));
}

TEST(Cam, IgnoresOperatorsThatBypassTheLayer) {
  const at::Tensor w = at::randn({5, 6});
  const auto model = std::make_unique<FakeModel>(
      std::vector<std::string>{"rgb"}, [w](const std::vector<at::Tensor>& x, const Keep& keep) {
        const at::Tensor both = at::cat({x[0], -x[0]}, 1);
        const at::Tensor below = keep("below", both.relu());
        const at::Tensor features = keep("features", both.sigmoid());
        return at::linear((features + below.tanh()).mean({2, 3, 4}), w);
      });
  const std::unique_ptr<Method> method = make_method(*model, kCam);
  const at::Tensor clips = noise_clips(1);
  RunOptions options = tapping({"below", "features"});
  options.input_gradients = true;
  const praxiscope::Run run = model->run({&clips, 1}, options);
  const std::vector<std::vector<Target>> targets = {{class_target(0)}};
  Listener progress;
  EXPECT_NO_THROW(method->explain({.model = *model, .run = run, .targets = targets}, progress));
  EXPECT_EQ(methods::find_nonlinear(run.logits[0][0], run.activations.at("below")), "Tanh");
}

}  // namespace
}  // namespace praxiscope::testing
