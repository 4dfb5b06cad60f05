// Attribution: a number per clip element; what a method gives and render, figure and sinks take.
#pragma once

#include "praxiscope/target.h"
#include "praxiscope/tensor.h"

#include <cstdint>
#include <map>
#include <string>

namespace praxiscope {

/// Raw values, never normalised for display; where a network gave infinities they are here too.
struct Attribution {
  std::string method;   ///< id of the room: "grad_cam"
  std::string variant;  ///< options that change the formula, resolved: "weights=volume"
  std::string input;    ///< the model input it lies on: "rgb"
  std::string layer;    ///< where it was computed; empty for input-level methods
  Target target;
  at::Tensor coarse;  ///< [T',H',W'] f32 as computed; equals `volume` for input-level methods
  at::Tensor
      volume;  ///< [T,H,W] f32 at the clip's size: coarse, linearly interpolated in time and space
  bool is_signed =
      false;  ///< negative values mean evidence against; drawn with a diverging colormap
  /// Numbers that the method found beside its map: "completeness gap". In the .json as they are.
  std::map<std::string, double> measures;
};

}  // namespace praxiscope
