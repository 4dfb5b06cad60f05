// Tiles in a grid: where they stand, what is written, what is refused.
#include "render/tiles.h"

#include "praxiscope/error.h"

#include <gtest/gtest.h>

namespace praxiscope {
namespace {

Picture plain(int width, int height, std::uint8_t value) {
  Picture picture{.width = width, .height = height, .rgb = {}};
  picture.rgb.assign(static_cast<std::size_t>(width) * static_cast<std::size_t>(height) * 3, value);
  return picture;
}

int red_at(const Picture& picture, int x, int y) {
  return picture.rgb[(static_cast<std::size_t>(y) * static_cast<std::size_t>(picture.width) +
                      static_cast<std::size_t>(x)) *
                     3];
}

TEST(Tiles, StandInRowsWithGapsBetween) {
  const TileGrid grid{.columns = 2, .width = 10, .height = 8, .words = 0, .gap = 2, .lead = 0};
  const Picture whole = draw_tiles(grid, {{plain(10, 8, 10), "", "", {}, -1},
                                          {plain(10, 8, 20), "", "", {}, -1},
                                          {plain(10, 8, 30), "", "", {}, -1}});
  EXPECT_EQ(whole.width, 22);
  EXPECT_EQ(whole.height, 18);
  EXPECT_EQ(red_at(whole, 9, 7), 10);
  EXPECT_EQ(red_at(whole, 10, 0), 255) << "the gap";
  EXPECT_EQ(red_at(whole, 12, 0), 20);
  EXPECT_EQ(red_at(whole, 0, 10), 30);
  EXPECT_EQ(red_at(whole, 12, 10), 255) << "an empty cell";
}

TEST(Tiles, FlowAroundALargerFirstOne) {
  const TileGrid grid{.columns = 3, .width = 10, .height = 10, .words = 0, .gap = 2, .lead = 2};
  EXPECT_EQ(grid.lead_width(), 22);
  EXPECT_EQ(grid.lead_height(), 22);
  EXPECT_EQ(grid.rows(6), 3);
  std::vector<Tile> tiles{{plain(22, 22, 1), "", "", {}, -1}};
  for (int i = 0; i < 5; ++i)
    tiles.push_back({plain(10, 10, static_cast<std::uint8_t>(10 * (i + 1))), "", "", {}, -1});
  const Picture whole = draw_tiles(grid, tiles);
  EXPECT_EQ(red_at(whole, 21, 21), 1);
  EXPECT_EQ(red_at(whole, 24, 0), 10);
  EXPECT_EQ(red_at(whole, 24, 12), 20);
  EXPECT_EQ(red_at(whole, 0, 24), 30);
  EXPECT_EQ(red_at(whole, 24, 24), 50);
}

TEST(Tiles, WordsAndCurvesStayUnderTheirTile) {
  const TileGrid grid{.columns = 1, .width = 120, .height = 20, .words = 16, .gap = 2, .lead = 0};
  const Picture whole = draw_tiles(grid, {{plain(120, 20, 99), "#137", "4.31", {0, 1, 0.5}, 0.5}});
  EXPECT_EQ(whole.height, 36);
  int inked = 0;
  for (int x = 0; x < 120; ++x) {
    for (int y = 20; y < 36; ++y) inked += red_at(whole, x, y) < 200;
    EXPECT_EQ(red_at(whole, x, 19), 99);
  }
  EXPECT_GT(inked, 100);
}

TEST(Tiles, RefusePicturesOfAnotherSize) {
  const TileGrid grid{.columns = 1, .width = 10, .height = 10, .words = 0, .gap = 2, .lead = 0};
  EXPECT_THROW(draw_tiles(grid, {{plain(10, 9, 0), "", "", {}, -1}}), Error);
}

TEST(Tiles, GridsFitAndHoldAllTiles) {
  for (const int tiles : {1, 2, 3, 7, 24, 25, 64, 96, 97}) {
    for (const double aspect : {0.5, 1.0, 1.78}) {
      for (const bool has_lead : {false, true}) {
        const TileGrid grid = choose_tile_grid(tiles, aspect, 900, has_lead);
        EXPECT_LE(grid.columns * grid.width + (grid.columns - 1) * grid.gap, 900) << tiles;
        EXPECT_GE(grid.width, 8);
        const int lead = grid.lead > 0 ? grid.lead * grid.lead - 1 : 0;
        EXPECT_GE(grid.columns * grid.rows(tiles), tiles + lead);
        EXPECT_LE(grid.lead, grid.columns);
      }
    }
  }
  // Twenty-four channels beside a clip of four cells fill a page's shape without an empty cell.
  const TileGrid grid = choose_tile_grid(25, 1, 1000, true);
  EXPECT_EQ(grid.columns, 7);
  EXPECT_EQ(grid.lead, 2);
  EXPECT_EQ(grid.rows(25), 4);
}

}  // namespace
}  // namespace praxiscope
