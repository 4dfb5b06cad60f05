// What make_sheet() shows: split off so that tests can look at the choice.
#pragma once

#include "praxiscope/figure.h"

#include <vector>

namespace praxiscope::figure {

/// States that show an overlay, in their order; when none does, all.
std::vector<StateId> sheet_states(const Figure& figure);

}  // namespace praxiscope::figure
