// The drawn panels of a page: each as one <svg> for every width it may be shown at.
#pragma once

#include "figure/svg_pen.h"

#include <string>
#include <vector>

namespace praxiscope::figure {

/// CSS px that panels of a place are drawn for, ascending: the page takes the widest that fits.
std::vector<int> drawn_widths(PanelPlace place);

/// A panel's drawing at one width: <template id="drawing-7">.
struct Drawing {
  int width = 0;  ///< CSS px
  int id = 0;     ///< the same for drawings that are the same
};

struct Drawings {
  std::string templates;
  std::vector<std::vector<Drawing>> of_panels;  ///< empty for panels that the script draws
};

/// Draws every panel that the script does not draw itself. Panels at the same position in their
/// states are equally high, so that a click moves nothing.
Drawings draw_panels(const Figure& figure, InkPairs& inks);

/// Whether a panel is drawn by the page's script from the figure's data.
bool is_drawn_by_script(const PanelContent& content);

}  // namespace praxiscope::figure
