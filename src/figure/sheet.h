// What make_sheet() shows: split off so that tests can look at the choice.
#pragma once

#include "praxiscope/figure.h"

#include <vector>

namespace praxiscope::figure {

/// The first state without a clip, where there is one, as it is the overview; then those that show
/// an overlay, the one that the figure opens on first. When none does, all. Where there is no room
/// for all of them, the first ones are what a reader should see.
std::vector<StateId> sheet_states(const Figure& figure);

/// The same states as they stand below each other: the overview, then in the order of the tabs,
/// which may not be that in which a figure opens.
std::vector<StateId> in_order_of_tabs(const Figure& figure, std::vector<StateId> states);

}  // namespace praxiscope::figure
