// The film in motion, as large as its aspect allows, at the left of its box.
#include "figure/panels/parts.h"

#include <algorithm>

namespace praxiscope::figure {

void draw_player(const PlayerPanel& panel, const Box& box, const PanelContext& context, Pen& pen) {
  Box place = fit_aspect(box, aspect_of_film(context.figure, panel.film));
  place.x = box.x;  // in line with all that stands below
  pen.player(panel, place);
}

WantedHeight wanted_player(const PlayerPanel& panel, double width, const PanelContext& context) {
  return {width / aspect_of_film(context.figure, panel.film), false};
}

}  // namespace praxiscope::figure
