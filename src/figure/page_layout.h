// Where everything of a state's page goes. One layout for all states of a figure, so that a click
// moves nothing.
#pragma once

#include "figure/panels.h"

#include <vector>

namespace praxiscope::figure {

struct Tab {
  Box box;
  int axis = 0, value = 0;
};

struct PageLayout {
  double width = 0, height = 0;  ///< points
  Box title, subtitle, caption, footer;
  std::vector<Box> axis_titles;  ///< one an axis with more than one value
  std::vector<Tab> tabs;         ///< wrapped into rows; boxes as wide as their words, none too long
  std::vector<Box> panels;       ///< in the order of a state's panels
};

/// Page of 1200 points width, 675 to 1000 points height, from all states: the k-th panels of all
/// states share the largest box that one of them wants. The main panel keeps the frames' aspect.
/// @throws Error kInternal when states differ in number or places of their panels.
PageLayout lay_out_page(const PanelContext& context, Pen& pen);

/// What is drawn on every page beside the panels: title, tabs with the state's choice, caption.
void draw_page_frame(const PageLayout& layout, StateId state, const PanelContext& context,
                     Pen& pen);

}  // namespace praxiscope::figure
