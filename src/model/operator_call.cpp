// See operator_call.h.
#include "model/operator_call.h"

#include "model/biases.h"
#include "model/excitation.h"
#include "model/rectifiers.h"

namespace praxiscope::program {

void call_operator(const Op& op, BackwardRule rule, std::vector<Bias>* biases,
                   torch::jit::Stack& stack) {
  // Before the call, as operators in place change what they read.
  const at::Tensor bias = biases == nullptr ? at::Tensor() : find_bias(op, stack);
  const bool is_done = rule == BackwardRule::kExcitation ? apply_excitation(op, stack)
                                                         : apply_rectifier(op, rule, stack);
  if (!is_done) op.call(stack);
  if (bias.defined()) list_bias(op, bias, stack.front().toTensor(), *biases);
}

}  // namespace praxiscope::program
