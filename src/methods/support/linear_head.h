// Whether a score is a linear function of a layer: read from the graph that autograd recorded, so
// it holds for any kind of model file.
#pragma once

#include "praxiscope/tensor.h"

#include <string>

namespace praxiscope::methods {

/// Looks at every operator on the way from `tap` to `score`.
///
/// Linear are sums, means, average pooling, changes of shape, and products (linear layers,
/// convolutions, scalings) whose other factor does not depend on the layer. Operators unknown here
/// count as not linear.
///
/// @param score  attached to the run's graph.
/// @param tap    the layer's output as the run kept it.
/// @return       the operator nearest to the layer that is not linear, in PyTorch's words ("Relu"),
/// or "".
std::string find_nonlinear(const at::Tensor& score, const at::Tensor& tap);

}  // namespace praxiscope::methods
