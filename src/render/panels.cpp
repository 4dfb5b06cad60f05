#include "render/panels.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <limits>

namespace praxiscope {
namespace {

constexpr Color kPanel{0.04, 0.045, 0.055, 0.68};
constexpr Color kText{1, 1, 1, 1}, kSoftText{1, 1, 1, 0.82}, kFaint{1, 1, 1, 0.22};
constexpr Color kWarning{1.0, 0.82, 0.35, 1};

void draw_panel(const Canvas& canvas, const Rect& panel, double font_px) {
  rounded_path(canvas.cairo(), panel.x, panel.y, panel.width, panel.height, 0.3 * font_px);
  set_color(canvas.cairo(), kPanel);
  cairo_fill(canvas.cairo());
}

/// As many digits as fit the column.
std::string number_that_fits(double value, int width, const TextStyle& style, TextPainter& text) {
  for (const int digits : {3, 2}) {
    const std::string number = format_number(value, digits);
    if (text.width_of(number, style) <= width) return number;
  }
  return format_number(value, 1);
}

void draw_color_bar(cairo_t* cairo, const Rect& bar, const ColorScale& scale, double font_px) {
  const int height = std::max(4, static_cast<int>(std::lround(0.62 * font_px)));
  const int y = bar.y + (bar.height - height) / 2;
  for (int i = 0; i < bar.width; ++i) {
    const Rgb& c = scale.table->at((i + 0.5) / bar.width);
    cairo_set_source_rgb(cairo, c[0] / 255.0, c[1] / 255.0, c[2] / 255.0);
    fill_rect(cairo, bar.x + i, y, 1, height);
  }
  set_color(cairo, {1, 1, 1, 0.45});
  cairo_set_line_width(cairo, 1);
  cairo_rectangle(cairo, bar.x - 0.5, y - 0.5, bar.width + 1, height + 1);
  cairo_stroke(cairo);
  if (!scale.is_centered) return;
  set_color(cairo, {0, 0, 0, 0.8});  // where 0 is
  fill_rect(cairo, bar.x + bar.width / 2, y, std::max(1, height / 8), height);
}

void draw_scale(cairo_t* cairo, const TileLayout& layout, const FrameMap& map,
                const ColorScale& scale, TextPainter& text) {
  TextStyle style{.font_px = layout.small_font_px, .color = kSoftText};
  const ValueRange& range = scale.range;
  const MapNote note = note_on(map, range);
  if (is_usable(range)) {
    text.draw(cairo, number_that_fits(range.lo, layout.scale_lo.width, style, text),
              layout.scale_lo, style);
    draw_color_bar(cairo, layout.scale_bar, scale, layout.small_font_px);
    text.draw(cairo, number_that_fits(range.hi, layout.scale_hi.width, style, text),
              layout.scale_hi, style);
    if (text.width_of(note.text, style) <= layout.note.width) {
      if (note.is_warning) style.color = kWarning;
      text.draw(cairo, note.text, layout.note, style);
      return;
    }
  }
  // No scale, or no room for the note: half a range says nothing, a warning gets the whole row.
  if (!note.is_warning) return;
  style.color = kWarning;
  const Rect row{layout.scale_lo.x, layout.scale_lo.y, layout.title.width, layout.scale_lo.height};
  if (is_usable(range)) {
    cairo_save(cairo);  // the numbers go, they would stand underneath
    cairo_set_operator(cairo, CAIRO_OPERATOR_SOURCE);
    set_color(cairo, kPanel);
    fill_rect(cairo, row.x - 1, row.y, row.width + 2, row.height);
    cairo_restore(cairo);
  }
  text.draw(cairo, note.text, row, style);
}

}  // namespace

ScaleLabels labels_of(const ValueRange& scale) {
  return {format_number(scale.lo), format_number(scale.hi)};
}

MapNote note_on(const FrameMap& map, const ValueRange& scale) {
  const at::Tensor values = map.values.contiguous();
  const float* data = values.const_data_ptr<float>();
  float lo = std::numeric_limits<float>::infinity(), hi = -lo;
  std::int64_t beyond = 0, broken = 0;
  const std::int64_t count = values.numel();
  for (std::int64_t i = 0; i < count; ++i) {
    if (!std::isfinite(data[i])) {
      ++broken;
      continue;
    }
    lo = std::min(lo, data[i]);
    hi = std::max(hi, data[i]);
    beyond += data[i] > scale.hi || data[i] < scale.lo ? 1 : 0;
  }
  const auto is_flat = [](float a, float b) {
    return b - a <= 1e-6F * std::max(std::abs(a), std::abs(b));
  };
  if (count == 0) return {"empty map", true};
  if (broken == count) return {"map has no finite value", true};
  if (broken > 0) {
    return {fmt::format(
                "{} % of the map is not finite",
                format_number(100.0 * static_cast<double>(broken) / static_cast<double>(count), 2)),
            true};
  }
  const ValueRange& clip = map.clip_range;
  if (clip.lo == 0 && clip.hi == 0 && lo == 0 && hi == 0) return {"map is zero everywhere", true};
  if (is_flat(lo, hi)) {
    const char* when = is_flat(clip.lo, clip.hi) ? "" : " at this time";
    if (lo == 0 && hi == 0) return {fmt::format("map is zero{}", when), true};
    return {fmt::format("constant map{}: {}", when, format_number(hi)), true};
  }
  const double share = static_cast<double>(beyond) / static_cast<double>(count);
  if (is_usable(scale) && share >= 0.2) {
    return {fmt::format("{:.0f} % beyond the scale", 100 * share), true};
  }
  // Next to 0.0154, 1e-10 is noise of the arithmetic, not a number to read.
  const float most = std::max(std::abs(clip.lo), std::abs(clip.hi));
  const auto number = [most](float value) {
    if (value != 0 && std::abs(value) < 1e-3F * most)
      return std::string(
          "\xE2\x89\x88"
          "0");
    return format_number(value);
  };
  return {fmt::format("clip: {} \xE2\x80\xA6 {}", number(clip.lo), number(clip.hi)), false};
}

void draw_caption(const PictureView& tile, const TileLayout& layout, const TileState& state,
                  const ColorScale& scale, TextPainter& text) {
  if (!layout.caption) return;
  const Canvas canvas(*layout.caption);
  draw_panel(canvas, *layout.caption, layout.font_px);
  const int lines = layout.title.height / line_height(layout.font_px);
  std::string title = state.title;
  // Without its own row, a warning is worth more than the rest of the title.
  if (state.map && !layout.has_scale) {
    const MapNote note = note_on(*state.map, scale.range);
    if (note.is_warning) title = note.text + " | " + title;
  }
  text.draw(canvas.cairo(), title, layout.title,
            {.font_px = layout.font_px,
             .is_bold = true,
             .color = kText,
             .ellipsis = lines == 1 ? Ellipsis::kMiddle : Ellipsis::kEnd,
             .lines = lines});
  if (state.map && layout.has_scale) draw_scale(canvas.cairo(), layout, *state.map, scale, text);
  canvas.put_on(tile);
}

}  // namespace praxiscope
