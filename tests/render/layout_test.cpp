#include "render/layout.h"

#include <gtest/gtest.h>

#include <string>
#include <vector>

namespace praxiscope {
namespace {

struct Named {
  std::string name;
  Rect rect;
};

bool overlap(const Rect& a, const Rect& b) {
  return a.x < b.right() && b.x < a.right() && a.y < b.bottom() && b.y < a.bottom();
}

bool contains(const Rect& outer, const Rect& inner) {
  return inner.x >= outer.x && inner.y >= outer.y && inner.right() <= outer.right() &&
         inner.bottom() <= outer.bottom();
}

/// Parts that are drawn, apart from the panels they stand in.
std::vector<Named> parts_of(const TileLayout& layout) {
  std::vector<Named> parts;
  if (layout.caption) parts.push_back({"title", layout.title});
  if (layout.has_scale) {
    parts.push_back({"lo", layout.scale_lo});
    parts.push_back({"scale", layout.scale_bar});
    parts.push_back({"hi", layout.scale_hi});
    if (layout.note.width > 0) parts.push_back({"note", layout.note});
  }
  for (std::size_t i = 0; i < layout.bars.size(); ++i) {
    const std::string number = std::to_string(i);
    parts.push_back({"label" + number, layout.bars[i].label});
    parts.push_back({"bar" + number, layout.bars[i].bar});
    parts.push_back({"percent" + number, layout.bars[i].percent});
  }
  if (layout.timeline) parts.push_back({"timeline", *layout.timeline});
  return parts;
}

void expect_sound(const LayoutWish& wish) {
  const TileLayout layout = lay_out(wish);
  const std::string where =
      std::to_string(wish.tile.width) + "x" + std::to_string(wish.tile.height) + " bars " +
      std::to_string(wish.bars) + " title " + std::to_string(wish.title_width_px);
  const Rect tile{0, 0, wish.tile.width, wish.tile.height};
  const std::vector<Named> parts = parts_of(layout);
  for (std::size_t i = 0; i < parts.size(); ++i) {
    ASSERT_GT(parts[i].rect.width, 0) << parts[i].name << " at " << where;
    ASSERT_GT(parts[i].rect.height, 0) << parts[i].name << " at " << where;
    ASSERT_TRUE(contains(tile, parts[i].rect)) << parts[i].name << " at " << where;
    const bool is_lower = parts[i].name.starts_with("label") || parts[i].name.starts_with("bar") ||
                          parts[i].name.starts_with("percent") || parts[i].name == "timeline";
    ASSERT_TRUE(contains(is_lower ? *layout.panel : *layout.caption, parts[i].rect))
        << parts[i].name << " at " << where;
    for (std::size_t j = 0; j < i; ++j) {
      ASSERT_FALSE(overlap(parts[i].rect, parts[j].rect))
          << parts[i].name << " on " << parts[j].name << " at " << where;
    }
  }
  int covered = 0;
  for (const auto& panel : {layout.caption, layout.panel}) {
    if (!panel) continue;
    ASSERT_TRUE(contains(tile, *panel)) << where;
    ASSERT_GE(panel->x, layout.margin);
    covered += panel->height;
  }
  if (layout.caption && layout.panel) {
    ASSERT_FALSE(overlap(*layout.caption, *layout.panel)) << where;
  }
  ASSERT_LE(covered, 0.56 * wish.tile.height) << where;
  ASSERT_GE(layout.font_px, 8) << where;
  ASSERT_LE(layout.bars.size(), static_cast<std::size_t>(wish.bars));
}

const std::vector<Size> kSizes{{1, 1},       {16, 16},     {64, 64},    {90, 30},    {30, 90},
                               {112, 112},   {144, 176},   {240, 320},  {272, 640},  {360, 640},
                               {480, 640},   {1080, 360},  {320, 960},  {720, 1280}, {1080, 1920},
                               {1920, 1080}, {2160, 3840}, {4096, 4096}};

TEST(Layout, NothingOverlapsAndAllLiesInside) {
  for (const Size& tile : kSizes) {
    for (const int bars : {0, 1, 3, 5, 20}) {
      for (const bool timeline : {false, true}) {
        for (const int title : {0, 40, 300, 2000, 100000}) {
          for (const int number : {6, 20, 60, 400}) {
            expect_sound({.tile = tile,
                          .title_lines = title > title_room_px(tile) ? 2 : 1,
                          .title_width_px = title,
                          .has_scale = title != 40,
                          .scale_lo_width_px = number / 2,
                          .scale_hi_width_px = number,
                          .note_width_px = 3 * number,
                          .bars = bars,
                          .timeline = timeline});
          }
        }
      }
    }
  }
}

TEST(Layout, NothingOverlapsAtAnySize) {
  for (int height = 8; height < 700; height += 11) {
    for (int width = 8; width < 900; width += 13) {
      expect_sound({.tile = {height, width},
                    .title_width_px = 250,
                    .scale_lo_width_px = 8,
                    .scale_hi_width_px = 40,
                    .note_width_px = 100,
                    .bars = 4});
    }
  }
}

LayoutWish usual(Size tile) {
  return {.tile = tile,
          .title_width_px = 60,
          .scale_lo_width_px = 8,
          .scale_hi_width_px = 30,
          .note_width_px = 60};
}

TEST(Layout, ShowsEverythingAtUsualSizes) {
  for (const Size& tile : {Size{272, 640}, Size{360, 640}, Size{1080, 1920}, Size{2160, 3840},
                           Size{1920, 1080}, Size{1080, 360}}) {
    const TileLayout layout = lay_out(usual(tile));
    EXPECT_TRUE(layout.caption && layout.has_scale && layout.timeline) << tile.width;
    EXPECT_EQ(layout.bars.size(), 3U) << tile.width;
  }
}

TEST(Layout, DropsTheTimelineThenBarsThenTheCaption) {
  // Ever smaller square tiles: each part, once gone, stays gone, and they go in this order.
  int timeline_until = 0, bars_until = 0, scale_until = 0, caption_until = 0;
  for (int side = 600; side > 0; --side) {
    const TileLayout layout = lay_out(usual({side, side}));
    if (!layout.timeline) timeline_until = std::max(timeline_until, side);
    if (layout.bars.empty()) bars_until = std::max(bars_until, side);
    if (!layout.has_scale) scale_until = std::max(scale_until, side);
    if (!layout.caption) caption_until = std::max(caption_until, side);
  }
  EXPECT_GT(timeline_until, bars_until);
  EXPECT_GT(bars_until, scale_until);
  EXPECT_GE(scale_until, caption_until);
  EXPECT_GT(caption_until, 8);
  EXPECT_LT(caption_until, 80) << "a tile of 80 px still says what it shows";
}

TEST(Layout, TwentyBarsFitAFullHdPicture) {
  LayoutWish wish = usual({1080, 1920});
  wish.bars = 20;
  EXPECT_GE(lay_out(wish).bars.size(), 15U);
}

TEST(Layout, TextGrowsWithTheTileAndStaysReadable) {
  EXPECT_EQ(title_font_px({112, 112}), 9);
  EXPECT_NEAR(title_font_px({1080, 1920}), 27, 2);
  EXPECT_NEAR(title_font_px({2160, 3840}), 49, 3);
  EXPECT_GE(small_font_px({16, 16}), 8);
}

TEST(Grid, IsNearSixteenToNineWithPairsSideBySide) {
  const auto grid = [](Size tile, int tiles) {
    const Grid g = choose_grid(tile, tiles);
    return std::pair(g.columns, g.rows);
  };
  EXPECT_EQ(grid({1080, 1920}, 1), std::pair(1, 1));
  EXPECT_EQ(grid({1080, 1920}, 2), std::pair(2, 1));
  EXPECT_EQ(grid({1080, 1920}, 4), std::pair(2, 2));
  EXPECT_EQ(grid({1080, 1920}, 6), std::pair(3, 2));
  EXPECT_EQ(grid({240, 320}, 2), std::pair(2, 1));
  EXPECT_EQ(grid({272, 640}, 2), std::pair(1, 2)) << "wide films stack";
  EXPECT_EQ(grid({1920, 1080}, 3), std::pair(3, 1)) << "phone videos stand side by side";
  for (int tiles = 1; tiles < 30; ++tiles) {
    const Grid g = choose_grid({480, 640}, tiles);
    EXPECT_GE(g.columns * g.rows, tiles);
    EXPECT_LT(g.columns * g.rows - tiles, g.columns) << "no empty row";
  }
}

}  // namespace
}  // namespace praxiscope
