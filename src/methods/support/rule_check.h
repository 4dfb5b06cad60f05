// Whether a backward rule found something to change: read from the graph that autograd recorded, so
// it holds for any kind of model file.
#pragma once

#include "praxiscope/progress.h"
#include "praxiscope/tensor.h"

#include <functional>
#include <set>
#include <span>
#include <string>
#include <string_view>

namespace praxiscope::methods {

/// Calls `see` with every operator's name on the ways back from `score`, in autograd's words
/// ("MeanBackward1"), once each node; not below the nodes that made the tensors in `down_to`.
void visit_operators(const at::Tensor& score, std::span<const at::Tensor> down_to,
                     const std::function<void(const std::string& name)>& see);

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

/// Of a run under BackwardRule::kExcitation: warns when operators between the tensors in `down_to`
/// and the score have no rule and hand back their derivative, and when units can be negative.
void check_excitation(std::string_view method, const at::Tensor& score,
                      std::span<const at::Tensor> down_to, Progress& progress);

}  // namespace praxiscope::methods
