// Lines, areas and texts of CairoPen; its pictures are in cairo_pen_pictures.cpp.
#include "figure/cairo_pen.h"

#include <pango/pangocairo.h>

#include <algorithm>
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

}  // namespace

CairoPen::CairoPen(cairo_t* cairo, const Figure& figure) : cairo_(cairo), figure_(figure) {}

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
  const ColorTable& table = *tables_.find(scale.colormap);
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

double CairoPen::width_of(std::string_view text, const Letter& letter) {
  return texts_.width_of(text, letter);
}

void CairoPen::text(std::string_view text, const Box& box, const Letter& letter) {
  if (box.width <= 0 || box.height <= 0 || text.empty()) return;
  const int room = std::max(1, static_cast<int>(box.height / (1.1 * letter.size)));
  PangoLayout* layout = texts_.lay_out(text, letter, box.width, std::clamp(letter.lines, 1, room));
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
