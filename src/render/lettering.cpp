// See lettering.h.
#include "render/lettering.h"

#include "render/canvas.h"

namespace praxiscope {

void write_on(Picture& picture, const Rect& box, const std::string& text, const Lettering& style) {
  const Rect area{0, 0, picture.width, picture.height};
  const Canvas canvas(area);
  TextPainter().draw(canvas.cairo(), text, box,
                     {.font_px = style.font_px,
                      .color = {0.13, 0.13, 0.15, 1},
                      .align = style.is_centred ? Align::kCenter : Align::kLeft,
                      .lines = style.lines});
  canvas.put_on({.rgb = picture.rgb.data(),
                 .width = picture.width,
                 .height = picture.height,
                 .stride = std::ptrdiff_t{picture.width} * 3});
}

}  // namespace praxiscope
