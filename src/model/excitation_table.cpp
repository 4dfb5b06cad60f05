// Which rule of excitation backprop an operator has; see excitation.h.
#include "model/excitation.h"

#include <map>

namespace praxiscope::program {
namespace {

using enum Excitation;

const std::map<std::string_view, Excitation>& table() {
  static const std::map<std::string_view, Excitation> kTable = {
      {"relu", kUnit},
      {"relu6", kUnit},
      {"hardtanh", kUnit},
      {"threshold", kUnit},
      {"clamp", kUnit},
      {"clamp_min", kUnit},
      {"clamp_max", kUnit},
      {"sigmoid", kUnit},
      {"hardsigmoid", kUnit},
      {"softplus", kUnit},
      {"leaky_relu", kSmoothUnit},
      {"prelu", kSmoothUnit},
      {"elu", kSmoothUnit},
      {"celu", kSmoothUnit},
      {"selu", kSmoothUnit},
      {"silu", kSmoothUnit},
      {"gelu", kSmoothUnit},
      {"mish", kSmoothUnit},
      {"hardswish", kSmoothUnit},
      {"tanh", kSmoothUnit},
      {"conv1d", kWeights},
      {"conv2d", kWeights},
      {"conv3d", kWeights},
      {"convolution", kWeights},
      {"_convolution", kWeights},
      {"conv_transpose1d", kWeights},
      {"conv_transpose2d", kWeights},
      {"conv_transpose3d", kWeights},
      {"linear", kWeights},
      {"addmm", kWeights},
      {"mm", kMatrices},
      {"matmul", kMatrices},
      {"avg_pool1d", kAverage},
      {"avg_pool2d", kAverage},
      {"avg_pool3d", kAverage},
      {"adaptive_avg_pool1d", kAverage},
      {"adaptive_avg_pool2d", kAverage},
      {"adaptive_avg_pool3d", kAverage},
      {"_adaptive_avg_pool2d", kAverage},
      {"_adaptive_avg_pool3d", kAverage},
      {"mean", kAverage},
      {"sum", kAverage},
      {"upsample_nearest1d", kAverage},
      {"upsample_nearest2d", kAverage},
      {"upsample_nearest3d", kAverage},
      {"upsample_linear1d", kAverage},
      {"upsample_bilinear2d", kAverage},
      {"upsample_trilinear3d", kAverage},
      {"add", kSum},
      {"sub", kDifference},
      {"rsub", kReverseDifference},
      {"mul", kProduct},
      {"div", kQuotient},
      {"neg", kNegative},
      {"batch_norm", kBatchNorm},
      {"_native_batch_norm_legit_no_training", kBatchNorm},
      {"softmax", kSoftmax},
      {"_softmax", kSoftmax},
      {"log_softmax", kSoftmax},
      {"_log_softmax", kSoftmax}};
  return kTable;
}

}  // namespace

Excitation find_excitation(std::string_view operator_name) {
  constexpr std::string_view kAten = "aten::";
  if (!operator_name.starts_with(kAten)) return kNone;
  operator_name.remove_prefix(kAten.size());
  if (operator_name.ends_with('_')) operator_name.remove_suffix(1);
  const auto found = table().find(operator_name);
  return found == table().end() ? kNone : found->second;
}

}  // namespace praxiscope::program
