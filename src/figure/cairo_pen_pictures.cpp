// The pictures of CairoPen: JPEG files decoded, maps coloured over them.
#include "figure/cairo_pen.h"
#include "figure/map_shades.h"

#include "praxiscope/error.h"

#include <fmt/format.h>
// clang-format off
#include <cstdio>  // before jpeglib.h, which forgets it
#include <jpeglib.h>
// clang-format on

#include <algorithm>
#include <cmath>
#include <csetjmp>
#include <cstdint>

namespace praxiscope::figure {
namespace {

/// Pixels of decoded pictures that are kept, as a strip and its player show the same ones: 64 MB.
constexpr std::size_t kKeptPixels = 16'000'000;
constexpr Ink kNoMap{0.88, 0.89, 0.91};  ///< where a map alone has no value

/// libjpeg reports errors by a call that must not return.
struct Failure {
  jpeg_error_mgr manager;
  std::jmp_buf jump;
  char message[JMSG_LENGTH_MAX];
};

void on_error(j_common_ptr info) {
  auto* failure = reinterpret_cast<Failure*>(info->err);
  info->err->format_message(info, failure->message);
  std::longjmp(failure->jump, 1);
}

/// A picture that is shorter than it says is shown as far as it goes; a library prints nothing.
void on_warning(j_common_ptr) {}

/// Decodes into `surface`, which has the picture's size; false and a message when it cannot.
bool decode_jpeg(const std::string& bytes, cairo_surface_t* surface, Failure& failure) {
  jpeg_decompress_struct info{};
  info.err = jpeg_std_error(&failure.manager);
  failure.manager.error_exit = &on_error;
  failure.manager.output_message = &on_warning;
  if (setjmp(failure.jump) != 0) {
    jpeg_destroy_decompress(&info);
    return false;
  }
  jpeg_create_decompress(&info);
  jpeg_mem_src(&info, reinterpret_cast<const unsigned char*>(bytes.data()), bytes.size());
  jpeg_read_header(&info, TRUE);
  info.out_color_space = JCS_EXT_BGRX;  // Cairo's RGB24 on little-endian machines
  if (static_cast<int>(info.image_width) != cairo_image_surface_get_width(surface) ||
      static_cast<int>(info.image_height) != cairo_image_surface_get_height(surface)) {
    std::snprintf(failure.message, sizeof failure.message, "it has another size");
    jpeg_destroy_decompress(&info);
    return false;
  }
  jpeg_start_decompress(&info);
  cairo_surface_flush(surface);
  unsigned char* data = cairo_image_surface_get_data(surface);
  const auto stride = static_cast<std::size_t>(cairo_image_surface_get_stride(surface));
  while (info.output_scanline < info.output_height) {
    JSAMPROW row = data + info.output_scanline * stride;
    jpeg_read_scanlines(&info, &row, 1);
  }
  jpeg_finish_decompress(&info);
  jpeg_destroy_decompress(&info);
  cairo_surface_mark_dirty(surface);
  return true;
}

std::uint32_t premultiplied(const Shade& shade) {
  const auto alpha = static_cast<std::uint32_t>(std::lround(255 * shade.opacity));
  std::uint32_t out = alpha << 24;
  for (std::size_t i = 0; i < 3; ++i) out |= ((shade.rgb[i] * alpha + 127) / 255) << (16 - 8 * i);
  return out;
}

int device_px(double points, double scale) {
  return std::clamp(static_cast<int>(std::ceil(points * scale)), 1, 1024);
}

}  // namespace

cairo_surface_t* CairoPen::decoded(PictureId picture) {
  const auto found = decoded_.find(picture);
  if (found != decoded_.end()) return found->second.get();
  const FigurePicture& stored = figure_.pictures.at(static_cast<std::size_t>(picture));
  Surface surface(cairo_image_surface_create(CAIRO_FORMAT_RGB24, stored.width, stored.height));
  Failure failure{};
  if (cairo_surface_status(surface.get()) != CAIRO_STATUS_SUCCESS ||
      !decode_jpeg(stored.jpeg, surface.get(), failure)) {
    throw Error(
        ErrorKind::kInternal,
        fmt::format("cannot read picture {} of the figure ({}x{} px, {} bytes of JPEG): {}",
                    picture, stored.width, stored.height, stored.jpeg.size(), failure.message));
  }
  const std::size_t pixels =
      static_cast<std::size_t>(stored.width) * static_cast<std::size_t>(stored.height);
  if (kept_pixels_ + pixels > kKeptPixels) {
    decoded_.clear();
    kept_pixels_ = 0;
  }
  kept_pixels_ += pixels;
  return decoded_.emplace(picture, std::move(surface)).first->second.get();
}

void CairoPen::stretch(cairo_surface_t* surface, const Box& box) {
  cairo_save(cairo_);
  cairo_rectangle(cairo_, box.x, box.y, box.width, box.height);
  cairo_clip(cairo_);
  cairo_translate(cairo_, box.x, box.y);
  cairo_scale(cairo_, box.width / cairo_image_surface_get_width(surface),
              box.height / cairo_image_surface_get_height(surface));
  cairo_set_source_surface(cairo_, surface, 0, 0);
  cairo_pattern_set_filter(cairo_get_source(cairo_), CAIRO_FILTER_GOOD);
  cairo_pattern_set_extend(cairo_get_source(cairo_), CAIRO_EXTEND_PAD);
  cairo_paint(cairo_);
  cairo_restore(cairo_);
}

void CairoPen::picture(PictureId picture, const Box& box) {
  if (picture < 0 || box.width <= 0 || box.height <= 0) return;
  stretch(decoded(picture), box);
}

void CairoPen::film_frame(const FilmFrame& frame, const Box& box) {
  const FigureFilm& film = figure_.films.at(static_cast<std::size_t>(frame.film));
  if (frame.view == FilmView::kMap) {
    fill(box, kNoMap);
  } else {
    picture(film.pictures.at(static_cast<std::size_t>(frame.index)), box);
  }
  if (frame.map >= 0 && frame.view != FilmView::kFrame) map_colors(frame, box);
}

void CairoPen::map_colors(const FilmFrame& frame, const Box& box) {
  const FigureMap& map = figure_.maps.at(static_cast<std::size_t>(frame.map));
  const Box place{box.x + map.x * box.width, box.y + map.y * box.height,
                  map.fraction_width * box.width, map.fraction_height * box.height};
  double scale_x = 1, scale_y = 0;
  cairo_user_to_device_distance(cairo_, &scale_x, &scale_y);
  const double scale = std::hypot(scale_x, scale_y);
  const int width = device_px(place.width, scale), height = device_px(place.height, scale);
  Surface surface(cairo_image_surface_create(CAIRO_FORMAT_ARGB32, width, height));
  if (cairo_surface_status(surface.get()) != CAIRO_STATUS_SUCCESS)
    throw Error(ErrorKind::kInternal, "no memory for a map's colours");
  const MapShades shades(map.scale, map.opacity, frame.view);
  const std::vector<float> values = stretch_map(map, frame.index, width, height);
  cairo_surface_flush(surface.get());
  unsigned char* data = cairo_image_surface_get_data(surface.get());
  const int stride = cairo_image_surface_get_stride(surface.get());
  for (int y = 0; y < height; ++y) {
    auto* row = reinterpret_cast<std::uint32_t*>(data + static_cast<std::ptrdiff_t>(y) * stride);
    for (int x = 0; x < width; ++x)
      row[x] = premultiplied(shades.of(values[static_cast<std::size_t>(y * width + x)]));
  }
  cairo_surface_mark_dirty(surface.get());
  stretch(surface.get(), place);
}

void CairoPen::player(const PlayerPanel& panel, const Box& box) {
  film_frame({panel.film, panel.map, panel.view, telling_frame(figure_, panel.film, panel.map)},
             box);
}

}  // namespace praxiscope::figure
