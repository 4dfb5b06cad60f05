// Excitation backprop: what operators hand back under BackwardRule::kExcitation. What flows back is
// no derivative but a probability: that of an operator's output goes on to its inputs as to what
// excited it. Knows operators, not networks.
#pragma once

#include "model/program.h"

#include <memory>
#include <string_view>
#include <vector>

namespace praxiscope::program {

/// By the operator's full name: "aten::conv3d" -> kWeights.
Excitation find_excitation(std::string_view operator_name);

/// Runs the operator on `stack` (arguments in the schema's order, replaced by the result) so that
/// what goes back follows the rule; gives false, with nothing done, when the operator has no rule
/// (copies, views, padding and the maximum of a pool hand on whole probabilities by their
/// derivative already) or no gradient is wanted.
///
/// With P(y_j) from above, c_ij what input i adds to output j, and c+ = max(c, 0):
///   P(x_i) = sum_j P(y_j) c_ij+ / sum_i c_ij+
/// and 0 from a y_j that nothing excites.
///   convolution, linear    c_ij = w_ij x_i: for x >= 0 the paper's x_i w_ij+. An input below zero
///                          (the prepared picture; silu) excites through a negative weight. Biases
///                          count for nothing.
///   average, mean, sum     w_ij > 0: in proportion to the positive inputs
///   residual sum           c = the summands; constants count as biases
///   rectifier, activation  to its one input, whatever the slope
///   batch norm, scale      to its one input; a negative factor turns the weights of the
///   convolution
///                          or linear layer right before it, as if folded into it. Elsewhere the
///                          sign is not looked at.
///   product                to the larger factor, as the smaller is a gate; to two of one size by
///                          halves
///   softmax of classes     to the logit
/// Source: Zhang et al., "Top-down Neural Attention by Excitation Backprop", ECCV 2016, sec. 3.2,
/// which has it for c_ij = x_i w_ij with x >= 0; the other rows are ours.
bool apply_excitation(const Op& op, torch::jit::Stack& stack);

/// While it lives, backwards from `scalar` in a graph of kExcitation start from the dual unit: the
/// operators with weights that are nearest to it have them negated, and averages and sums above
/// them see the negative of their inputs.
class DualWeights {
 public:
  explicit DualWeights(const at::Tensor& scalar);
  ~DualWeights();
  DualWeights(const DualWeights&) = delete;
  DualWeights& operator=(const DualWeights&) = delete;

 private:
  std::vector<std::shared_ptr<torch::autograd::Node>> nodes_;
};

}  // namespace praxiscope::program
