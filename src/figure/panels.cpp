// Which file draws which panel.
#include "figure/panels.h"

namespace praxiscope::figure {
namespace {

struct Draw {
  const Box& box;
  const PanelContext& context;
  Pen& pen;

  void operator()(const PlayerPanel& panel) const { draw_player(panel, box, context, pen); }
  void operator()(const StripPanel& panel) const { draw_strip(panel, box, context, pen); }
  void operator()(const LinesPanel& panel) const { draw_lines(panel, box, context, pen); }
  void operator()(const BarsPanel& panel) const { draw_bars(panel, box, context, pen); }
  void operator()(const MatrixPanel& panel) const { draw_matrix(panel, box, context, pen); }
  void operator()(const ScatterPanel& panel) const { draw_scatter(panel, box, context, pen); }
  void operator()(const PlatesPanel& panel) const { draw_plates(panel, box, context, pen); }
  void operator()(const TablePanel& panel) const { draw_table(panel, box, context, pen); }
  void operator()(const TextPanel& panel) const { draw_text(panel, box, context, pen); }
  void operator()(const ScalePanel& panel) const { draw_scale(panel, box, context, pen); }
};

struct Want {
  double width;
  const PanelContext& context;
  Pen& pen;

  WantedHeight operator()(const PlayerPanel& panel) const {
    return wanted_player(panel, width, context);
  }
  WantedHeight operator()(const StripPanel& panel) const {
    return wanted_strip(panel, width, context);
  }
  WantedHeight operator()(const LinesPanel& panel) const { return wanted_lines(panel, width); }
  WantedHeight operator()(const BarsPanel& panel) const { return wanted_bars(panel); }
  WantedHeight operator()(const MatrixPanel& panel) const { return wanted_matrix(panel, width); }
  WantedHeight operator()(const ScatterPanel& panel) const { return wanted_scatter(panel, width); }
  WantedHeight operator()(const PlatesPanel& panel) const {
    return wanted_plates(panel, width, context);
  }
  WantedHeight operator()(const TablePanel& panel) const { return wanted_table(panel); }
  WantedHeight operator()(const TextPanel& panel) const {
    return wanted_text(panel, width, context, pen);
  }
  WantedHeight operator()(const ScalePanel& panel) const { return wanted_scale(panel); }
};

}  // namespace

void draw_panel(const FigurePanel& panel, const Box& box, const PanelContext& context, Pen& pen) {
  if (box.width <= 0 || box.height <= 0) return;
  std::visit(Draw{box, context, pen}, panel.content);
}

WantedHeight wanted_height(const FigurePanel& panel, double width, const PanelContext& context,
                           Pen& pen) {
  return std::visit(Want{width, context, pen}, panel.content);
}

}  // namespace praxiscope::figure
