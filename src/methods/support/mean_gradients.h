// Gradients averaged over many changed copies of a batch. Knows forwards and targets, not where the
// copies come from.
#pragma once

#include "praxiscope/method.h"

#include <functional>
#include <vector>

namespace praxiscope::methods {

/// Gives the `index`-th copy of the batch: one [N,C,T,H,W] a model input. Called once for each
/// index, in order.
using MakeInputs = std::function<std::vector<at::Tensor>(std::int64_t index)>;

/// The mean over `count` copies of d target_k / d inputs, or of its square; as many copies in one
/// forward as fill MethodInput::batch clips.
///
/// @return  [k][input]: [N,C,T,H,W] f32, every clip its own.
/// @throws Error kCancelled between forwards.
std::vector<std::vector<at::Tensor>> mean_gradients(const MethodInput& input, std::int64_t count,
                                                    const MakeInputs& make, bool is_squared,
                                                    Progress& progress);

}  // namespace praxiscope::methods
