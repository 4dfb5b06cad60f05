// How single operators act on patches: what of their output a local change reaches, computed from
// windows around it. Operators without a rule are for the caller to run on whole tensors.
#pragma once

#include "model/patch.h"
#include "model/program.h"

#include <optional>
#include <span>
#include <vector>

namespace praxiscope::program {

/// One operator's call in the kept forward, and which of its arguments differ now.
struct LocalCall {
  const Op& op;
  std::span<const c10::IValue> arguments;                 ///< as they were in the kept forward
  std::span<const std::shared_ptr<const Patch>> patches;  ///< per argument; null: unchanged
  const at::Tensor& result;                               ///< of the kept forward: [1,C,T,H,W]
};

/// The patch that the call gives, or nothing when no rule fits. Exact: values that a change cannot
/// reach are those of the kept forward, all others are computed by the operator itself.
///
/// Rules: convolutions and max- and average-pooling of three axes, eval-mode batch norm, functions
/// of single elements, sums and products of equally large tensors, constant and edge padding.
std::optional<Patch> apply_locally(const LocalCall& call);

}  // namespace praxiscope::program
