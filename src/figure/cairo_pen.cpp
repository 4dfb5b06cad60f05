// Lines, areas and texts of CairoPen; its pictures are in cairo_pen_pictures.cpp.
#include "figure/cairo_pen.h"

#include "render/colormaps.h"
#include "render/text.h"

#include <pango/pangocairo.h>

#include <algorithm>
#include <cmath>
#include <numbers>

namespace praxiscope::figure {
namespace {

void set_ink(cairo_t* cairo, const Ink& ink) {
  cairo_set_source_rgba(cairo, ink.r, ink.g, ink.b, ink.a);
}

void trace_box(cairo_t* cairo, const Box& box, double radius) {
  const double r = std::min({radius, box.width / 2, box.height / 2});
  if (r <= 0) {
    cairo_rectangle(cairo, box.x, box.y, box.width, box.height);
    return;
  }
  constexpr double kQuarter = std::numbers::pi / 2;
  cairo_new_sub_path(cairo);
  cairo_arc(cairo, box.right() - r, box.y + r, r, -kQuarter, 0);
  cairo_arc(cairo, box.right() - r, box.bottom() - r, r, 0, kQuarter);
  cairo_arc(cairo, box.x + r, box.bottom() - r, r, kQuarter, 2 * kQuarter);
  cairo_arc(cairo, box.x + r, box.y + r, r, 2 * kQuarter, 3 * kQuarter);
  cairo_close_path(cairo);
}

void trace(cairo_t* cairo, const std::vector<Point>& points) {
  cairo_new_path(cairo);
  for (const auto& [x, y] : points) cairo_line_to(cairo, x, y);
}

/// printable() of a text of any length: it is given pieces that it does not shorten.
std::string printable_whole(std::string_view text) {
  constexpr std::size_t kPiece = 384, kMost = 100'000;  // bytes
  text = text.substr(0, kMost);
  std::string out;
  while (!text.empty()) {
    std::size_t end = std::min(kPiece, text.size());
    const auto is_inside = [&](std::size_t i) {
      return (static_cast<unsigned char>(text[i]) & 0xC0) == 0x80;
    };
    while (end < text.size() && end > kPiece - 4 && is_inside(end)) --end;
    out += printable(text.substr(0, end));
    text.remove_prefix(end);
  }
  return out;
}

}  // namespace

void CairoPen::Unref::operator()(PangoContext* context) const { g_object_unref(context); }
void CairoPen::Unref::operator()(PangoLayout* layout) const { g_object_unref(layout); }
void CairoPen::Unref::operator()(PangoFontDescription* font) const {
  pango_font_description_free(font);
}

CairoPen::CairoPen(cairo_t* cairo, const Figure& figure) : cairo_(cairo), figure_(figure) {
  context_.reset(pango_font_map_create_context(pango_cairo_font_map_get_default()));
  // No hinting: a page measures and looks the same at every scale and on every surface.
  cairo_font_options_t* options = cairo_font_options_create();
  cairo_font_options_set_antialias(options, CAIRO_ANTIALIAS_GRAY);
  cairo_font_options_set_hint_style(options, CAIRO_HINT_STYLE_NONE);
  cairo_font_options_set_hint_metrics(options, CAIRO_HINT_METRICS_OFF);
  pango_cairo_context_set_font_options(context_.get(), options);
  cairo_font_options_destroy(options);
  pango_context_set_round_glyph_positions(context_.get(), false);
  pango_context_set_base_dir(context_.get(), PANGO_DIRECTION_LTR);
  layout_.reset(pango_layout_new(context_.get()));
  pango_layout_set_single_paragraph_mode(layout_.get(), true);
  pango_layout_set_wrap(layout_.get(), PANGO_WRAP_WORD_CHAR);
  font_.reset(pango_font_description_new());
  pango_font_description_set_family_static(font_.get(), "DejaVu Sans, Noto Sans, Sans");
}

CairoPen::~CairoPen() = default;

void CairoPen::fill(const Box& box, const Ink& ink, double radius) {
  trace_box(cairo_, box, radius);
  set_ink(cairo_, ink);
  cairo_fill(cairo_);
}

void CairoPen::outline(const Box& box, const Ink& ink, double width, double radius) {
  trace_box(cairo_, box, radius);
  set_ink(cairo_, ink);
  cairo_set_line_width(cairo_, width);
  cairo_stroke(cairo_);
}

void CairoPen::line(const std::vector<Point>& points, const Ink& ink, double width) {
  if (points.empty()) return;
  trace(cairo_, points);
  set_ink(cairo_, ink);
  cairo_set_line_width(cairo_, width);
  cairo_set_line_join(cairo_, CAIRO_LINE_JOIN_ROUND);
  cairo_set_line_cap(cairo_, CAIRO_LINE_CAP_ROUND);
  if (points.size() == 1) cairo_close_path(cairo_);  // a dot as wide as the line
  cairo_stroke(cairo_);
}

void CairoPen::polygon(const std::vector<Point>& points, const Ink& ink) {
  if (points.size() < 3) return;
  trace(cairo_, points);
  set_ink(cairo_, ink);
  cairo_fill(cairo_);
}

void CairoPen::dot(const Point& center, double radius, const Ink& ink) {
  cairo_new_path(cairo_);
  cairo_arc(cairo_, center.first, center.second, radius, 0, 2 * std::numbers::pi);
  set_ink(cairo_, ink);
  cairo_fill(cairo_);
}

void CairoPen::ramp(const Box& box, const FigureScale& scale) {
  const ColorTable table = make_color_table(scale.colormap);
  cairo_pattern_t* pattern = cairo_pattern_create_linear(box.x, 0, box.right(), 0);
  constexpr int kStops = 33;
  for (int i = 0; i < kStops; ++i) {
    const double position = static_cast<double>(i) / (kStops - 1);
    const Rgb& c = table.at(position);
    cairo_pattern_add_color_stop_rgb(pattern, position, c[0] / 255.0, c[1] / 255.0, c[2] / 255.0);
  }
  cairo_rectangle(cairo_, box.x, box.y, box.width, box.height);
  cairo_set_source(cairo_, pattern);
  cairo_fill(cairo_);
  cairo_pattern_destroy(pattern);
}

void CairoPen::prepare(std::string_view text, const Letter& letter) {
  pango_font_description_set_absolute_size(font_.get(), letter.size * PANGO_SCALE);
  pango_font_description_set_weight(font_.get(),
                                    letter.is_bold ? PANGO_WEIGHT_BOLD : PANGO_WEIGHT_NORMAL);
  pango_layout_set_font_description(layout_.get(), font_.get());
  const std::string safe = printable_whole(text);
  pango_layout_set_text(layout_.get(), safe.data(), static_cast<int>(safe.size()));
}

double CairoPen::width_of(std::string_view text, const Letter& letter) {
  prepare(text, letter);
  pango_layout_set_width(layout_.get(), -1);
  pango_layout_set_ellipsize(layout_.get(), PANGO_ELLIPSIZE_NONE);
  PangoRectangle logical;
  pango_layout_get_extents(layout_.get(), nullptr, &logical);
  return static_cast<double>(logical.width) / PANGO_SCALE;
}

void CairoPen::text(std::string_view text, const Box& box, const Letter& letter) {
  if (box.width <= 0 || box.height <= 0 || text.empty()) return;
  prepare(text, letter);
  PangoLayout* layout = layout_.get();
  // Rounded up, so that a text in a box of its own width keeps its last letter.
  pango_layout_set_width(layout, static_cast<int>(std::ceil(box.width * PANGO_SCALE)) + 1);
  const int room = std::max(1, static_cast<int>(box.height / (1.1 * letter.size)));
  pango_layout_set_height(layout, -std::clamp(letter.lines, 1, room));
  pango_layout_set_ellipsize(layout, PANGO_ELLIPSIZE_END);
  pango_layout_set_alignment(
      layout, letter.anchor == Anchor::kCenter ? PANGO_ALIGN_CENTER : PANGO_ALIGN_LEFT);
  PangoRectangle extents;
  pango_layout_get_extents(layout, nullptr, &extents);
  const double x = static_cast<double>(extents.x) / PANGO_SCALE;
  const double y = static_cast<double>(extents.y) / PANGO_SCALE;
  const double width = static_cast<double>(extents.width) / PANGO_SCALE;
  const double height = static_cast<double>(extents.height) / PANGO_SCALE;
  // Aligned by hand: Pango swaps sides for right-to-left text, columns here must not.
  double left = box.x - x;
  if (letter.anchor == Anchor::kRight) left += box.width - width;
  if (letter.anchor == Anchor::kCenter) left += (box.width - width) / 2;
  cairo_save(cairo_);
  if (width > box.width + 0.5 || height > box.height + 0.3 * letter.size) {
    cairo_rectangle(cairo_, box.x, box.y, box.width, box.height);
    cairo_clip(cairo_);
  }
  set_ink(cairo_, letter.ink);
  cairo_move_to(cairo_, left, box.y - y + (box.height - height) / 2);
  pango_cairo_show_layout(cairo_, layout);
  cairo_restore(cairo_);
}

void CairoPen::link(const Box&, StateId, std::string_view) {}
void CairoPen::link(const Box&, const FilmFrame&, std::string_view) {}

}  // namespace praxiscope::figure
