// What rectifiers hand back under kGuided, kDeconv and kIdentity (methods.md F5). Knows operators,
// not networks.
#pragma once

#include "model/program.h"

#include <string_view>

namespace praxiscope::program {

/// By the operator's full name: "aten::relu_" -> kRelu.
Rectifier find_rectifier(std::string_view operator_name);

/// Runs the rectifier on `stack` (arguments in the schema's order, replaced by the result) so that
/// its gradient follows `rule`; gives false, with nothing done, when the operator is to run as it
/// is: no gradient is wanted, or its arguments make it no rectifier at zero (hardtanh from -1,
/// clamp from 0.5).
///
/// With x the input, R the gradient from above and on = where the unit answers with its slope:
///   relu: on = x > 0 · relu6, hardtanh, clamp with a minimum of 0: on = 0 < x < max ·
///   threshold: on = x > threshold · clamp_min(0): on = x > 0 · leaky_relu, elu: on = x > 0, so
///   that the small slope of the negative side counts as off.
/// kGuided gives 1[on] 1[R>0] R, kDeconv 1[R>0] R, kIdentity R. silu, gelu, sigmoid and the rest
/// have no off side and stay plain under every rule.
///
/// In-place operators stay in place: whoever holds the tensor or a view of it sees the change.
/// Source: Springenberg et al., "Striving for Simplicity", ICLR 2015 workshop, sec. 3.3; Zeiler and
/// Fergus, ECCV 2014, sec. 2.1. The one-sided rule for leaky_relu and elu is ours.
bool apply_rectifier(const Op& op, BackwardRule rule, torch::jit::Stack& stack);

}  // namespace praxiscope::program
