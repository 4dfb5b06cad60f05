// The step that CAM, Grad-CAM, Grad-CAM++ and XGrad-CAM share.
#pragma once

#include "praxiscope/tensor.h"

namespace praxiscope::methods {

/// sum_k weights_k A^k, as one matrix product without a temporary of A's size.
///
/// @param weights     [N,C].
/// @param activation  [N,C,T',H',W'].
/// @return            [N,T',H',W'].
at::Tensor weighted_sum(const at::Tensor& weights, const at::Tensor& activation);

/// For methods whose formula assumes A >= 0 (a layer after a ReLU): whether any value is negative.
bool has_negative(const at::Tensor& activation);

}  // namespace praxiscope::methods
