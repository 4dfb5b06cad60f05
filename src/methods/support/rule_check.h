// Whether a ReluRule found something to change: read from the graph that autograd recorded, so it
// holds for any kind of model file.
#pragma once

#include "praxiscope/progress.h"
#include "praxiscope/tensor.h"

#include <set>
#include <string>
#include <string_view>

namespace praxiscope::methods {

/// The nonlinear units between the inputs and a score.
struct UnitsBelow {
  bool has_ruled = false;        ///< a rectifier whose gradient follows the rule
  std::set<std::string> smooth;  ///< units without an off side, in PyTorch's words: "Silu", "Gelu"
};

/// @param score  attached to the graph of a run under a rule other than kPlain.
UnitsBelow find_units(const at::Tensor& score);

/// Warns when the rule changes no rectifier (the map is the plain gradient), and when smooth units
/// stay plain beside those it changes.
void check_rule(std::string_view method, const at::Tensor& score, Progress& progress);

}  // namespace praxiscope::methods
