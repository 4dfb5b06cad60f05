// Rooms and what flies through them: see looks.h.
#include "strings/looks.h"
#include "strings/random.h"

#include <array>
#include <cmath>

namespace praxiscope::strings {
namespace {

constexpr Color kWhite{0.97, 0.96, 0.94}, kBlack{0.09, 0.09, 0.10};
constexpr std::array<Color, 7> kWalls{{{0.80, 0.84, 0.86},
                                       {0.90, 0.84, 0.72},
                                       {0.66, 0.74, 0.66},
                                       {0.78, 0.66, 0.62},
                                       {0.56, 0.62, 0.72},
                                       {0.86, 0.78, 0.56},
                                       {0.72, 0.70, 0.76}}};
constexpr std::array<Color, 4> kFloors{
    {{0.56, 0.40, 0.27}, {0.42, 0.33, 0.28}, {0.64, 0.58, 0.50}, {0.40, 0.44, 0.46}}};
constexpr std::array<Color, 6> kBright{{{0.86, 0.26, 0.22},
                                        {0.95, 0.72, 0.20},
                                        {0.22, 0.52, 0.74},
                                        {0.36, 0.62, 0.36},
                                        {0.62, 0.34, 0.62},
                                        {0.95, 0.50, 0.32}}};

void use(cairo_t* cairo, const Color& color) {
  cairo_set_source_rgb(cairo, color.r, color.g, color.b);
}

void fill(cairo_t* cairo, double x, double y, double width, double height, const Color& color) {
  use(cairo, color);
  cairo_rectangle(cairo, x, y, width, height);
  cairo_fill(cairo);
}

void paint_gradient(cairo_t* cairo, double side, const Color& wall, Random& random) {
  const double angle = random.uniform(0, 6.28);
  cairo_pattern_t* shade = cairo_pattern_create_linear(
      side / 2 * (1 - std::cos(angle)), side / 2 * (1 - std::sin(angle)),
      side / 2 * (1 + std::cos(angle)), side / 2 * (1 + std::sin(angle)));
  const Color light = mixed(wall, kWhite, 0.35), dark = mixed(wall, kBlack, 0.35);
  cairo_pattern_add_color_stop_rgb(shade, 0, light.r, light.g, light.b);
  cairo_pattern_add_color_stop_rgb(shade, 1, dark.r, dark.g, dark.b);
  cairo_set_source(cairo, shade);
  cairo_paint(cairo);
  cairo_pattern_destroy(shade);
}

/// Stripes, boards, dots or bricks on a wall that is painted already.
void paint_pattern(cairo_t* cairo, double side, const Color& wall, Random& random) {
  const Color other = mixed(wall, random.chance(0.5) ? kWhite : kBlack, random.uniform(0.1, 0.3));
  const double step = random.uniform(7, 18);
  const int kind = random.below(4);
  int row = 0;
  for (double a = random.uniform(-step, 0); a < side; a += step, ++row) {
    if (kind == 0) fill(cairo, a, 0, step / 2, side, other);
    if (kind == 1) fill(cairo, 0, a, side, 1.4, other);
    for (double b = row % 2 * step / 2; kind >= 2 && b < side; b += step) {
      if (kind == 2) {
        use(cairo, other);
        cairo_arc(cairo, b, a, step / 5, 0, 6.2832);
        cairo_fill(cairo);
      } else {
        fill(cairo, b, a, step - 1.4, step / 1.6 - 1.4, mixed(wall, other, random.uniform(0.2, 1)));
      }
    }
  }
}

/// A picture in its frame, or a window with a cross.
void hang_something(cairo_t* cairo, double x, double y, Random& random) {
  const double width = random.uniform(18, 34), height = random.uniform(18, 32);
  const Color frame = mixed({0.45, 0.32, 0.18}, kWhite, random.chance(0.4) ? 0.8 : 0);
  fill(cairo, x - 2, y - 2, width + 4, height + 4, frame);
  if (random.chance(0.5)) {
    fill(cairo, x, y, width, height, mixed({0.62, 0.78, 0.90}, kWhite, random.uniform(0, 0.5)));
    fill(cairo, x + width / 2 - 0.8, y, 1.6, height, frame);
    fill(cairo, x, y + height / 2 - 0.8, width, 1.6, frame);
    return;
  }
  const Color ground = kBright[static_cast<std::size_t>(random.below(6))];
  fill(cairo, x, y, width, height, mixed(ground, kWhite, 0.55));
  for (int i = 0; i < 3; ++i) {
    use(cairo, kBright[static_cast<std::size_t>(random.below(6))]);
    cairo_arc(cairo, x + random.uniform(0.25, 0.75) * width,
              y + random.uniform(0.25, 0.75) * height, random.uniform(0.1, 0.22) * width, 0,
              6.2832);
    cairo_fill(cairo);
  }
}

void lay_floor(cairo_t* cairo, double side, double top, const Color& color, Random& random) {
  fill(cairo, 0, top, side, side - top, color);
  fill(cairo, 0, top - 3, side, 3, mixed(color, kWhite, 0.45));
  if (random.chance(0.3)) return;
  use(cairo, mixed(color, kBlack, 0.25));
  cairo_set_line_width(cairo, 0.9);
  for (double x = -side; x < 2 * side; x += random.uniform(9, 13)) {  // boards run to a far point
    cairo_move_to(cairo, side / 2 + (x - side / 2) * 0.55, top);
    cairo_line_to(cairo, side / 2 + (x - side / 2) * 1.6, side);
  }
  cairo_stroke(cairo);
}

std::vector<Shape> bird(const Color& color) {
  return {{ellipse(0, 0, 7, 4), color},
          {circle(6, -3, 3.2), color},
          {polygon({{9, -3.6}, {12.5, -2.6}, {9, -1.6}}), {0.95, 0.65, 0.15}},
          {polygon({{-3, -1}, {-9, -9}, {3, -2}}), mixed(color, kBlack, 0.25)},
          {polygon({{-6, 0}, {-12, -2}, {-11, 3}}), mixed(color, kBlack, 0.25)},
          {circle(6.8, -3.6, 0.7), kBlack}};
}

}  // namespace

Surface room(std::uint64_t seed, int side, double floor_y) {
  Surface surface(cairo_image_surface_create(CAIRO_FORMAT_RGB24, side, side));
  const std::unique_ptr<cairo_t, CairoDelete> cairo(cairo_create(surface.get()));
  Random random(seed, "room");
  const Color wall =
      kWalls[static_cast<std::size_t>(random.below(static_cast<int>(kWalls.size())))];
  paint_gradient(cairo.get(), side, wall, random);
  if (random.chance(0.8)) paint_pattern(cairo.get(), side, wall, random);
  const int hung = random.below(4);
  for (int i = 0; i < hung; ++i)
    hang_something(cairo.get(), random.uniform(0.05, 0.8) * side, random.uniform(0.12, 0.35) * side,
                   random);
  lay_floor(cairo.get(), side, floor_y,
            kFloors[static_cast<std::size_t>(random.below(static_cast<int>(kFloors.size())))],
            random);
  return surface;
}

std::vector<Shape> distractor(std::uint64_t seed, int number) {
  Random random(seed, "distractor" + std::to_string(number));
  const Color color = kBright[static_cast<std::size_t>(random.below(6))];
  switch (random.below(4)) {
    case 0:  // a ball
      return {{circle(0, 0, 7), color},
              {stretch(-6.4, -1.5, 6.4, 1.5), mixed(color, kWhite, 0.7), 3},
              {circle(-2.2, -2.8, 1.6), mixed(color, kWhite, 0.6)}};
    case 1:  // a balloon
      return {{stretch(0, 9, 1, 24), mixed(color, kBlack, 0.5), 0.7},
              {ellipse(0, 0, 7.5, 9.2), color},
              {ellipse(-2.6, -3.4, 1.7, 2.6), mixed(color, kWhite, 0.6)}};
    case 2:
      return bird(color);
    default:  // a kite
      return {{polygon({{0, -10}, {7, 0}, {0, 12}, {-7, 0}}), color},
              {polygon({{0, -10}, {7, 0}, {0, 0}}), mixed(color, kWhite, 0.5)},
              {stretch(0, 12, 3, 22), mixed(color, kBlack, 0.4), 0.8}};
  }
}

}  // namespace praxiscope::strings
