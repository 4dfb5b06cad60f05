// CAM: the class's own weights laid over the last activations; exact, only for pool + linear heads.
#include "core/text.h"
#include "methods/support/layer_method.h"
#include "methods/support/linear_head.h"
#include "methods/support/weighted_sum.h"

#include "praxiscope/error.h"

#include <fmt/format.h>

namespace praxiscope::methods {
namespace {

/// Rounding of an average pooling's gradient, relative to its largest value.
constexpr double kConstantTolerance = 1e-3;

[[noreturn]] void refuse(const std::string& layer, const std::string& found) {
  throw Error(
      ErrorKind::kUsage,
      fmt::format("cam: layer {}: found {} between it and the target, expected only average "
                  "pooling and linear layers; choose the last layer before the pooling, or "
                  "use hires_cam or grad_cam",
                  in_quotes(layer), found));
}

/// M = sum_k w_k A^k, so that mean_p M + b = S. The head is pool + linear exactly when S is linear
/// in A (read from autograd's graph) and dS/dA is the same at every cell; then w = Z dS/dA.
at::Tensor map(const LayerEvidence& at, const std::string& layer) {
  const std::string nonlinear = find_nonlinear(at.scores, at.tap);
  if (!nonlinear.empty()) refuse(layer, fmt::format("the operator {}", in_quotes(nonlinear)));
  const at::Tensor mean = at.gradient.mean({2, 3, 4}, /*keepdim=*/true);
  const double spread = (at.gradient - mean).abs().max().item<double>();
  const double largest = at.gradient.abs().max().item<double>();
  if (spread > kConstantTolerance * largest) {
    refuse(layer, "weights that vary over time and space");
  }
  const double cells =
      static_cast<double>(at.activation.size(2) * at.activation.size(3) * at.activation.size(4));
  return weighted_sum(mean.flatten(1) * cells, at.activation);
}

std::unique_ptr<Method> make(const Model&, const std::string& layer, const OptionValues&) {
  return make_layer_method(
      {.id = "cam", .layer = layer, .variant = "", .relu = false},
      [layer](const LayerEvidence& evidence, Progress&) { return map(evidence, layer); });
}

}  // namespace

extern const MethodInfo cam{
    .id = "cam",
    .title = "CAM",
    .summary = "class weights over the last activations, exact",
    .source = "Zhou et al., CVPR 2016, eq. 2; over time, height and width",
    .reading = "finds evidence for and against",
    .is_signed = true,
    .is_layer_based = true,
    .options = {},
    .make = &make,
};

}  // namespace praxiscope::methods
