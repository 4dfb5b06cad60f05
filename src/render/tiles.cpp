// See tiles.h.
#include "render/tiles.h"

#include "render/canvas.h"

#include "praxiscope/error.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

namespace praxiscope {
namespace {

constexpr std::uint8_t kGround = 255;
constexpr int kLeastCurve = 80;  ///< px of a tile: all of a grid have curves, or none
constexpr double kShape = 1.75;  ///< width / height of the whole: a page's main column
constexpr Color kInk{0.13, 0.15, 0.18, 1}, kSoft{0.42, 0.46, 0.51, 1}, kAccent{0.83, 0.37, 0.0, 1};

void paste(const Picture& tile, Picture& whole, int x, int y) {
  for (int row = 0; row < tile.height; ++row) {
    const auto* from = tile.rgb.data() + static_cast<std::ptrdiff_t>(row) * tile.width * 3;
    auto* to = whole.rgb.data() + (static_cast<std::ptrdiff_t>(y + row) * whole.width + x) * 3;
    std::copy(from, from + static_cast<std::ptrdiff_t>(tile.width) * 3, to);
  }
}

/// The curve from left to right of `box`, a dot where the film is.
void draw_curve(cairo_t* cairo, const Tile& tile, const Rect& box) {
  if (tile.curve.size() < 2 || box.width < 16) return;
  const auto x_of = [&](double share) { return box.x + share * box.width; };
  const auto y_of = [&](double value) {
    return box.bottom() - 1.5 - std::clamp(value, 0.0, 1.0) * (box.height - 3);
  };
  set_color(cairo, kSoft);
  cairo_set_line_width(cairo, 1.2);
  bool is_down = false;
  const auto last = static_cast<double>(tile.curve.size() - 1);
  for (std::size_t i = 0; i < tile.curve.size(); ++i) {
    if (!std::isfinite(tile.curve[i])) {
      is_down = false;
      continue;
    }
    const double x = x_of(static_cast<double>(i) / last), y = y_of(tile.curve[i]);
    is_down ? cairo_line_to(cairo, x, y) : cairo_move_to(cairo, x, y);
    is_down = true;
  }
  cairo_stroke(cairo);
  if (tile.cursor < 0) return;
  set_color(cairo, kAccent);
  fill_rect(cairo, x_of(std::min(1.0, tile.cursor)) - 1, box.y, 2, box.height);
}

/// The words under a tile, the curve between them.
void draw_words(cairo_t* cairo, const Tile& tile, const Rect& box, TextPainter& text) {
  TextStyle style{.font_px = 0.74 * box.height, .is_bold = true, .color = kInk};
  const int left = std::min(box.width, text.width_of(tile.left, style) + 1);
  text.draw(cairo, tile.left, {box.x, box.y, left, box.height}, style);
  style.is_bold = false;
  style.color = kSoft;
  style.align = Align::kRight;
  const int gap = box.height / 2;
  const int wanted = tile.right.empty() ? 0 : text.width_of(tile.right, style) + 1;
  const int right = wanted <= box.width - left - gap ? wanted : 0;
  if (right > 0)
    text.draw(cairo, tile.right, {box.right() - right, box.y, right, box.height}, style);
  const int begin = box.x + left + gap, end = box.right() - (right > 0 ? right + gap : 0);
  if (box.width >= kLeastCurve) draw_curve(cairo, tile, {begin, box.y, end - begin, box.height});
}

void check_size(const Tile& tile, int width, int height) {
  if (tile.picture.width == width && tile.picture.height == height) return;
  throw Error(ErrorKind::kInternal,
              fmt::format("tiles: found a picture of {}x{} px, expected {}x{}", tile.picture.width,
                          tile.picture.height, width, height));
}

}  // namespace

int TileGrid::rows(int tiles) const {
  const int cells = tiles + (lead > 0 && tiles > 0 ? lead * lead - 1 : 0);
  return std::max(tiles > 0 ? lead : 0, (cells + columns - 1) / columns);
}

TileGrid choose_tile_grid(int tiles, double aspect, int width, bool has_lead) {
  TileGrid best;
  double best_miss = 1e9;
  for (int columns = 1; columns <= std::max(2, tiles + 4); ++columns) {
    TileGrid grid;
    grid.columns = columns;
    // The lead takes a third of the width, and at least two tiles of it where there are several.
    grid.lead = !has_lead || tiles < 2 ? 0 : std::clamp((columns + 1) / 3, 1, columns);
    if (grid.lead == 1 && columns > 2) grid.lead = 2;
    grid.gap = 6;
    grid.width = std::min(240, (width - (columns - 1) * grid.gap) / columns);
    if (grid.width < 8) break;
    grid.height = std::max(1, static_cast<int>(std::lround(grid.width / aspect)));
    grid.words = std::clamp(grid.width / 6, 13, 18);
    const int rows = grid.rows(tiles);
    const double whole_width = columns * grid.width + (columns - 1) * grid.gap;
    const double whole_height = rows * (grid.height + grid.words) + (rows - 1) * grid.gap;
    // A last row that is nearly empty looks as wrong as a wrong shape does.
    const int cells = columns * rows,
              used = tiles + (grid.lead > 0 ? grid.lead * grid.lead - 1 : 0);
    const double empty = static_cast<double>(cells - used) / columns;
    const double miss = std::abs(std::log(whole_width / whole_height / kShape)) + 0.35 * empty;
    if (miss < best_miss) best = grid, best_miss = miss;
  }
  return best;
}

Picture draw_tiles(const TileGrid& grid, const std::vector<Tile>& tiles) {
  const int rows = grid.rows(static_cast<int>(tiles.size()));
  const int step_x = grid.width + grid.gap, step_y = grid.height + grid.words + grid.gap;
  Picture whole{.width = grid.columns * step_x - grid.gap,
                .height = std::max(1, rows * step_y - grid.gap),
                .rgb = {}};
  whole.rgb.assign(
      static_cast<std::size_t>(whole.width) * static_cast<std::size_t>(whole.height) * 3, kGround);
  const Canvas canvas({0, 0, whole.width, whole.height});
  TextPainter text;
  int cell = 0;
  for (std::size_t i = 0; i < tiles.size(); ++i, ++cell) {
    const bool is_lead = i == 0 && grid.lead > 0;
    // Cells under the first, larger tile are taken.
    while (!is_lead && cell % grid.columns < grid.lead && cell / grid.columns < grid.lead) ++cell;
    const int width = is_lead ? grid.lead_width() : grid.width;
    const int height = is_lead ? grid.lead_height() : grid.height;
    check_size(tiles[i], width, height);
    const int x = cell % grid.columns * step_x, y = cell / grid.columns * step_y;
    paste(tiles[i].picture, whole, x, y);
    if (grid.words > 0)
      draw_words(canvas.cairo(), tiles[i], {x, y + height, width, grid.words}, text);
  }
  canvas.put_on(
      {whole.rgb.data(), whole.width, whole.height, static_cast<std::ptrdiff_t>(whole.width) * 3});
  return whole;
}

}  // namespace praxiscope
