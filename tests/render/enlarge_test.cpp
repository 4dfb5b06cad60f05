// Small sources: how much larger they are drawn, and that maps stay on their pixels.
#include "render/enlarge.h"

#include "render/layout.h"

#include <ATen/ATen.h>
#include <gtest/gtest.h>

#include <cmath>

namespace praxiscope {
namespace {

/// Gray that grows by `step` from column to column and by 1 from row to row.
Picture ramp(int width, int height, int step) {
  Picture picture{.width = width, .height = height, .rgb = {}};
  for (int y = 0; y < height; ++y)
    for (int x = 0; x < width; ++x)
      picture.rgb.insert(picture.rgb.end(), 3, static_cast<std::uint8_t>(step * x + y));
  return picture;
}

TEST(Enlarge, BringsSmallSourcesNearThreeHundredAndSixtyPixels) {
  EXPECT_EQ(enlargement({128, 128}), 3);
  EXPECT_EQ(enlargement({112, 200}), 3);
  EXPECT_EQ(enlargement({144, 176}), 3) << "432 rather than 288";
  EXPECT_EQ(enlargement({120, 160}), 3);
  EXPECT_EQ(enlargement({224, 224}), 2);
  EXPECT_EQ(enlargement({64, 64}), 6);
}

TEST(Enlarge, LeavesUsualSizesAndLongStripsAlone) {
  for (const Size size : {Size{240, 320}, Size{320, 240}, Size{360, 640}, Size{1080, 1920}})
    EXPECT_EQ(enlargement(size), 1) << size.width;
  EXPECT_EQ(enlargement({20, 1000}), 1);
  EXPECT_EQ(enlargement({100, 500}), 2) << "its longer side has no more room";
}

TEST(Enlarge, InterpolatesBetweenTheCentresOfPixels) {
  const Picture large = enlarge(ramp(12, 10, 6), 3);
  ASSERT_EQ(large.width, 36);
  ASSERT_EQ(large.height, 30);
  ASSERT_EQ(large.rgb.size(), 3U * 36 * 30);
  for (int y = 6; y < 24; ++y) {
    for (int x = 6; x < 30; ++x) {  // away from the edges, which are repeated
      const double expected = 6 * ((x + 0.5) / 3 - 0.5) + (y + 0.5) / 3 - 0.5;
      EXPECT_NEAR(large.rgb[3 * (static_cast<std::size_t>(y) * 36 + x)], expected, 0.51);
    }
  }
}

TEST(Enlarge, KeepsThePixelsItLiesOnAndTheirRange) {
  // Factors that are odd have an output pixel in the middle of each input pixel.
  Picture noise{.width = 7, .height = 5, .rgb = {}};
  std::uint32_t state = 1;
  for (int i = 0; i < 3 * 7 * 5; ++i) {
    state = state * 1664525 + 1013904223;
    noise.rgb.push_back((state >> 24) > 127 ? 255 : 0);
  }
  const Picture large = enlarge(noise, 5);
  for (int y = 0; y < 5; ++y)
    for (int x = 0; x < 7; ++x)
      for (std::size_t c = 0; c < 3; ++c)
        ASSERT_EQ(large.rgb[3 * (static_cast<std::size_t>(5 * y + 2) * 35 + 5 * x + 2) + c],
                  noise.rgb[3 * (static_cast<std::size_t>(y) * 7 + x) + c]);
  EXPECT_EQ(enlarge(noise, 1).rgb, noise.rgb);
}

FrameState state_on(const Picture& picture) {
  FrameState state;
  state.picture = &picture;
  TileState tile{.title = "Grad-CAM", .range = {0, 1}};
  FrameMap map;
  map.values = at::zeros({4, 4});
  map.values[1][2] = 1;
  map.source_from_clip = {16, 32, 16, 32};  // 64 x 64 px in the middle of 128 x 128
  map.clip_range = {0, 1};
  tile.map = map;
  state.tiles = {tile};
  state.bars = {{"bowing a violin", 0, 0.8F, true}, {"plucking a cello", 1, 0.2F}};
  return state;
}

TEST(Enlarge, MapsStayOnTheirPixels) {
  const Picture black{128, 128, std::vector<std::uint8_t>(3 * 128 * 128, 0)};
  // Without caption, which would lie over the map; the bars make it large.
  const RenderOptions options{.caption = false, .bars = 1, .timeline = false, .outline = false};
  const auto renderer = make_enlarging_renderer({128, 128}, 1, options);
  ASSERT_EQ(renderer->size(), (Size{384, 384}));
  FrameState state = state_on(black);
  const Picture out = renderer->draw(state);
  const auto red = [&](int x, int y) {
    return out.rgb[3 * (static_cast<std::size_t>(y) * 384 + x)];
  };
  int best_x = 0, best_y = 0;
  for (int y = 0; y < 288; ++y)  // above the bars
    for (int x = 0; x < 384; ++x)
      if (red(x, y) > red(best_x, best_y)) best_x = x, best_y = y;
  EXPECT_NEAR(best_x, 3 * (32 + 2.5 * 16), 4) << "the middle of cell 2";
  EXPECT_NEAR(best_y, 3 * (32 + 1.5 * 16), 4);
}

TEST(Enlarge, WhatAStreamSeesGrowsToo) {
  const Picture black{128, 128, std::vector<std::uint8_t>(3 * 128 * 128, 0)};
  FrameState state = state_on(black);
  state.tiles[0].picture =
      std::make_shared<const Picture>(Picture{128, 128, std::vector<std::uint8_t>(49152, 200)});
  const auto renderer = make_enlarging_renderer({128, 128}, 1, {.opacity = 0, .outline = false});
  const Picture out = renderer->draw(state);
  EXPECT_EQ(out.rgb[3 * (static_cast<std::size_t>(190) * 384 + 5)], 200);
}

TEST(Enlarge, UsualSizesAndPicturesWithoutWordsAreDrawnAsTheyAre) {
  const Picture usual = ramp(320, 240, 0), small = ramp(128, 128, 1);
  EXPECT_EQ(make_enlarging_renderer({240, 320}, 1, {})->draw(state_on(usual)).rgb,
            make_renderer({240, 320}, 1, {})->draw(state_on(usual)).rgb);
  const RenderOptions bare{.caption = false, .bars = 0, .timeline = false};
  const auto renderer = make_enlarging_renderer({128, 128}, 1, bare);
  EXPECT_EQ(renderer->size(), (Size{128, 128}));
  EXPECT_EQ(renderer->draw(state_on(small)).rgb,
            make_renderer({128, 128}, 1, bare)->draw(state_on(small)).rgb);
}

TEST(Enlarge, GivesThreeBarsAndTheirLabelsRoom) {
  const auto laid_out = [](int side) {
    return lay_out({.tile = {side, side},
                    .title_width_px = side,
                    .scale_lo_width_px = 8,
                    .scale_hi_width_px = 40,
                    .bars = 3,
                    .timeline = false});
  };
  EXPECT_LT(laid_out(128).bars.size(), 3U);
  const TileLayout large = laid_out(128 * enlargement({128, 128}));
  ASSERT_EQ(large.bars.size(), 3U);
  EXPECT_GT(large.bars[0].label.width, 12 * large.bar_font_px) << "\"plucking a cello\", bold";
  EXPECT_LT(large.caption->height + large.panel->height, 384 / 3);
}

}  // namespace
}  // namespace praxiscope
