// One call of an operator as a run wants it: under its backward rule, and with its bias listed.
#pragma once

#include "model/program.h"

#include <vector>

namespace praxiscope::program {

/// Runs `op` on `stack` (arguments in the schema's order, replaced by the results). The results are
/// the operator's own, bit by bit, whatever the rule.
///
/// @param biases  null, or where what the operator adds is listed, when its result is recorded.
void call_operator(const Op& op, BackwardRule rule, std::vector<Bias>* biases,
                   torch::jit::Stack& stack);

}  // namespace praxiscope::program
