// Tiles: small pictures in a grid, a line of words under each. Knows no networks.
#pragma once

#include "praxiscope/frame.h"

#include <string>
#include <vector>

namespace praxiscope {

/// One small picture with what is written under it.
struct Tile {
  Picture picture;          ///< of the grid's tile size; another size is an internal error
  std::string left, right;  ///< "#137", "4.31"; the right one gives way where both do not fit
  /// A curve in 0..1 between the words, where there is room; empty: none. NaN breaks it.
  std::vector<double> curve;
  double cursor = -1;  ///< 0..1 along the curve; negative: none
};

/// Columns x rows of tiles of one size; a larger tile may stand first, at the top left.
struct TileGrid {
  int columns = 1;
  int width = 64, height = 64;  ///< px of a tile's picture
  int words = 14;               ///< px of the line under it; 0: no words
  int gap = 4;                  ///< px between tiles, both ways
  int lead = 0;                 ///< columns and rows that the first, larger tile takes; 0: none

  /// px of the first tile's picture: its words have one line, too.
  int lead_width() const { return lead * width + (lead - 1) * gap; }
  int lead_height() const { return lead * (height + words) + (lead - 1) * gap - words; }
  /// Rows that `tiles` take, the first one included.
  int rows(int tiles) const;
};

/// A grid for `tiles` tiles beside a lead whose pictures have `aspect` (width / height), at most
/// `width` px wide, nearest to the shape of a page's main column. `has_lead`: the first of them is
/// larger.
TileGrid choose_tile_grid(int tiles, double aspect, int width, bool has_lead);

/// Draws all tiles on a light ground. @throws Error kInternal for a picture of another size.
Picture draw_tiles(const TileGrid& grid, const std::vector<Tile>& tiles);

}  // namespace praxiscope
