#include "figure/map_edges.h"

namespace praxiscope::figure {

// html/color.js draws the same bars.
std::vector<MapEdge> map_edges(const FigureMap& map, double aspect) {
  constexpr double kThin = 1.0 / 400;
  constexpr double kInside = 0.01;  // of the frame: less than that is rounding
  const double across = kThin, down = kThin * aspect;
  const double left = map.x, top = map.y;
  const double right = left + map.fraction_width, bottom = top + map.fraction_height;
  std::vector<MapEdge> edges;
  const bool has_left = left > kInside, has_right = right < 1 - kInside;
  const auto upright = [&](double x, double outwards) {
    const double at = outwards < 0 ? x - across : x;
    edges.push_back(
        {{at, top, across, bottom - top}, {at + outwards * across, top, across, bottom - top}});
  };
  // Level bars reach over the ends of upright ones: corners are closed.
  const double begin = left - (has_left ? across : 0), end = right + (has_right ? across : 0);
  const auto level = [&](double y, double outwards) {
    const double at = outwards < 0 ? y - down : y;
    edges.push_back(
        {{begin, at, end - begin, down}, {begin, at + outwards * down, end - begin, down}});
  };
  if (has_left) upright(left, -1);
  if (has_right) upright(right, 1);
  if (top > kInside) level(top, -1);
  if (bottom < 1 - kInside) level(bottom, 1);
  return edges;
}

}  // namespace praxiscope::figure
