// Steps uphill along a gradient that is made a unit's size first, every row by itself.
#pragma once

#include "praxiscope/tensor.h"

#include <string_view>

namespace praxiscope::optima {

/// kNormalized: the gradient divided by its root mean square, times the rate (Feichtenhofer et al.
/// 2020: "normalised by its magnitude"). kAdam: Kingma and Ba, ICLR 2015, of that gradient.
enum class AscentKind { kNormalized, kAdam };

/// Keeps its state from step to step. Not thread-safe.
class Ascent {
 public:
  explicit Ascent(AscentKind kind) : kind_(kind) {}
  /// Moves `values` [N,...] in place by about `rate` each. Rows whose gradient is 0 everywhere
  /// stay.
  void step(at::Tensor& values, const at::Tensor& gradient, double rate);

 private:
  AscentKind kind_;
  at::Tensor mean_, square_;
  int steps_ = 0;
};

/// Of step k of `steps`: the full rate in the first two thirds, then down to a tenth along a
/// cosine, so that the last steps settle.
double rate_at(double rate, int step, int steps);

}  // namespace praxiscope::optima
