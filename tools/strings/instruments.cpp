// Violins, cellos, bows and chairs: see looks.h.
#include "strings/looks.h"
#include "strings/random.h"

namespace praxiscope::strings {
namespace {

constexpr Color kBlack{0.10, 0.08, 0.07}, kWhite{0.97, 0.95, 0.92};

/// px at scale 1.
struct Build {
  double top, bottom;          ///< y of the body's ends
  double upper, waist, lower;  ///< half widths of the bouts
  double scroll;               ///< y of the neck's upper end
};
constexpr Build kViolinBuild{-12, 13, 5.6, 3.7, 7.2, -31};
constexpr Build kCelloBuild{-17, 28, 10.5, 7.2, 14.5, -44};

const Build& build_of(Instrument kind) {
  return kind == Instrument::kViolin ? kViolinBuild : kCelloBuild;
}

/// One half of the body from the neck down; `side` is -1 or 1.
void half_outline(cairo_t* cairo, const Build& b, double side, bool is_down) {
  const double length = b.bottom - b.top;
  const double shoulder = b.top + 0.20 * length, waist = b.top + 0.44 * length,
               corner = b.top + 0.58 * length, hip = b.top + 0.76 * length;
  const auto x = [&](double half) { return side * half; };
  if (is_down) {
    cairo_curve_to(cairo, x(b.upper * 0.7), b.top, x(b.upper), b.top + 0.06 * length, x(b.upper),
                   shoulder);
    cairo_curve_to(cairo, x(b.upper), shoulder + 0.1 * length, x(b.waist * 1.15),
                   waist - 0.1 * length, x(b.waist), waist);
    cairo_curve_to(cairo, x(b.waist), waist + 0.07 * length, x(b.waist * 1.1), corner,
                   x(b.lower * 0.92), corner + 0.03 * length);
    cairo_curve_to(cairo, x(b.lower * 1.02), hip - 0.06 * length, x(b.lower * 1.05),
                   hip + 0.05 * length, x(b.lower * 0.85), b.bottom - 0.08 * length);
    cairo_curve_to(cairo, x(b.lower * 0.6), b.bottom, x(b.lower * 0.2), b.bottom, 0, b.bottom);
  } else {
    cairo_curve_to(cairo, x(b.lower * 0.2), b.bottom, x(b.lower * 0.6), b.bottom, x(b.lower * 0.85),
                   b.bottom - 0.08 * length);
    cairo_curve_to(cairo, x(b.lower * 1.05), hip + 0.05 * length, x(b.lower * 1.02),
                   hip - 0.06 * length, x(b.lower * 0.92), corner + 0.03 * length);
    cairo_curve_to(cairo, x(b.waist * 1.1), corner, x(b.waist), waist + 0.07 * length, x(b.waist),
                   waist);
    cairo_curve_to(cairo, x(b.waist * 1.15), waist - 0.1 * length, x(b.upper),
                   shoulder + 0.1 * length, x(b.upper), shoulder);
    cairo_curve_to(cairo, x(b.upper), b.top + 0.06 * length, x(b.upper * 0.7), b.top, 0, b.top);
  }
}

std::function<void(cairo_t*)> body_outline(const Build& build) {
  return [&build](cairo_t* cairo) {
    cairo_move_to(cairo, 0, build.top);
    half_outline(cairo, build, 1, true);
    half_outline(cairo, build, -1, false);
    cairo_close_path(cairo);
  };
}

Shape sound_hole(const Build& b, double side, const Color& dark) {
  const double length = b.bottom - b.top, x = side * b.waist * 0.62, y = b.top + 0.5 * length;
  const double h = 0.13 * length, w = side * 0.16 * b.waist;
  return {[=](cairo_t* cairo) {
            cairo_move_to(cairo, x - w, y - h);
            cairo_curve_to(cairo, x - 3 * w, y - 0.4 * h, x + 3 * w, y + 0.4 * h, x + w, y + h);
          },
          dark, 0.035 * length};
}

void add_neck(const Build& b, const Color& wood, std::vector<Shape>& shapes) {
  const double length = b.bottom - b.top, wide = 0.07 * length + 0.8;
  shapes.push_back({stretch(0, b.top + 1, 0, b.scroll + 2), wood, wide});
  for (int i = 0; i < 2; ++i)
    shapes.push_back(
        {stretch(-wide * 1.1, b.scroll + 3.4 + 2.6 * i, wide * 1.1, b.scroll + 2.8 + 2.6 * i),
         kBlack, 1});
  shapes.push_back({circle(0, b.scroll, wide * 0.85), wood});
  shapes.push_back({circle(0, b.scroll, wide * 0.3), mixed(wood, kBlack, 0.6)});
}

}  // namespace

double neck_hand_y(Instrument kind) {
  const Build& build = build_of(kind);
  return (build.top + build.scroll) / 2;
}

std::vector<Shape> instrument(Instrument kind, std::uint64_t seed) {
  const Build& b = build_of(kind);
  // One draw for both kinds, so that a twin has the same varnish in its own range of colours.
  Random random(seed, "varnish");
  const double shade = random.uniform(0, 1);
  const Color varnish = kind == Instrument::kViolin
                            ? mixed({0.80, 0.42, 0.16}, {0.62, 0.22, 0.10}, shade)
                            : mixed({0.66, 0.36, 0.15}, {0.44, 0.17, 0.09}, shade);
  const double length = b.bottom - b.top;
  std::vector<Shape> shapes;
  if (kind == Instrument::kCello)
    shapes.push_back({stretch(0, b.bottom, 0, b.bottom + 8), {0.55, 0.55, 0.58}, 1.2});
  add_neck(b, mixed(varnish, kBlack, 0.35), shapes);
  shapes.push_back({body_outline(b), varnish});
  shapes.push_back({body_outline(b), mixed(varnish, kBlack, 0.45), 0.9});
  shapes.push_back(
      {ellipse(-0.3 * b.lower, b.bottom - 0.26 * length, 0.32 * b.lower, 0.14 * length),
       mixed(varnish, kWhite, 0.16)});
  const Color dark = mixed(varnish, kBlack, 0.8);
  for (const double side : {-1.0, 1.0}) shapes.push_back(sound_hole(b, side, dark));
  const double board = 0.045 * length;  // half the fingerboard's width
  shapes.push_back({polygon({{-board * 0.7, b.scroll + 4},
                             {board * 0.7, b.scroll + 4},
                             {board, b.top + 0.34 * length},
                             {-board, b.top + 0.34 * length}}),
                    kBlack});
  shapes.push_back({polygon({{-board, b.bottom - 0.3 * length},
                             {board, b.bottom - 0.3 * length},
                             {board * 0.5, b.bottom - 0.04 * length},
                             {-board * 0.5, b.bottom - 0.04 * length}}),
                    kBlack});
  shapes.push_back(
      {stretch(-board * 1.7, b.top + 0.56 * length, board * 1.7, b.top + 0.56 * length),
       {0.90, 0.80, 0.62},
       1.1});
  for (const double x : {-0.5, 0.5})
    shapes.push_back({stretch(x * board, b.scroll + 4, x * board, b.bottom - 0.28 * length),
                      {0.86, 0.85, 0.82},
                      0.4});
  if (kind == Instrument::kViolin)
    shapes.push_back({ellipse(-0.45 * b.lower, b.bottom - 2.2, 0.42 * b.lower, 2.2), kBlack});
  return shapes;
}

std::vector<Shape> bow(std::uint64_t seed) {
  Random random(seed, "bow");
  const Color stick = mixed({0.36, 0.16, 0.08}, {0.62, 0.34, 0.14}, random.uniform(0, 1));
  return {{stretch(-kBowHalf + 2, 1.3, kBowHalf - 1, 1.3), {0.95, 0.93, 0.86}, 1},
          {[](cairo_t* cairo) {
             cairo_move_to(cairo, -kBowHalf, -1);
             cairo_curve_to(cairo, -8, 0.6, 8, 0.6, kBowHalf, -1.2);
             cairo_line_to(cairo, kBowHalf - 0.4, 1.6);
           },
           stick, 1.5},
          {slab(-kBowHalf, -1, 4, 3, 0.8), kBlack}};
}

std::vector<Shape> chair(std::uint64_t seed) {
  Random random(seed, "chair");
  const Color wood = mixed({0.50, 0.33, 0.18},
                           random.chance(0.5) ? Color{0.16, 0.15, 0.17} : Color{0.72, 0.24, 0.20},
                           random.uniform(0, 0.9));
  const Color shade = mixed(wood, kBlack, 0.3);
  std::vector<Shape> shapes;
  for (const double side : {-1.0, 1.0}) {
    shapes.push_back({stretch(side * 18.5, -16, side * 18.5, kFloorY - 7), shade, 3});
    shapes.push_back({stretch(side * 21, 28, side * 22, kFloorY), wood, 3.4});
  }
  for (const double y : {-13.0, -3.0, 7.0}) shapes.push_back({stretch(-18, y, 18, y), wood, 4});
  shapes.push_back({slab(-23, 24, 46, 6, 2.5), wood});
  return shapes;
}

}  // namespace praxiscope::strings
