// Words on a picture, for those who do not know Cairo.
#pragma once

#include "render/layout.h"

#include "praxiscope/frame.h"

#include <string>

namespace praxiscope {

struct Lettering {
  double font_px = 12;
  bool is_centred = false;
  int lines = 1;  ///< wraps up to this many
};

/// Draws `text` in near black into `box` of the picture, vertically centred; what does not fit is
/// ellipsized.
void write_on(Picture& picture, const Rect& box, const std::string& text, const Lettering& style);

}  // namespace praxiscope
