// Flow as colours: what each direction and length looks like, and where it lies in a frame.
#include "render/flow_colors.h"

#include "praxiscope/error.h"

#include <ATen/ATen.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <cmath>

namespace praxiscope {
namespace {

std::array<int, 3> color(double right, double down, FlowColors colors = FlowColors::kWheel) {
  const at::Tensor flow = at::tensor({right, down}, at::kDouble).view({2, 1, 1});
  const at::Tensor bytes = flow_bytes(flow, 1, colors);
  return {bytes[0][0][0].item<int>(), bytes[0][0][1].item<int>(), bytes[0][0][2].item<int>()};
}

int spread(const std::array<int, 3>& rgb) {
  return *std::max_element(rgb.begin(), rgb.end()) - *std::min_element(rgb.begin(), rgb.end());
}

TEST(FlowColors, StillnessIsLightAndHasNoHue) {
  const auto rgb = color(0, 0);
  EXPECT_LE(spread(rgb), 2);
  EXPECT_GT(rgb[0], 235);
}

TEST(FlowColors, DirectionIsHueAndLengthIsStrength) {
  const auto right = color(1, 0), left = color(-1, 0), down = color(0, 1), up = color(0, -1);
  EXPECT_GT(right[0], std::max(right[1], right[2]) + 60) << "right is red";
  EXPECT_GT(std::min(left[1], left[2]), left[0] + 60) << "left is cyan";
  for (const auto& other : {left, down, up}) EXPECT_NE(right, other);
  EXPECT_NE(up, down);
  EXPECT_LT(spread(color(0.3, 0)), spread(color(0.6, 0)));
  EXPECT_EQ(color(3, 0), right) << "beyond the reach nothing changes";
}

TEST(FlowColors, TheTripleIsRightDownAndLength) {
  EXPECT_EQ(color(0, 0, FlowColors::kTriple), (std::array<int, 3>{128, 128, 0}));
  EXPECT_EQ(color(1, 0, FlowColors::kTriple), (std::array<int, 3>{255, 128, 255}));
  EXPECT_EQ(color(0, -0.6, FlowColors::kTriple), (std::array<int, 3>{128, 51, 153}));
  EXPECT_EQ(parse_flow_colors("rgb"), FlowColors::kTriple);
  EXPECT_THROW(parse_flow_colors("hsv"), Error);
}

TEST(FlowColors, NearlyAllVectorsStayBelowTheUsualReach) {
  at::Tensor flow = at::zeros({2, 10, 10, 10});
  EXPECT_EQ(usual_reach(flow), 0.5) << "noise stays pale";
  flow[0].fill_(3);
  flow[1].fill_(4);
  flow[0][0][0][0] = 1000;  // one of a thousand
  EXPECT_FLOAT_EQ(static_cast<float>(usual_reach(flow)), 5);
}

TEST(FlowColors, LieWhereTheStreamLooked) {
  Picture frame{.width = 40, .height = 20, .rgb = std::vector<std::uint8_t>(40 * 20 * 3, 200)};
  const at::Tensor flow = at::stack({at::ones({4, 5}), at::zeros({4, 5})});
  // 5 x 4 cells of 4 px from (8, 2) on.
  const Picture out =
      draw_flow(flow, {.scale_x = 4, .offset_x = 8, .scale_y = 4, .offset_y = 2}, frame, 1);
  ASSERT_EQ(out.width, 40);
  const auto pixel = [&](int x, int y) {
    const auto* at = out.rgb.data() + 3 * (y * 40 + x);
    return std::array<int, 3>{at[0], at[1], at[2]};
  };
  const auto red = pixel(15, 9);
  EXPECT_GT(red[0], std::max(red[1], red[2]) + 40);
  EXPECT_LT(spread(red), spread(color(1, 0))) << "paler, for the map";
  for (const auto& [x, y] : {std::pair(8, 2), {27, 17}}) EXPECT_EQ(pixel(x, y), red);
  for (const auto& [x, y] : {std::pair(7, 2), {28, 17}, {15, 18}, {0, 0}})
    EXPECT_EQ(pixel(x, y), (std::array<int, 3>{70, 70, 70}));
}

TEST(FlowColors, ACropBeyondThePictureIsCutOff) {
  const Picture frame{.width = 8, .height = 8, .rgb = std::vector<std::uint8_t>(8 * 8 * 3, 200)};
  at::Tensor flow = at::zeros({2, 4, 12});
  flow[0].slice(1, 2, 10).fill_(1);  // what lies in the picture
  const Picture out =
      draw_flow(flow, {.scale_x = 1, .offset_x = -2, .scale_y = 2, .offset_y = 0}, frame, 1);
  for (std::size_t i = 0; i < 64; ++i) {
    EXPECT_EQ(out.rgb[3 * i], out.rgb[0]);
    EXPECT_GT(out.rgb[3 * i], out.rgb[3 * i + 1] + 40);
  }
}

}  // namespace
}  // namespace praxiscope
