// Batched matrix products over flattened cells.
#include "methods/support/weighted_sum.h"

namespace praxiscope::methods {

at::Tensor weighted_sum(const at::Tensor& weights, const at::Tensor& activation) {
  const at::Tensor flat = at::bmm(weights.unsqueeze(1), activation.flatten(2));
  return flat.view(
      {activation.size(0), activation.size(2), activation.size(3), activation.size(4)});
}

bool has_negative(const at::Tensor& activation) { return activation.min().item<float>() < 0; }

}  // namespace praxiscope::methods
