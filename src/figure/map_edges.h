// Where a map ends inside its frame: a network that sees a crop of it has said nothing beyond.
#pragma once

#include "figure/pen.h"

#include <vector>

namespace praxiscope::figure {

/// One side of a map as two thin bars in the unit square of its frame, y downwards: light outside
/// the map and dark beside it, so that one of them is seen on any picture.
struct MapEdge {
  Box light, dark;
};
inline constexpr double kEdgeLight = 0.97, kEdgeDark = 0.2;  ///< gray, sRGB

/// The sides that lie inside the frame, none where the map covers it. `aspect`: the frame's
/// width / height, so that bars are as thick across as down (1/400 of the width).
std::vector<MapEdge> map_edges(const FigureMap& map, double aspect);

}  // namespace praxiscope::figure
