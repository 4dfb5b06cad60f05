// The panels: each draws itself into a box with a pen. One panel type = one file in panels/ and its
// line in draw_panel (panels.cpp).
#pragma once

#include "figure/pen.h"

namespace praxiscope::figure {

/// What panels of one figure look things up in.
struct PanelContext {
  const Figure& figure;
  bool is_dark = false;  ///< the theme of the sheet
};

void draw_player(const PlayerPanel& panel, const Box& box, const PanelContext& context, Pen& pen);
void draw_strip(const StripPanel& panel, const Box& box, const PanelContext& context, Pen& pen);
void draw_lines(const LinesPanel& panel, const Box& box, const PanelContext& context, Pen& pen);
void draw_bars(const BarsPanel& panel, const Box& box, const PanelContext& context, Pen& pen);
void draw_matrix(const MatrixPanel& panel, const Box& box, const PanelContext& context, Pen& pen);
void draw_scatter(const ScatterPanel& panel, const Box& box, const PanelContext& context, Pen& pen);
void draw_plates(const PlatesPanel& panel, const Box& box, const PanelContext& context, Pen& pen);
void draw_table(const TablePanel& panel, const Box& box, const PanelContext& context, Pen& pen);
void draw_text(const TextPanel& panel, const Box& box, const PanelContext& context, Pen& pen);
void draw_scale(const ScalePanel& panel, const Box& box, const PanelContext& context, Pen& pen);

void draw_panel(const FigurePanel& panel, const Box& box, const PanelContext& context, Pen& pen);

/// The height a panel wants at this width, in points: for tables, bars and texts that of their
/// content, for a strip that of its frames. `stretches`: more is welcome (lines, matrix, scatter).
struct WantedHeight {
  double height = 0;
  bool stretches = false;
  double least = 0;  ///< below it the panel is of no use; 0: it cannot be lower than `height`
};
WantedHeight wanted_height(const FigurePanel& panel, double width, const PanelContext& context,
                           Pen& pen);
/// Of one panel type, in its file.
WantedHeight wanted_player(const PlayerPanel& panel, double width, const PanelContext& context);
/// `tallest`: of a frame, in points; 0: as on pages, where a player stands above.
WantedHeight wanted_strip(const StripPanel& panel, double width, const PanelContext& context,
                          double tallest = 0);
WantedHeight wanted_lines(const LinesPanel& panel, double width);
WantedHeight wanted_bars(const BarsPanel& panel);
WantedHeight wanted_matrix(const MatrixPanel& panel, double width);
WantedHeight wanted_scatter(const ScatterPanel& panel, double width);
WantedHeight wanted_plates(const PlatesPanel& panel, double width, const PanelContext& context);
WantedHeight wanted_table(const TablePanel& panel);
WantedHeight wanted_text(const TextPanel& panel, double width, const PanelContext& context,
                         Pen& pen);
WantedHeight wanted_scale(const ScalePanel& panel);

/// Where draw_lines() puts its curves in `box`, and the values at the ends: a cursor runs there.
struct PlotArea {
  Box box;
  double x_begin = 0, x_end = 1, y_begin = 0, y_end = 1;
};
PlotArea plot_area(const LinesPanel& panel, const Box& box, const PanelContext& context, Pen& pen);

inline constexpr int kMostStripFrames = 16;
/// The frames that a strip shows: all, or kMostStripFrames chosen evenly with the first and the
/// last.
std::vector<int> shown_frames(int frames);

}  // namespace praxiscope::figure
