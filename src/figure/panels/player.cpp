// The film in motion, as large as its aspect allows.
#include "figure/panels/parts.h"

#include <algorithm>

namespace praxiscope::figure {

void draw_player(const PlayerPanel& panel, const Box& box, const PanelContext& context, Pen& pen) {
  pen.player(panel, fit_aspect(box, aspect_of_film(context.figure, panel.film)));
}

WantedHeight wanted_player(const PlayerPanel& panel, double width, const PanelContext& context) {
  return {width / aspect_of_film(context.figure, panel.film), false};
}

}  // namespace praxiscope::figure
