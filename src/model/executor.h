// Executor: runs a Program through the PyTorch dispatcher. Knows operators and taps; no files, no
// manifest.
#pragma once

#include "model/program.h"
#include "model/taps.h"

#include <span>

namespace praxiscope::program {

/// Sees a run pass by; for tracing (layers, receptive fields), not for the hot path.
class Observer {
 public:
  virtual ~Observer() = default;
  virtual void before(const Op& op, std::span<const c10::IValue> inputs) = 0;
  virtual void after(const Op& op, std::span<const c10::IValue> outputs) = 0;
  /// A layer gave `value` for the `call`-th time (from 1).
  virtual void layer_done(const Op& op, int call, const c10::IValue& value) = 0;
};

/// Runs `program` on `inputs` (one per Program::inputs, moved from). Everything of a run lives in
/// this call: any number of threads may run one program at once. Grad mode is the caller's.
/// Values are freed at their last use.
/// @return the program's outputs; empty when a tap stopped the run.
/// @throws Error kModel with the layer, the operator and its Python line.
std::vector<c10::IValue> execute(const Program& program, std::vector<c10::IValue> inputs,
                                 TapPlan& taps, Observer* observer = nullptr);

}  // namespace praxiscope::program
