// Patch: a batch of tensors [B,C,T,H,W] that differ from one kept tensor in a box each. What a
// local change of a clip becomes on its way through a network. Knows tensors only.
#pragma once

#include "praxiscope/tensor.h"

#include <array>
#include <cstdint>
#include <memory>
#include <vector>

namespace praxiscope::program {

/// Along t, y, x.
using Extent = std::array<std::int64_t, 3>;

/// All boxes have one size, so that they are computed as a batch; a box may cover more than what
/// really differs.
struct Patch {
  at::Tensor base;              ///< [1,C,T,H,W]: what it is elsewhere
  at::Tensor values;            ///< [B,C,t,h,w]
  std::vector<Extent> corners;  ///< B: where each box begins; boxes lie inside

  std::int64_t count() const { return values.size(0); }
  Extent size() const { return {values.size(2), values.size(3), values.size(4)}; }
  Extent whole() const { return {base.size(2), base.size(3), base.size(4)}; }
  bool covers_all() const { return size() == whole(); }
};

/// The tensors themselves: [B,C,T,H,W], a copy of their own.
at::Tensor whole_of(const Patch& patch);

/// Cuts a window out of each of the tensors.
///
/// @param corners  B: where each window begins; may lie outside.
/// @param outside  what stands there: a convolution's zeros.
/// @return         [B,C,t,h,w] for size = (t,h,w).
at::Tensor cut_windows(const Patch& patch, const std::vector<Extent>& corners, const Extent& size,
                       double outside);

/// As cut_windows() of B equal tensors [1,C,T,H,W].
at::Tensor cut_windows(const at::Tensor& base, const std::vector<Extent>& corners,
                       const Extent& size, double outside);

}  // namespace praxiscope::program
