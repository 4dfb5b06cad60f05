// Panels: caption, class bars and the strip of probability over time, drawn into a laid-out tile.
#pragma once

#include "render/canvas.h"
#include "render/overlay.h"

#include "praxiscope/render.h"

#include <string>

namespace praxiscope {

/// What the caption says of a map beside its title and colour scale: "this clip 0.001 to 0.153",
/// "constant map: 0.0012", "map is zero", "38 % beyond the scale".
struct MapNote {
  std::string text;
  bool is_warning = false;  ///< drawn so that it is seen
};
MapNote note_on(const FrameMap& map, const ValueRange& scale);

/// The scale's ends as they are printed.
struct ScaleLabels {
  std::string lo, hi;
};
ScaleLabels labels_of(const ValueRange& scale);

/// Title, colour bar with the raw values of its ends, note. `scale`: as drawn (scale_range()).
void draw_caption(const PictureView& tile, const TileLayout& layout, const TileState& state,
                  const ColorTable& table, const ValueRange& scale, TextPainter& text);

/// Lower third: class bars and timeline, those that the layout has room for.
void draw_lower_third(const PictureView& tile, const TileLayout& layout, const FrameState& state,
                      TextPainter& text);

}  // namespace praxiscope
