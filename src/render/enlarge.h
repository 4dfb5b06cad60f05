// Enlarge: sources of few pixels are drawn larger, so that the words on them can be read.
#pragma once

#include "praxiscope/render.h"

#include <memory>

namespace praxiscope {

/// Whole factor by which a source is drawn larger: 1 where the shorter side has 240 px or more,
/// else the one that brings it nearest to 360 px, unless the longer side would pass 1280 px.
int enlargement(Size source);

/// Every pixel becomes factor x factor of them, by Catmull-Rom interpolation; edges are repeated.
Picture enlarge(const Picture& picture, int factor);

/// As make_renderer(): takes pictures and maps of the source's size, and draws them enlargement()
/// times as large. With nothing written on them pictures stay as they are.
std::unique_ptr<FrameRenderer> make_enlarging_renderer(Size source, int tiles,
                                                       const RenderOptions& options);

}  // namespace praxiscope
