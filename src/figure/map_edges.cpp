#include "figure/map_edges.h"

namespace praxiscope::figure {

// html/color.js draws the same bars.
std::vector<MapEdge> map_edges(const FigureMap& map, double aspect) {
  constexpr double kThin = 1.0 / 300;
  constexpr double kInside = 0.01;  // of the frame: less than that is rounding
  const double across = kThin, down = kThin * aspect;
  const double left = map.x, top = map.y;
  const double right = left + map.fraction_width, bottom = top + map.fraction_height;
  std::vector<MapEdge> edges;
  const auto upright = [&](double x, double outwards) {
    const double at = outwards < 0 ? x - across : x;
    edges.push_back(
        {{at, top, across, bottom - top}, {at + outwards * across, top, across, bottom - top}});
  };
  const auto level = [&](double y, double outwards) {
    const double at = outwards < 0 ? y - down : y;
    edges.push_back(
        {{left, at, right - left, down}, {left, at + outwards * down, right - left, down}});
  };
  if (left > kInside) upright(left, -1);
  if (right < 1 - kInside) upright(right, 1);
  if (top > kInside) level(top, -1);
  if (bottom < 1 - kInside) level(bottom, 1);
  return edges;
}

}  // namespace praxiscope::figure
