// What several panel types draw alike: headings, axes, legends, numbers.
#pragma once

#include "figure/panels.h"
#include "figure/theme.h"

#include <string>
#include <string_view>
#include <vector>

namespace praxiscope::figure {

inline constexpr double kHeading = 20;   ///< height of a panel's heading with the gap below it
inline constexpr double kSmallRow = 12;  ///< height of a line of small letters

/// Draws the title, and in small letters what the values are; gives what is left of the box. No
/// title, no heading.
Box draw_heading(std::string_view title, std::string_view values, const Box& box,
                 const PanelContext& context, Pen& pen);

/// The largest box of this width / height in the middle of `box`.
Box fit_aspect(const Box& box, double aspect);

/// Width / height of a film's frames, or of a picture; 1 where there is none.
double aspect_of_film(const Figure& figure, FilmId film);
double aspect_of_picture(const Figure& figure, PictureId picture);

/// "61.0 %", "<0.1 %", a dash for what is not finite.
std::string percent_text(double share);

/// The text with its middle left out so that it fits: labels often differ at their ends.
std::string shortened(std::string_view text, double width, const Letter& letter, Pen& pen);

/// Black or white, whichever reads better on the ground.
Ink ink_on(const Ink& ground);

/// Ends of an axis, in the unit of its values.
struct Range {
  double begin = 0, end = 1;
};

struct Tick {
  double value = 0;
  std::string label;
};

/// Round values in begin..end, at most `most` (2 or more), all with as many decimals; as percent
/// when shares are. Never empty for a finite range.
std::vector<Tick> nice_ticks(const Range& range, int most, bool is_percent);

/// A plot: two axes with ticks around an area.
struct Plot {
  Box area;
  Range x, y;
  bool is_percent = false;  ///< y
  std::string x_label;

  double x_of(double value) const {
    return area.x + area.width * (value - x.begin) / (x.end - x.begin);
  }
  double y_of(double value) const {
    return area.bottom() - area.height * (value - y.begin) / (y.end - y.begin);
  }
};

/// Leaves room for the ticks and the x label of a plot in `box`. `plot.area` is written.
void place_plot(Plot& plot, const Box& box, const PanelContext& context, Pen& pen);
/// Grid lines, ticks, x label.
void draw_axes(const Plot& plot, const PanelContext& context, Pen& pen);

/// Says that a plot has no values.
void draw_nothing(const Box& area, const Theme& look, Pen& pen);

/// An entry of a legend.
struct Key {
  std::string label;
  int color = 0;
  bool is_strong = false;
};
/// A column of entries to the right of wide boxes, rows above narrow ones; gives what is left.
/// Where there is no room for all, the strong ones stay and the last entry says how many went.
Box draw_legend(const std::vector<Key>& keys, const Box& box, const PanelContext& context,
                Pen& pen);
/// What draw_legend() would leave, without drawing.
Box room_beside_legend(const std::vector<Key>& keys, const Box& box, const PanelContext& context,
                       Pen& pen);

}  // namespace praxiscope::figure
