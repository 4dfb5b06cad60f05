// Persons: see looks.h.
#include "strings/looks.h"
#include "strings/random.h"

#include <array>

namespace praxiscope::strings {
namespace {

constexpr std::array<Color, 6> kSkins{{{0.98, 0.85, 0.74},
                                       {0.93, 0.75, 0.60},
                                       {0.84, 0.63, 0.46},
                                       {0.69, 0.48, 0.33},
                                       {0.53, 0.35, 0.24},
                                       {0.38, 0.25, 0.18}}};
constexpr std::array<Color, 6> kHair{{{0.10, 0.08, 0.08},
                                      {0.24, 0.15, 0.10},
                                      {0.45, 0.28, 0.14},
                                      {0.80, 0.62, 0.32},
                                      {0.62, 0.25, 0.12},
                                      {0.74, 0.74, 0.76}}};
constexpr std::array<Color, 9> kClothes{{{0.16, 0.22, 0.38},
                                         {0.55, 0.16, 0.20},
                                         {0.13, 0.42, 0.40},
                                         {0.88, 0.86, 0.80},
                                         {0.20, 0.20, 0.22},
                                         {0.42, 0.28, 0.52},
                                         {0.85, 0.62, 0.20},
                                         {0.30, 0.48, 0.70},
                                         {0.48, 0.55, 0.36}}};
constexpr Color kWhite{0.96, 0.95, 0.93}, kBlack{0.08, 0.07, 0.08};

template <std::size_t N>
Color chosen(const std::array<Color, N>& colors, Random& random) {
  const Color color = colors[static_cast<std::size_t>(random.below(static_cast<int>(N)))];
  return mixed(color, random.chance(0.5) ? kWhite : kBlack, random.uniform(0, 0.15));
}

void add_face(const PersonLook& look, std::vector<Shape>& shapes) {
  const Color ink = mixed(look.skin, kBlack, 0.75);
  for (const double side : {-1.0, 1.0}) {
    shapes.push_back({circle(side * 3, -35, 0.9), ink});
    shapes.push_back(
        {stretch(side * 1.7, -37.4, side * 4.4, -37.6), mixed(look.hair, ink, 0.3), 0.9});
    if (look.has_glasses) shapes.push_back({circle(side * 3, -35, 2.3), ink, 0.6});
  }
  if (look.has_glasses) shapes.push_back({stretch(-0.8, -35, 0.8, -35), ink, 0.6});
  shapes.push_back({stretch(0, -34.2, 0.5, -32.8), mixed(look.skin, kBlack, 0.3), 0.8});
  shapes.push_back({[](cairo_t* cairo) { cairo_arc(cairo, 0, -32, 2.4, 0.5, 2.64); },
                    mixed(look.skin, {0.6, 0.1, 0.15}, 0.6), 0.9});
}

void torso_path(cairo_t* cairo) {
  cairo_move_to(cairo, -5, -23);
  cairo_curve_to(cairo, -10, -22.5, -14.5, -22, -15.5, -17);
  cairo_line_to(cairo, -10.5, kHipY + 3);
  cairo_line_to(cairo, 10.5, kHipY + 3);
  cairo_line_to(cairo, 15.5, -17);
  cairo_curve_to(cairo, 14.5, -22, 10, -22.5, 5, -23);
  cairo_close_path(cairo);
}

}  // namespace

PersonLook::PersonLook(std::uint64_t seed) {
  Random random(seed, "person");
  skin = chosen(kSkins, random);
  hair = chosen(kHair, random);
  top = chosen(kClothes, random);
  trousers = chosen(kClothes, random);
  shoes = mixed(kBlack, chosen(kClothes, random), 0.3);
  stripe = mixed(top, random.chance(0.5) ? kWhite : kBlack, 0.5);
  has_stripes = random.chance(0.35);
  has_long_hair = random.chance(0.5);
  has_glasses = random.chance(0.3);
}

std::vector<Shape> upper_body(const PersonLook& look) {
  std::vector<Shape> shapes;
  if (look.has_long_hair) shapes.push_back({slab(-9.5, -40, 19, 22, 9), look.hair});
  shapes.push_back({torso_path, look.top});
  if (look.has_stripes) {
    for (int i = 0; i < 5; ++i) {
      const double y = -15 + 7.5 * i, half = 14.2 - 0.85 * i;
      shapes.push_back({stretch(-half, y, half, y), look.stripe, 2.4});
    }
  }
  shapes.push_back({slab(-3.2, -28, 6.4, 8, 3), mixed(look.skin, kBlack, 0.12)});
  shapes.push_back({ellipse(0, -35, 8, 9.4), look.skin});
  shapes.push_back({[](cairo_t* cairo) {  // a cap of hair with a parting
                      cairo_move_to(cairo, -8.6, -34.5);
                      cairo_curve_to(cairo, -10, -49, 10, -49, 8.6, -34.5);
                      cairo_curve_to(cairo, 7, -38, 5.5, -40, 2, -40.5);
                      cairo_curve_to(cairo, -2, -40.8, -6.5, -40, -8.6, -34.5);
                      cairo_close_path(cairo);
                    },
                    look.hair});
  add_face(look, shapes);
  return shapes;
}

std::vector<Shape> legs(const PersonLook& look, bool is_sitting) {
  std::vector<Shape> shapes;
  const Color shade = mixed(look.trousers, kBlack, 0.18);
  for (const double side : {-1.0, 1.0}) {
    const double foot = side * (is_sitting ? 15 : 7);
    if (is_sitting) {
      shapes.push_back({stretch(side * 14, 31, side * 14.5, kFloorY - 4), shade, 8});
      shapes.push_back({stretch(side * 5.5, kHipY + 3, side * 14, 30), look.trousers, 10.5});
    } else {
      shapes.push_back({stretch(side * 5.5, kHipY + 2, side * 6.5, kFloorY - 4),
                        side < 0 ? look.trousers : shade, 9.5});
    }
    shapes.push_back({slab(foot - 3.5 + 1.5 * side, kFloorY - 5, 8, 5, 2.5), look.shoes});
  }
  return shapes;
}

std::vector<Shape> upper_arm(const PersonLook& look) {
  return {{stretch(0, 0, kUpperArm, 0), mixed(look.top, kBlack, 0.14), kArmWidth + 1}};
}

std::vector<Shape> forearm(const PersonLook& look) {
  return {{stretch(0, 0, kForearm * 0.55, 0), mixed(look.top, kBlack, 0.08), kArmWidth + 0.4},
          {stretch(kForearm * 0.5, 0, kForearm, 0), look.skin, kArmWidth - 1.4}};
}

std::vector<Shape> hand(const PersonLook& look) {
  const Color line = mixed(look.skin, kBlack, 0.35);
  return {{circle(0, 0, 3.6), look.skin},
          {stretch(1.2, -1.6, 4, -1.2), look.skin, 1.7},
          {stretch(1.2, 0.2, 4.4, 0.4), look.skin, 1.7},
          {stretch(1, 1.8, 3.8, 2.2), look.skin, 1.7},
          {stretch(1.6, -0.7, 3.6, -0.4), line, 0.4},
          {stretch(1.6, 1.1, 3.6, 1.3), line, 0.4}};
}

}  // namespace praxiscope::strings
