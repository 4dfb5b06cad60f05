// CairoPen: draws on any Cairo surface: a picture, or a page whose pictures a derived pen stores in
// its own way.
#pragma once

#include "figure/map_shades.h"
#include "figure/pen.h"
#include "figure/text_layouts.h"

#include <cairo.h>

#include <map>
#include <memory>
#include <string_view>

namespace praxiscope::figure {

/// Not thread-safe. The figure and the Cairo context must outlive it. Throws Error kInternal for a
/// picture that is no JPEG file.
class CairoPen : public Pen {
 public:
  /// One unit of `cairo` is a point; a picture of 2 px a point has its context scaled by 2.
  CairoPen(cairo_t* cairo, const Figure& figure);
  ~CairoPen() override;
  CairoPen(const CairoPen&) = delete;
  CairoPen& operator=(const CairoPen&) = delete;

  void fill(const Box& box, const Ink& ink, double radius = 0) override;
  void outline(const Box& box, const Ink& ink, double width, double radius = 0) override;
  void line(const std::vector<Point>& points, const Ink& ink, double width) override;
  void polygon(const std::vector<Point>& points, const Ink& ink) override;
  void dot(const Point& center, double radius, const Ink& ink) override;
  void ramp(const Box& box, const FigureScale& scale) override;
  void text(std::string_view text, const Box& box, const Letter& letter) override;
  double width_of(std::string_view text, const Letter& letter) override;
  void picture(PictureId picture, const Box& box) override;
  void film_frame(const FilmFrame& frame, const Box& box) override;
  void player(const PlayerPanel& panel, const Box& box) override;
  void link(const Box& box, StateId state, std::string_view alt) override;
  void link(const Box& box, const FilmFrame& frame, std::string_view alt) override;

 protected:
  cairo_t* cairo() const { return cairo_; }
  const Figure& figure() const { return figure_; }
  /// Goes on drawing elsewhere: on the next page.
  void draw_on(cairo_t* cairo) { cairo_ = cairo; }
  /// Only the colours of the map, without a frame. `box`: of the whole frame.
  void map_colors(const FilmFrame& frame, const Box& box);

  struct Unref {
    void operator()(cairo_surface_t* surface) const { cairo_surface_destroy(surface); }
  };
  using Surface = std::unique_ptr<cairo_surface_t, Unref>;

 private:
  cairo_surface_t* decoded(PictureId picture);
  void stretch(cairo_surface_t* surface, const Box& box);

  cairo_t* cairo_;
  const Figure& figure_;
  TextLayouts texts_;
  std::map<PictureId, Surface> decoded_;  // a few: see cairo_pen_pictures.cpp
  std::size_t kept_pixels_ = 0;           // of decoded_
  ColorTables tables_;
};

}  // namespace praxiscope::figure
