// The first pages of an atlas: everything that was looked for, small and in motion, each a click
// away.
#pragma once

#include "studies/maximization/plates.h"

#include "praxiscope/figure.h"

#include <string>
#include <vector>

namespace praxiscope::studies {

/// Pages of the index; 0 where there is one thing alone.
std::size_t index_pages(std::size_t sought);
/// "all", "1 to 24".
std::string index_name(std::size_t page, std::size_t sought);

/// One page: the best result of each of its things in motion, how far each is driven, and all
/// things of all pages by layer. Its choice on the first axis is `page`, on the second 0.
/// @param states  the state that shows a thing, by its position; -1: none.
FigureState index_state(const Gallery& gallery, std::size_t page,
                        const std::vector<StateId>& states, Figure& figure);

}  // namespace praxiscope::studies
