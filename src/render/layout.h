// Layout: where everything on a tile goes. Pure arithmetic: no fonts, no pixels.
#pragma once

#include "praxiscope/preparation.h"

#include <optional>
#include <vector>

namespace praxiscope {

/// px, relative to the tile (or the whole picture for grids).
struct Rect {
  int x = 0, y = 0, width = 0, height = 0;
  int right() const { return x + width; }
  int bottom() const { return y + height; }
};

/// Columns x rows of equal tiles, nearest to 16:9 as a whole without wasting cells.
struct Grid {
  int columns = 1, rows = 1;
};
Grid choose_grid(Size tile, int tiles);

/// What a tile would like to show.
struct LayoutWish {
  Size tile{};
  bool caption = true;
  int title_lines = 1;     ///< 1 or 2
  int title_width_px = 0;  ///< of the widest line, at title_font_px(tile)
  bool has_scale = true;   ///< colour bar and range under the title
  int scale_lo_width_px = 0, scale_hi_width_px = 0, note_width_px = 0;  ///< at small_font_px()
  int bars = 3;
  bool timeline = true;
};

/// One class: label | bar | percent.
struct BarRow {
  Rect label, bar, percent;
};

/// Rectangles that do not overlap and lie in the tile; absent ones had no room.
struct TileLayout {
  int margin = 0, padding = 0;  ///< px
  double font_px = 0, small_font_px = 0, bar_font_px = 0;
  std::optional<Rect> caption{};  ///< panel
  Rect title{};                   ///< in the caption
  bool has_scale = false;
  Rect scale_lo{}, scale_bar{}, scale_hi{}, note{};  ///< in the caption; note may have no width
  std::optional<Rect> panel{};                       ///< lower third
  std::vector<BarRow> bars{};                        ///< in the panel
  std::optional<Rect> timeline{};                    ///< in the panel
};

/// Font size for a tile: grows with it, never below 9 px.
double title_font_px(Size tile);
/// Of numbers and notes.
double small_font_px(Size tile);
int line_height(double font_px);
/// Width of the column for format_percent() (text.h), in units of its font.
inline constexpr double kPercentEm = 4.2;

/// Where the whole does not fit, it goes in this order: the timeline, the title's second line, bars
/// from the last one, the colour bar, the title. At most 55 % of the height is covered.
TileLayout lay_out(const LayoutWish& wish);

/// Widest title that lay_out() gives room, px.
int title_room_px(Size tile);

}  // namespace praxiscope
