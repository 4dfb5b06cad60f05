// How studies put a panel into their figure.
#pragma once

#include "praxiscope/figure.h"

#include <string>
#include <utility>

namespace praxiscope::studies {

/// @return its position, for the states that show it.
inline PanelId add_panel(Figure& figure, PanelPlace place, PanelContent content, std::string alt) {
  figure.panels.push_back({place, 1, std::move(content), std::move(alt)});
  return static_cast<PanelId>(figure.panels.size()) - 1;
}

}  // namespace praxiscope::studies
