// Pictures in rows with a line under each.
#include "figure/panels/parts.h"

#include <algorithm>
#include <cmath>

namespace praxiscope::figure {
namespace {

constexpr double kBetween = 8, kCaption = 16;  ///< pt

double aspect_of(const PlatesPanel& panel, const PanelContext& context) {
  for (const PlatesPanel::Plate& plate : panel.plates) {
    if (plate.picture >= 0) return aspect_of_picture(context.figure, plate.picture);
  }
  return 1;
}

int rows_of(const PlatesPanel& panel) {
  return (static_cast<int>(panel.plates.size()) + panel.columns - 1) / panel.columns;
}

}  // namespace

void draw_plates(const PlatesPanel& panel, const Box& box, const PanelContext& context, Pen& pen) {
  const Theme& look = theme(context.is_dark);
  const Box rest = draw_heading(panel.title, "", box, context, pen);
  if (panel.plates.empty()) return;
  const double aspect = aspect_of(panel, context);
  const int rows = rows_of(panel);
  const double room_x = (rest.width - (panel.columns - 1) * kBetween) / panel.columns;
  const double room_y = (rest.height - (rows - 1) * kBetween) / rows - kCaption;
  const double width = std::max(1.0, std::min(room_x, room_y * aspect)), height = width / aspect;
  for (std::size_t i = 0; i < panel.plates.size(); ++i) {
    const PlatesPanel::Plate& plate = panel.plates[i];
    const int column = static_cast<int>(i) % panel.columns,
              row = static_cast<int>(i) / panel.columns;
    const Box place{rest.x + column * (width + kBetween),
                    rest.y + row * (height + kCaption + kBetween), width, height};
    if (plate.picture >= 0) {
      pen.fill(place, look.faint);
      pen.picture(plate.picture,
                  fit_aspect(place, aspect_of_picture(context.figure, plate.picture)));
    } else {
      pen.outline(place, look.faint, 1);  // no such clip
    }
    pen.text(plate.caption, {place.x, place.bottom() + 2, width, kCaption - 2}, small_letter(look));
    if (plate.state >= 0) pen.link(place, plate.state, plate.caption);
  }
}

WantedHeight wanted_plates(const PlatesPanel& panel, double width, const PanelContext& context) {
  if (panel.plates.empty()) return {kHeading, false};
  const double cell = std::min(200.0, (width - (panel.columns - 1) * kBetween) / panel.columns);
  const int rows = rows_of(panel);
  const double height = cell / aspect_of(panel, context);
  const double rest =
      (panel.title.empty() ? 0 : kHeading) + rows * kCaption + (rows - 1) * kBetween;
  return {rest + rows * height, false, rest + 0.5 * rows * height};
}

}  // namespace praxiscope::figure
