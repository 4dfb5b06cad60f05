// Saliency of a linear network is its weights.
#include "methods/explaining.h"
#include "methods/fake_model.h"

#include <gtest/gtest.h>

namespace praxiscope::testing {
namespace {

at::Tensor map_of(const Model& model, const std::string& options, const Target& target) {
  return coarse(model, {.method = "saliency", .options = options}, {noise_clips(1)}, target)[0];
}

TEST(Saliency, OfALinearNetworkIsItsWeights) {
  const auto model = linear_network();
  const at::Tensor w = model->parameter("weight")[2].view({3, 4, 8, 8});
  EXPECT_TRUE(at::equal(map_of(*model, "", class_target(2)), w.abs().amax(0)));
  EXPECT_TRUE(at::allclose(map_of(*model, "channels=mean", class_target(2)), w.abs().mean(0)));
  EXPECT_TRUE(at::allclose(map_of(*model, "channels=sum", class_target(2)), w.abs().sum(0)));
  EXPECT_TRUE(at::allclose(map_of(*model, "channels=l2", class_target(2)), w.norm(2, 0)));
  EXPECT_TRUE(
      at::allclose(map_of(*model, "values=signed,channels=sum", class_target(2)), w.sum(0)));
}

TEST(Saliency, SignedMaximumKeepsTheSignOfTheStrongestChannel) {
  const auto model = linear_network();
  const at::Tensor w = model->parameter("weight")[2].view({3, 4, 8, 8});
  const at::Tensor map = map_of(*model, "values=signed", class_target(2));
  EXPECT_TRUE(at::equal(map.abs(), w.abs().amax(0)));
  EXPECT_TRUE(((map == w).sum(0) > 0).all().item<bool>());
  EXPECT_LT(map.min().item<float>(), 0);
}

TEST(Saliency, OfAContrastTurnsRound) {
  const auto model = linear_network();
  const std::string options = "values=signed,channels=mean";
  EXPECT_TRUE(
      at::equal(map_of(*model, options, contrast(0, 1)), -map_of(*model, options, contrast(1, 0))));
}

TEST(Saliency, LiesOnEveryInput) {
  const auto model = two_stream_network();
  const Maps maps = explain(*model, {.method = "saliency"}, {noise_clips(1), noise_clips(1, 2)},
                            {class_target(0)});
  ASSERT_EQ(maps[0][0].size(), 2u);
  EXPECT_EQ(maps[0][0][0].input, "rgb");
  EXPECT_EQ(maps[0][0][1].input, "flow");
  EXPECT_EQ(maps[0][0][0].variant, "values=absolute,channels=max");
  EXPECT_GT(maps[0][0][1].volume.max().item<float>(), 0);
}

TEST(Saliency, ALengthHasNoSign) {
  const auto model = linear_network();
  EXPECT_EQ(
      usage_error([&] { map_of(*model, "values=signed,channels=l2", class_target(0)); }),
      "saliency: option channels: found \"l2\" with values=signed, expected max, mean or sum; "
      "a length has no sign");
}

}  // namespace
}  // namespace praxiscope::testing
