// The swap test: stream 1 of one clip with stream 2 of another. Which clips, and what the answers
// say. Knows numbers only.
#pragma once

#include "studies/support/confidence.h"

#include <cstdint>
#include <span>
#include <utility>
#include <vector>

namespace praxiscope::studies {

/// Positions of two clips: whose stream 1, whose stream 2.
using SwapPair = std::pair<std::size_t, std::size_t>;

/// At most `most` clips, as evenly over their classes as there are clips, by lot within a class.
/// The same seed chooses the same on every machine. Ascending.
std::vector<std::size_t> choose_evenly(std::span<const std::int64_t> classes, std::size_t most,
                                       std::uint64_t seed);

/// At most `count` different pairs of `clips` whose classes differ, as evenly over the pairs of
/// classes as there are clips, by lot within them. Both orders are pairs of their own.
/// @param classes  of all clips; `clips` are positions in it.
std::vector<SwapPair> draw_pairs(std::span<const std::int64_t> classes,
                                 std::span<const std::size_t> clips, std::size_t count,
                                 std::uint64_t seed);

/// A share of pairs with a 95 % percentile interval by the pigeonhole bootstrap (Owen, Ann. Appl.
/// Stat. 2007): inputs are drawn with replacement, and a pair counts as often as the input of its
/// first clip was drawn times as often as that of its second, because pairs that share a clip
/// depend on each other. Draws that leave no pair are drawn again. No interval for fewer than 3
/// inputs.
///
/// @param values  one a pair, 0 or 1.
/// @param groups  inputs of the first and second clip of each pair, 0-based.
Estimate estimate_of_pairs(std::span<const double> values,
                           std::span<const std::pair<std::int64_t, std::int64_t>> groups,
                           const Bootstrap& bootstrap = {});

}  // namespace praxiscope::studies
