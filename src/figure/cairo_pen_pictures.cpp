// The pictures of CairoPen: JPEG files decoded, maps coloured over them.
#include "figure/cairo_pen.h"
#include "figure/jpeg.h"
#include "figure/map_edges.h"
#include "figure/map_shades.h"

#include "praxiscope/error.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <cstdint>

namespace praxiscope::figure {
namespace {

/// Pixels of decoded pictures that are kept, as a strip and its player show the same ones: 64 MB.
constexpr std::size_t kKeptPixels = 16'000'000;
constexpr Ink kNoMap{0.88, 0.89, 0.91};  ///< where a map alone has no value

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
  std::string problem = "no memory for it";
  if (cairo_surface_status(surface.get()) == CAIRO_STATUS_SUCCESS) {
    cairo_surface_flush(surface.get());
    problem = decode_jpeg(stored.jpeg, {.data = cairo_image_surface_get_data(surface.get()),
                                        .width = stored.width,
                                        .height = stored.height,
                                        .stride = cairo_image_surface_get_stride(surface.get())});
    cairo_surface_mark_dirty(surface.get());
  }
  if (!problem.empty())
    throw Error(ErrorKind::kInternal,
                fmt::format("cannot read picture {} of the figure ({}x{} px, {} bytes of JPEG): {}",
                            picture, stored.width, stored.height, stored.jpeg.size(), problem));
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
  if (frame.map < 0 || frame.view == FilmView::kFrame) return;
  map_colors(frame, box);
  if (frame.view != FilmView::kOverlay) return;  // alone, a map ends where its colours do
  const auto gray = [&](const Box& place, double value) {
    fill({box.x + place.x * box.width, box.y + place.y * box.height, place.width * box.width,
          place.height * box.height},
         {value, value, value});
  };
  for (const MapEdge& edge :
       map_edges(figure_.maps.at(static_cast<std::size_t>(frame.map)), box.width / box.height)) {
    gray(edge.light, kEdgeLight);
    gray(edge.dark, kEdgeDark);
  }
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
  const MapShades shades(map.scale, map.opacity, frame.view, tables_);
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
