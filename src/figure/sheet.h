// What make_sheet() shows: split off so that tests can look at the choice.
#pragma once

#include "praxiscope/figure.h"

#include <vector>

namespace praxiscope::figure {

/// The first state without a clip, where there is one, as it is the overview; then those that show
/// an overlay, in the order of the tabs. When none does, all.
std::vector<StateId> sheet_states(const Figure& figure);

}  // namespace praxiscope::figure
