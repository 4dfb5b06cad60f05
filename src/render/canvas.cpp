#include "render/canvas.h"

#include "praxiscope/error.h"

#include <fmt/format.h>

#include <algorithm>
#include <cstring>
#include <numbers>

namespace praxiscope {

Canvas::Canvas(const Rect& area) : area_(area) {
  surface_.reset(cairo_image_surface_create(CAIRO_FORMAT_ARGB32, area.width, area.height));
  cairo_.reset(cairo_create(surface_.get()));
  const cairo_status_t status = cairo_status(cairo_.get());
  if (status != CAIRO_STATUS_SUCCESS) {
    throw Error(ErrorKind::kInternal,
                fmt::format("cannot draw a panel of {} x {} px: {}", area.width, area.height,
                            cairo_status_to_string(status)));
  }
  cairo_translate(cairo_.get(), -area.x, -area.y);
}

void Canvas::put_on(const PictureView& tile) const {
  cairo_surface_flush(surface_.get());
  const unsigned char* data = cairo_image_surface_get_data(surface_.get());
  const int stride = cairo_image_surface_get_stride(surface_.get());
  const int x_begin = std::max(0, area_.x), x_end = std::min(tile.width, area_.right());
  for (int y = std::max(0, area_.y); y < std::min(tile.height, area_.bottom()); ++y) {
    const unsigned char* from = data + static_cast<std::ptrdiff_t>(y - area_.y) * stride +
                                4 * static_cast<std::ptrdiff_t>(x_begin - area_.x);
    std::uint8_t* to = tile.rgb + y * tile.stride + 3 * static_cast<std::ptrdiff_t>(x_begin);
    for (int x = x_begin; x < x_end; ++x, from += 4, to += 3) {
      std::uint32_t pixel;  // premultiplied, 0xAARRGGBB in the machine's byte order
      std::memcpy(&pixel, from, 4);
      const std::uint32_t keep = 255 - (pixel >> 24);
      if (keep == 255) continue;
      const auto over = [keep](std::uint32_t color, std::uint32_t under) {
        const std::uint32_t product = under * keep + 128;  // / 255, rounded
        return static_cast<std::uint8_t>(color + ((product + (product >> 8)) >> 8));
      };
      to[0] = over((pixel >> 16) & 255, to[0]);
      to[1] = over((pixel >> 8) & 255, to[1]);
      to[2] = over(pixel & 255, to[2]);
    }
  }
}

void set_color(cairo_t* cairo, const Color& color) {
  cairo_set_source_rgba(cairo, color.r, color.g, color.b, color.a);
}

void fill_rect(cairo_t* cairo, double x, double y, double width, double height) {
  cairo_rectangle(cairo, x, y, width, height);
  cairo_fill(cairo);
}

void rounded_path(cairo_t* cairo, double x, double y, double width, double height, double radius) {
  constexpr double kQuarter = std::numbers::pi / 2;
  const double r = std::min({radius, width / 2, height / 2});
  cairo_new_sub_path(cairo);
  cairo_arc(cairo, x + width - r, y + r, r, -kQuarter, 0);
  cairo_arc(cairo, x + width - r, y + height - r, r, 0, kQuarter);
  cairo_arc(cairo, x + r, y + height - r, r, kQuarter, 2 * kQuarter);
  cairo_arc(cairo, x + r, y + r, r, 2 * kQuarter, 3 * kQuarter);
  cairo_close_path(cairo);
}

}  // namespace praxiscope
