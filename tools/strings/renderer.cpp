#include "strings/renderer.h"

#include "strings/scene.h"

#include <algorithm>
#include <array>
#include <cmath>

namespace praxiscope::strings {
namespace {

using Cairo = std::unique_ptr<cairo_t, CairoDelete>;

Surface new_picture(int side) {
  return Surface(cairo_image_surface_create(CAIRO_FORMAT_RGB24, side, side));
}

/// Calls `visit(i, pixel)` with 0xRRGGBB for every pixel in rows from the top.
template <typename Visit>
void for_each_pixel(cairo_surface_t* surface, const Visit& visit) {
  cairo_surface_flush(surface);
  const unsigned char* data = cairo_image_surface_get_data(surface);
  const int stride = cairo_image_surface_get_stride(surface);
  const int side = cairo_image_surface_get_width(surface);
  for (int y = 0; y < side; ++y) {
    const auto* row =
        reinterpret_cast<const std::uint32_t*>(data + static_cast<std::ptrdiff_t>(y) * stride);
    for (int x = 0; x < side; ++x)
      visit(static_cast<std::size_t>(y * side + x), row[x] & 0xFFFFFFU);
  }
}

void prepare(cairo_t* cairo) {
  cairo_set_line_cap(cairo, CAIRO_LINE_CAP_ROUND);
  cairo_set_tolerance(cairo, 0.25);  // px that curves may be off: a sixth less time than 0.1
}

void trace(cairo_t* cairo, const Shape& shape, double least_line) {
  cairo_new_path(cairo);
  shape.path(cairo);
  if (shape.line > 0) {
    cairo_set_line_width(cairo, std::max(shape.line, least_line));
    cairo_stroke(cairo);
  } else {
    cairo_fill(cairo);
  }
}

void draw(cairo_t* cairo, const Part& part, const cairo_matrix_t& pose) {
  cairo_set_matrix(cairo, &pose);
  if (part.picture) {
    cairo_set_source_surface(cairo, part.picture.get(), part.corner, part.corner);
    cairo_pattern_set_filter(cairo_get_source(cairo), CAIRO_FILTER_BILINEAR);
    cairo_pattern_set_extend(cairo_get_source(cairo), CAIRO_EXTEND_PAD);
    cairo_paint(cairo);
  }
  for (const Shape& shape : part.shapes) {
    cairo_set_source_rgb(cairo, shape.color.r, shape.color.g, shape.color.b);
    trace(cairo, shape, 0);
  }
}

/// A shadow that grows towards one side of the picture. Drawn once a clip: a gradient costs as much
/// as half of all that is drawn over it.
Surface shadow_of(const Light& light, int side) {
  Surface surface(cairo_image_surface_create(CAIRO_FORMAT_ARGB32, side, side));
  const Cairo cairo(cairo_create(surface.get()));
  const double half = side / 2.0, dx = half * std::cos(light.angle),
               dy = half * std::sin(light.angle);
  cairo_pattern_t* shadow = cairo_pattern_create_linear(half - dx, half - dy, half + dx, half + dy);
  cairo_pattern_add_color_stop_rgba(shadow, 0, 0, 0, 0.05, 0);
  cairo_pattern_add_color_stop_rgba(shadow, 1, 0, 0, 0.05, light.shade);
  cairo_set_source(cairo.get(), shadow);
  cairo_paint(cairo.get());
  cairo_pattern_destroy(shadow);
  return surface;
}

std::array<std::uint8_t, 256> gain_table(double gain) {
  std::array<std::uint8_t, 256> table;
  for (std::size_t i = 0; i < table.size(); ++i)
    table[i] = static_cast<std::uint8_t>(
        std::clamp<long>(std::lround(gain * static_cast<double>(i)), 0, 255));
  return table;
}

}  // namespace

Renderer::Renderer(const ClipSpec& spec, int side)
    : scene_(std::make_unique<const Scene>(spec)),
      side_(side),
      shadow_(shadow_of(scene_->light(), side)) {}
Renderer::~Renderer() = default;
Renderer::Renderer(Renderer&&) noexcept = default;

int Renderer::begin() const { return scene_->plan().begin(); }
int Renderer::end() const { return scene_->plan().end(); }

cairo_matrix_t Renderer::pose_of(const Part& part, double frame) const {
  return part.pose(frame) * scaled(static_cast<double>(side_) / kSide);
}

std::vector<std::uint8_t> Renderer::rgb(int frame) const {
  const Surface surface = new_picture(side_);
  const Cairo cairo(cairo_create(surface.get()));
  prepare(cairo.get());
  for (const Part& part : scene_->parts()) draw(cairo.get(), part, pose_of(part, frame));
  cairo_identity_matrix(cairo.get());
  cairo_set_source_surface(cairo.get(), shadow_.get(), 0, 0);
  cairo_paint(cairo.get());
  const Light& light = scene_->light();
  const auto red = gain_table(light.r), green = gain_table(light.g), blue = gain_table(light.b);
  std::vector<std::uint8_t> out(static_cast<std::size_t>(side_) * side_ * 3);
  for_each_pixel(surface.get(), [&](std::size_t i, std::uint32_t pixel) {
    out[3 * i] = red[pixel >> 16];
    out[3 * i + 1] = green[pixel >> 8 & 0xFF];
    out[3 * i + 2] = blue[pixel & 0xFF];
  });
  return out;
}

std::vector<std::uint8_t> Renderer::parts_at(int frame) const {
  const Surface surface = new_picture(side_);
  const Cairo cairo(cairo_create(surface.get()));
  cairo_set_antialias(cairo.get(), CAIRO_ANTIALIAS_NONE);
  prepare(cairo.get());
  // Part 0 is the room: it is everywhere.
  for (std::size_t number = 1; number < scene_->parts().size(); ++number) {
    const Part& part = scene_->parts()[number];
    const cairo_matrix_t pose = pose_of(part, frame);
    cairo_set_matrix(cairo.get(), &pose);
    cairo_set_source_rgb(cairo.get(), 0, 0, static_cast<double>(number) / 255);
    for (const Shape& shape : part.shapes) trace(cairo.get(), shape, 1);
  }
  std::vector<std::uint8_t> out(static_cast<std::size_t>(side_) * side_);
  for_each_pixel(surface.get(), [&](std::size_t i, std::uint32_t pixel) {
    out[i] = static_cast<std::uint8_t>(pixel & 0xFF);
  });
  return out;
}

std::vector<std::uint8_t> Renderer::masks(int frame) const {
  std::vector<std::uint8_t> out = parts_at(frame);
  for (std::uint8_t& value : out) value = static_cast<std::uint8_t>(scene_->parts()[value].mask);
  return out;
}

std::vector<float> Renderer::flow(int frame) const {
  std::vector<cairo_matrix_t> moves;
  for (const Part& part : scene_->parts()) {
    cairo_matrix_t back = pose_of(part, frame);
    cairo_matrix_invert(&back);
    moves.push_back(back * pose_of(part, frame + 1));
  }
  const std::vector<std::uint8_t> parts = parts_at(frame);
  std::vector<float> out(parts.size() * 2);
  const auto side = static_cast<std::size_t>(side_);
  for (std::size_t i = 0; i < parts.size(); ++i) {
    const double x = static_cast<double>(i % side) + 0.5, y = static_cast<double>(i / side) + 0.5;
    double to_x = x, to_y = y;
    cairo_matrix_transform_point(&moves[parts[i]], &to_x, &to_y);
    out[2 * i] = static_cast<float>(to_x - x);
    out[2 * i + 1] = static_cast<float>(to_y - y);
  }
  return out;
}

}  // namespace praxiscope::strings
