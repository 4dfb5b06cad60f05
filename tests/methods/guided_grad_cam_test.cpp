// Guided Grad-CAM is the product of the two rooms it is named after.
#include "methods/explaining.h"
#include "methods/fake_model.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace praxiscope::testing {
namespace {

at::Tensor volumes(const Maps& maps, std::size_t k, std::size_t input) {
  std::vector<at::Tensor> all;
  for (const auto& clip : maps) all.push_back(clip.at(k).at(input).volume);
  return at::stack(all);
}

TEST(GuidedGradCam, IsTheProductOfItsTwoMethods) {
  const auto model = fc_network();
  const std::vector<at::Tensor> clips = {noise_clips(2)};
  const std::vector<Target> targets = {class_target(1), contrast(0, 2), unit("features", 3)};
  const Maps fine =
      explain(*model, {.method = "guided_backprop", .options = "values=signed"}, clips, targets);
  for (const std::string cam : {"grad_cam", "grad_cam_pp"}) {
    const Maps wide = explain(*model, {.method = cam}, clips, targets);
    const auto maps_of = [&](const std::string& values) {
      const std::string options = "cam=" + cam + ",values=" + values;
      return explain(*model, {.method = "guided_grad_cam", .options = options}, clips, targets);
    };
    const Maps maps = maps_of("absolute"), with_sign = maps_of("signed");
    for (std::size_t k = 0; k < targets.size(); ++k) {
      const at::Tensor product = volumes(wide, k, 0) * volumes(fine, k, 0);
      EXPECT_TRUE(at::equal(volumes(with_sign, k, 0), product)) << cam << k;
      EXPECT_TRUE(at::equal(volumes(maps, k, 0), product.abs())) << cam << k;
    }
    EXPECT_EQ(maps[0][0][0].variant, "cam=" + cam + ",values=absolute");
    EXPECT_FALSE(maps[0][0][0].is_signed);
    EXPECT_TRUE(with_sign[0][0][0].is_signed);
  }
}

TEST(GuidedGradCam, LiesOnTheInputsUnderItsLayer) {
  const auto model = two_stream_network();
  const std::vector<at::Tensor> clips = {noise_clips(2), noise_clips(2, 2)};
  const auto maps_at = [&](const std::string& layer) {
    return explain(*model, {.method = "guided_grad_cam", .layer = layer}, clips, {class_target(4)});
  };
  const Maps flow = maps_at("flow_net.conv");
  ASSERT_EQ(flow[1][0].size(), 1u);
  EXPECT_EQ(flow[1][0][0].input, "flow");
  const Maps fine = explain(*model, {.method = "guided_backprop", .options = "values=signed"},
                            clips, {class_target(4)});
  const Maps wide =
      explain(*model, {.method = "grad_cam", .layer = "flow_net.conv"}, clips, {class_target(4)});
  EXPECT_TRUE(at::equal(volumes(flow, 0, 0), volumes(wide, 0, 0) * volumes(fine, 0, 1).abs()));
  EXPECT_EQ(maps_at("fusion.conv")[1][0].size(), 2u);
}

TEST(GuidedGradCam, SaysWhenThereIsNoRectifierToChange) {
  const auto model = std::make_unique<FakeModel>(
      std::vector<std::string>{"rgb"}, [](const std::vector<at::Tensor>& x, const Keep& keep) {
        return keep("features", x[0]).mean({2, 3, 4});
      });
  Listener progress;
  explain(*model, {.method = "guided_grad_cam"}, {noise_clips(1)}, {class_target(0)}, progress);
  EXPECT_THAT(progress.warnings, ::testing::Contains(::testing::StartsWith(
                                     "guided_grad_cam: found no relu between clip and target")));
}

}  // namespace
}  // namespace praxiscope::testing
