#include "render/layout.h"

#include <algorithm>
#include <cmath>

namespace praxiscope {
namespace {

constexpr double kMostCovered = 0.55;  // of the tile's height
constexpr double kCaptionEm = 46;      // widest caption
constexpr double kColorBarEm = 8, kLeastNoteEm = 6;
constexpr double kLeastTitleEm = 5, kLeastBarsEm = 9.5, kLeastTimelineEm = 13;

int px(double value) { return static_cast<int>(std::lround(value)); }

/// Sizes shared by all parts of a tile.
struct Metrics {
  explicit Metrics(Size tile)
      : font(title_font_px(tile)),
        small(small_font_px(tile)),
        margin(std::max(3, px(0.65 * font))),
        padding(std::max(3, px(0.45 * font))),
        inner(tile.width - 2 * margin),
        budget(px(kMostCovered * tile.height)) {}
  double font, small;
  int margin, padding;
  int inner;   ///< widest panel, px
  int budget;  ///< height all panels and margins may take, px
};

int caption_height(const Metrics& m, int title_lines, bool has_scale) {
  const int scale = has_scale ? line_height(m.small) + px(0.15 * m.font) : 0;
  return 2 * px(0.7 * m.padding) + title_lines * line_height(m.font) + scale;
}

/// A choice of parts for the lower third and what it needs.
struct Lower {
  int bars = 0;
  bool timeline = false, is_stacked = false;
  double font = 0;  ///< of the bars
  int row = 0;      ///< height of a bar's row, px
  int bars_width = 0, timeline_height = 0;
  int height = 0;  ///< of the panel, px; 0 for none
};

std::optional<Lower> try_lower(const Metrics& m, int bars, bool timeline, double font, int room) {
  Lower lower{.bars = bars, .timeline = timeline, .font = font};
  if (bars == 0 && !timeline) return lower;
  const int inner = m.inner - 2 * m.padding;
  lower.row = px(1.5 * font);
  lower.bars_width = bars == 0 ? 0 : std::min(inner, px(27 * font));
  const int gap = px(1.6 * m.font);
  const int least_timeline = px(4.2 * m.font);
  if (bars > 0 && inner < px(kLeastBarsEm * font)) return std::nullopt;
  int content = bars * lower.row;
  if (timeline) {
    if (inner < px(kLeastTimelineEm * m.font)) return std::nullopt;
    if (bars > 0) {
      const int beside =
          std::clamp(px(0.42 * inner), std::min(inner, px(19 * font)), lower.bars_width);
      lower.is_stacked = inner - beside - gap < px(kLeastTimelineEm * m.font);
      lower.bars_width = lower.is_stacked ? inner : beside;
    }
    lower.timeline_height = lower.is_stacked ? least_timeline : std::max(content, least_timeline);
    content = lower.is_stacked ? content + m.padding + least_timeline : lower.timeline_height;
  }
  lower.height = content + 2 * m.padding;
  if (lower.height + m.margin > room) return std::nullopt;
  return lower;
}

/// The most of the lower third that fits into `room` px.
Lower fit_lower(const Metrics& m, const LayoutWish& wish, int room) {
  for (const bool timeline : {true, false}) {
    if (timeline && !wish.timeline) continue;
    for (const double shrink : {0.94, 0.85, 0.75, 0.65}) {
      const double font = std::max(9.0, shrink * m.font);
      if (const auto lower = try_lower(m, wish.bars, timeline, font, room)) return *lower;
    }
  }
  for (int bars = wish.bars - 1; bars > 0; --bars) {
    if (const auto lower = try_lower(m, bars, false, std::max(9.0, 0.65 * m.font), room)) {
      return *lower;
    }
  }
  return {};
}

void place_caption(const Metrics& m, const LayoutWish& wish, int lines, bool has_scale,
                   TileLayout& layout) {
  const int pad = px(0.7 * m.padding);
  const int most = std::min(m.inner, px(kCaptionEm * m.font));
  const int gap = std::max(3, px(0.45 * m.small));
  const int most_number = (most - 2 * m.padding - 2 * gap) * 3 / 8;
  const int lo = std::min(wish.scale_lo_width_px, most_number);
  const int hi = std::min(wish.scale_hi_width_px, most_number);
  int width = std::min(most, wish.title_width_px + 2 * m.padding);
  if (has_scale) {
    const int note = wish.note_width_px > 0 ? 2 * gap + wish.note_width_px : 0;
    const int row = lo + gap + px(kColorBarEm * m.small) + gap + hi + note;
    width = std::max(width, std::min(most, row + 2 * m.padding));
  }
  const Rect panel{m.margin, m.margin, width, caption_height(m, lines, has_scale)};
  layout.caption = panel;
  const int x = panel.x + m.padding, inner = panel.width - 2 * m.padding;
  layout.title = {x, panel.y + pad, inner, lines * line_height(m.font)};
  layout.has_scale = has_scale;
  if (!has_scale) return;
  const int y = layout.title.bottom() + px(0.15 * m.font), height = line_height(m.small);
  const int bar = std::min(px(kColorBarEm * m.small), inner - lo - hi - 2 * gap);
  layout.scale_lo = {x, y, lo, height};
  layout.scale_bar = {layout.scale_lo.right() + gap, y, bar, height};
  layout.scale_hi = {layout.scale_bar.right() + gap, y, hi, height};
  const int left = x + inner - layout.scale_hi.right() - 2 * gap;
  layout.note = {layout.scale_hi.right() + 2 * gap, y,
                 left >= px(kLeastNoteEm * m.small) ? left : 0, height};
}

void place_lower(const Metrics& m, const LayoutWish& wish, const Lower& lower, TileLayout& layout) {
  if (lower.height == 0) return;
  const int gap = px(1.6 * m.font);
  Rect panel{m.margin, wish.tile.height - m.margin - lower.height, m.inner, lower.height};
  if (!lower.timeline) panel.width = std::min(m.inner, lower.bars_width + 2 * m.padding);
  layout.panel = panel;
  layout.bar_font_px = lower.font;
  const int x = panel.x + m.padding, inner = panel.width - 2 * m.padding;
  int y = panel.y + m.padding;
  if (lower.timeline && !lower.is_stacked) {  // rows centred beside the taller strip
    y += (lower.height - 2 * m.padding - lower.bars * lower.row) / 2;
  }
  const int percent = px(kPercentEm * lower.font), column_gap = px(0.5 * lower.font);
  const int rest = lower.bars_width - percent - 2 * column_gap;
  const int label = std::max(px(0.56 * rest), rest - px(7.5 * lower.font));
  for (int i = 0; i < lower.bars; ++i) {
    const int top = y + i * lower.row;
    BarRow row;
    row.label = {x, top, label, lower.row};
    row.bar = {row.label.right() + column_gap, top, rest - label, lower.row};
    row.percent = {row.bar.right() + column_gap, top, percent, lower.row};
    layout.bars.push_back(row);
  }
  if (!lower.timeline) return;
  if (lower.is_stacked) {
    layout.timeline = Rect{x, y + lower.bars * lower.row + m.padding, inner, lower.timeline_height};
  } else {
    const int left = lower.bars == 0 ? 0 : lower.bars_width + gap;
    layout.timeline = Rect{x + left, panel.y + m.padding, inner - left, lower.timeline_height};
  }
}

}  // namespace

Grid choose_grid(Size tile, int tiles) {
  Grid best;
  double best_cost = 1e300;
  for (int columns = 1; columns <= tiles; ++columns) {
    const int rows = (tiles + columns - 1) / columns;
    const double aspect =
        static_cast<double>(columns) * tile.width / (static_cast<double>(rows) * tile.height);
    const double empty = static_cast<double>(columns * rows - tiles) / tiles;
    // Readers expect pairs side by side, so rows must be clearly better.
    const double stacking = columns < rows ? 0.25 : 0;
    const double cost = std::abs(std::log(aspect * 9 / 16)) + 1.5 * empty + stacking;
    if (cost < best_cost - 1e-9) {
      best_cost = cost;
      best = {columns, rows};
    }
  }
  return best;
}

double title_font_px(Size tile) {
  const double side = std::min<double>(tile.height, 0.8 * tile.width);
  return std::max(9.0, std::round(2 * (5.2 + 0.0205 * side)) / 2);
}

double small_font_px(Size tile) { return std::max(8.0, 0.84 * title_font_px(tile)); }

int line_height(double font_px) { return static_cast<int>(std::ceil(1.24 * font_px)); }

int title_room_px(Size tile) {
  const Metrics m(tile);
  return std::min(m.inner, px(kCaptionEm * m.font)) - 2 * m.padding;
}

TileLayout lay_out(const LayoutWish& wish) {
  const Metrics m(wish.tile);
  TileLayout layout{.margin = m.margin,
                    .padding = m.padding,
                    .font_px = m.font,
                    .small_font_px = m.small,
                    .bar_font_px = m.font};
  const bool has_width = m.inner - 2 * m.padding >= px(kLeastTitleEm * m.font);
  int lines = wish.caption && has_width ? std::clamp(wish.title_lines, 1, 2) : 0;
  bool has_scale = lines > 0 && wish.has_scale && m.inner - 2 * m.padding >= px(9 * m.small);
  const auto room = [&] {
    return m.budget - (lines == 0 ? 0 : caption_height(m, lines, has_scale) + m.margin);
  };
  Lower lower = fit_lower(m, wish, room());
  if (lines == 2 && lower.bars < wish.bars) {
    lines = 1;
    lower = fit_lower(m, wish, room());
  }
  const int used = lower.height == 0 ? 0 : lower.height + m.margin;
  if (used > room()) has_scale = false;
  if (used > room()) lines = 0;
  if (lines > 0) place_caption(m, wish, lines, has_scale, layout);
  place_lower(m, wish, lower, layout);
  return layout;
}

}  // namespace praxiscope
