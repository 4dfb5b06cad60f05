#include "strings/part.h"

#include <cmath>
#include <numbers>
#include <utility>

namespace praxiscope::strings {

Color mixed(const Color& a, const Color& b, double share_of_b) {
  const auto mix = [&](double from, double to) { return from + (to - from) * share_of_b; };
  return {mix(a.r, b.r), mix(a.g, b.g), mix(a.b, b.b)};
}

cairo_matrix_t moved(double x, double y) {
  cairo_matrix_t pose;
  cairo_matrix_init_translate(&pose, x, y);
  return pose;
}

cairo_matrix_t turned(double radians) {
  cairo_matrix_t pose;
  cairo_matrix_init_rotate(&pose, radians);
  return pose;
}

cairo_matrix_t scaled(double factor) {
  cairo_matrix_t pose;
  cairo_matrix_init_scale(&pose, factor, factor);
  return pose;
}

cairo_matrix_t operator*(const cairo_matrix_t& first, const cairo_matrix_t& then) {
  cairo_matrix_t both;
  cairo_matrix_multiply(&both, &first, &then);
  return both;
}

std::function<void(cairo_t*)> circle(double x, double y, double radius) {
  return [=](cairo_t* cairo) { cairo_arc(cairo, x, y, radius, 0, 2 * std::numbers::pi); };
}

std::function<void(cairo_t*)> ellipse(double x, double y, double radius_x, double radius_y) {
  return [=](cairo_t* cairo) {
    cairo_save(cairo);
    cairo_translate(cairo, x, y);
    cairo_scale(cairo, radius_x, radius_y);
    cairo_arc(cairo, 0, 0, 1, 0, 2 * std::numbers::pi);
    cairo_restore(cairo);
  };
}

std::function<void(cairo_t*)> slab(double x, double y, double width, double height, double radius) {
  constexpr double kQuarter = std::numbers::pi / 2;
  return [=](cairo_t* cairo) {
    const double r = std::min({radius, width / 2, height / 2});
    cairo_arc(cairo, x + width - r, y + r, r, -kQuarter, 0);
    cairo_arc(cairo, x + width - r, y + height - r, r, 0, kQuarter);
    cairo_arc(cairo, x + r, y + height - r, r, kQuarter, 2 * kQuarter);
    cairo_arc(cairo, x + r, y + r, r, 2 * kQuarter, 3 * kQuarter);
    cairo_close_path(cairo);
  };
}

std::function<void(cairo_t*)> polygon(std::vector<std::pair<double, double>> corners) {
  return [corners = std::move(corners)](cairo_t* cairo) {
    for (const auto& [x, y] : corners) cairo_line_to(cairo, x, y);
    cairo_close_path(cairo);
  };
}

std::function<void(cairo_t*)> stretch(double x0, double y0, double x1, double y1) {
  return [=](cairo_t* cairo) {
    cairo_move_to(cairo, x0, y0);
    cairo_line_to(cairo, x1, y1);
  };
}

}  // namespace praxiscope::strings
