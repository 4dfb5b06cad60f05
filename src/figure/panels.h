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
};
WantedHeight wanted_height(const FigurePanel& panel, double width, const PanelContext& context,
                           Pen& pen);

}  // namespace praxiscope::figure
