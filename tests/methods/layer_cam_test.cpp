// LayerCAM: never negative after a ReLU, and CAM's positive part for pooled heads.
#include "methods/explaining.h"
#include "methods/fake_model.h"

#include <gtest/gtest.h>

namespace praxiscope::testing {
namespace {

TEST(LayerCam, UsesOnlyPositiveGradients) {
  const auto model = gap_network();
  const at::Tensor clips = noise_clips(2);
  const at::Tensor features =
      at::conv3d(clips, model->parameter("conv"), {}, {1, 2, 2}, {1, 1, 1}).relu();
  const at::Tensor weights = model->parameter("weight")[2].relu() / 64;
  const at::Tensor expected = (features * weights.view({1, 6, 1, 1, 1})).sum(1);
  const at::Tensor map = coarse(*model, {.method = "layer_cam"}, {clips}, class_target(2));
  EXPECT_LT(relative_difference(map, expected), 1e-5);
}

TEST(LayerCam, AndItsCounterfactualSplitHiResCamAfterARelu) {
  const auto model = fc_network();
  const at::Tensor clips = noise_clips(2);
  const at::Tensor for_it = coarse(*model, {.method = "layer_cam"}, {clips}, class_target(0));
  const at::Tensor against = coarse(*model, {.method = "layer_cam", .options = "counterfactual=on"},
                                    {clips}, class_target(0));
  const at::Tensor hires = coarse(*model, {.method = "hires_cam"}, {clips}, class_target(0));
  EXPECT_GE(for_it.min().item<float>(), 0);
  EXPECT_GE(against.min().item<float>(), 0);
  EXPECT_LT(relative_difference(for_it - against, hires), 1e-5);
}

}  // namespace
}  // namespace praxiscope::testing
