// Canvas: a transparent sheet for Cairo that is laid onto a picture. Only panels are drawn this
// way, so a large picture costs no conversion.
#pragma once

#include "render/colormaps.h"
#include "render/layout.h"
#include "render/overlay.h"
#include "render/text.h"

#include <cairo.h>

#include <memory>

namespace praxiscope {

class Canvas {
 public:
  /// Transparent; (0,0) of the drawing is the corner of `area`. @throws Error kInternal.
  explicit Canvas(const Rect& area);

  /// Its coordinates are the tile's: the corner of `area` is already subtracted.
  cairo_t* cairo() const { return cairo_.get(); }
  /// Lays the sheet onto the tile.
  void put_on(const PictureView& tile) const;

 private:
  struct Destroy {
    void operator()(cairo_surface_t* surface) const { cairo_surface_destroy(surface); }
    void operator()(cairo_t* cairo) const { cairo_destroy(cairo); }
  };
  Rect area_;
  std::unique_ptr<cairo_surface_t, Destroy> surface_;
  std::unique_ptr<cairo_t, Destroy> cairo_;
};

void set_color(cairo_t* cairo, const Color& color);
void fill_rect(cairo_t* cairo, double x, double y, double width, double height);
void rounded_path(cairo_t* cairo, double x, double y, double width, double height, double radius);

}  // namespace praxiscope
