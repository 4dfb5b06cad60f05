// Where a channel is strongest: one activation to start from instead of a mean over positions.
#pragma once

#include "praxiscope/method.h"

#include <map>
#include <string>
#include <vector>

namespace praxiscope::methods {

struct StrongestStart {
  std::vector<std::vector<Target>> targets;  ///< [n][k]
  /// [n][k], for units: "start activation", and the position "start t", "start y", "start x" as far
  /// as the layer has these axes.
  std::vector<std::vector<std::map<std::string, double>>> measures;
};

/// Gives every unit the position of its clip's largest activation along the axes that the target
/// leaves open; classes and contrasts stay as they are.
///
/// @throws Error as target_scores() for units that the layer does not have.
StrongestStart move_to_strongest(const MethodInput& input);

}  // namespace praxiscope::methods
