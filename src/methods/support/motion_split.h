// How much of a target needs motion: its value with the clip's frames frozen, shuffled, reversed.
#pragma once

#include "praxiscope/clip_result.h"
#include "praxiscope/method.h"

#include <vector>

namespace praxiscope::methods {

/// One entry a target, for the clip-th of the batch; by forwards of its own.
///
/// Frozen: the first frame at all times keeps appearance and no motion. Shuffled: every picture,
/// in an order by lot, mean of three; reversed: the same motion backwards.
/// @throws Error kCancelled.
std::vector<MotionSplit> motion_split(const MethodInput& input, std::size_t clip,
                                      Progress& progress);

}  // namespace praxiscope::methods
