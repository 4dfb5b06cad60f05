// Parts: things that move as one rigid piece. A scene is parts in the order in which they are
// drawn; because each moves by one affine pose, its optical flow is exact.
#pragma once

#include <cairo.h>

#include <cstdint>
#include <functional>
#include <memory>
#include <vector>

namespace praxiscope::strings {

/// sRGB 0..1.
struct Color {
  double r = 0, g = 0, b = 0;
};
Color mixed(const Color& a, const Color& b, double share_of_b);

/// What a pixel of a mask belongs to.
enum class Mask : std::uint8_t {
  kBackground,
  kDistractor,
  kChair,
  kPerson,
  kInstrument,
  kBow,
  kHand  ///< the one that plays
};
inline constexpr int kMasks = 7;

/// An outline in the part's own coordinates, filled or, with `line` > 0, drawn that wide.
struct Shape {
  std::function<void(cairo_t*)> path;
  Color color;
  double line = 0;
};

struct CairoDelete {
  void operator()(cairo_surface_t* surface) const { cairo_surface_destroy(surface); }
  void operator()(cairo_t* cairo) const { cairo_destroy(cairo); }
};
using Surface = std::unique_ptr<cairo_surface_t, CairoDelete>;

struct Part {
  Mask mask = Mask::kBackground;
  std::vector<Shape> shapes;
  Surface picture;  ///< instead of shapes; its pixel (0,0) lies at `corner`
  double corner = 0;
  /// From the part's coordinates to the picture's px.
  std::function<cairo_matrix_t(double frame)> pose;
};

// Poses, applied from left to right.
cairo_matrix_t moved(double x, double y);
cairo_matrix_t turned(double radians);
cairo_matrix_t scaled(double factor);
cairo_matrix_t operator*(const cairo_matrix_t& first, const cairo_matrix_t& then);

// Outlines.
std::function<void(cairo_t*)> circle(double x, double y, double radius);
std::function<void(cairo_t*)> ellipse(double x, double y, double radius_x, double radius_y);
/// A rectangle with round corners.
std::function<void(cairo_t*)> slab(double x, double y, double width, double height, double radius);
std::function<void(cairo_t*)> polygon(std::vector<std::pair<double, double>> corners);
/// A line for Shape::line.
std::function<void(cairo_t*)> stretch(double x0, double y0, double x1, double y1);

}  // namespace praxiscope::strings
