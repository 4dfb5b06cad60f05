// What a page's script works on: the figure as JSON.
#pragma once

#include "figure/html_panels.h"

#include "praxiscope/figure.h"

#include <string>
#include <vector>

namespace praxiscope::figure {

/// Up to so many values, the maps of a figure are stored in single precision; beyond, in half
/// precision relative to a power of two of each map: 11 bits, more than the page prints.
inline constexpr std::size_t kMostExactValues = 400'000;

/// JSON for a <script type="application/json">: no "<" in it. Pictures and maps are base64, each
/// once. `drawings`: of the figure's panels. @throws Error kUsage for an unknown colormap.
std::string figure_json(const Figure& figure, const std::vector<std::vector<Drawing>>& drawings);

}  // namespace praxiscope::figure
