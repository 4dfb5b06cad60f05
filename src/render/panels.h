// Panels: caption, class bars and the strip of probability over time, drawn into a laid-out tile.
#pragma once

#include "render/canvas.h"
#include "render/overlay.h"

#include "praxiscope/render.h"

#include <string>
#include <vector>

namespace praxiscope {

/// What the caption says of a map beside its title and colour scale: "clip: 0.001 … 0.153",
/// "constant map: 0.0012", "map is zero everywhere", "38 % beyond the scale".
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

/// Title, colour bar with the raw values of its ends, note. `scale`: as drawn.
void draw_caption(const PictureView& tile, const TileLayout& layout, const TileState& state,
                  const ColorScale& scale, TextPainter& text);

/// The `count` bars that are shown, in their order: a target goes last of all.
std::vector<ClassScore> choose_bars(const std::vector<ClassScore>& bars, std::size_t count);

/// Lower third: class bars and timeline, those that the layout has room for.
void draw_lower_third(const PictureView& tile, const TileLayout& layout, const FrameState& state,
                      TextPainter& text);

}  // namespace praxiscope
