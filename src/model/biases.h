// What operators add to what is linear in their inputs, and where its gradient can be had. Knows
// operators, not networks.
#pragma once

#include "model/program.h"

#include <string_view>
#include <vector>

namespace praxiscope::program {

/// By the operator's full name: "aten::conv3d" -> kConvolution.
Addend find_addend(std::string_view operator_name);

/// What the operator is about to add, in a shape that broadcasts to its result; undefined when
/// nothing, or when no gradient is recorded. For inputs x that gradients go back to and f the
/// operator, b = f(x) - sum_i (df/dx_i) x_i:
///   convolution, linear, addmm    the bias
///   batch norm                    beta - mu gamma / sigma
///   a constant added              the constant
///   a product of two of them      -f(x)
///   an activation                 f(x) - f'(x) x: 6 where relu6 is full; 0 for relu, not looked
///   for
/// So a network of these satisfies f(x) = (df/dx) x + sum over all calls of (df/db) b.
/// Source: Srinivas and Fleuret, "Full-Gradient Representation", NeurIPS 2019, sec. 3 (implicit
/// biases); that of products is ours.
at::Tensor find_bias(const Op& op, const torch::jit::Stack& arguments);

/// Adds `bias` to `biases` with the place where autograd collects the gradient at `result`; nothing
/// when the result is not recorded.
void list_bias(const Op& op, const at::Tensor& bias, const at::Tensor& result,
               std::vector<Bias>& biases);

}  // namespace praxiscope::program
