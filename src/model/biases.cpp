// See biases.h.
#include "model/biases.h"

#include <ATen/core/grad_mode.h>

#include <map>

namespace praxiscope::program {
namespace {

using at::Tensor;
using c10::IValue;
using torch::jit::Stack;

Tensor tensor_at(const Stack& arguments, std::size_t position) {
  if (position >= arguments.size() || !arguments[position].isTensor()) return {};
  return arguments[position].toTensor();
}

double number_at(const Stack& arguments, std::size_t position, double otherwise) {
  if (position >= arguments.size() || !arguments[position].isScalar()) return otherwise;
  return arguments[position].toScalar().toDouble();
}

/// [C] -> [C,1,...], for results [N,C,...] of `dimensions` axes.
Tensor per_channel(const Tensor& values, std::int64_t dimensions) {
  std::vector<std::int64_t> shape(
      static_cast<std::size_t>(std::max<std::int64_t>(dimensions, 2)) - 1, 1);
  shape.front() = values.numel();
  return values.reshape(shape);
}

/// Arguments: input, gamma, beta, mean, variance; epsilon is the last double.
Tensor batch_norm_bias(const Stack& arguments) {
  const Tensor mean = tensor_at(arguments, 3), variance = tensor_at(arguments, 4);
  if (!mean.defined() || !variance.defined()) return {};
  double epsilon = 1e-5;
  for (const IValue& argument : arguments) {
    if (argument.isDouble()) epsilon = argument.toDouble();
  }
  Tensor bias = -mean * (variance + epsilon).rsqrt();
  const Tensor gamma = tensor_at(arguments, 1), beta = tensor_at(arguments, 2);
  if (gamma.defined()) bias = bias * gamma;
  if (beta.defined()) bias = bias + beta;
  return per_channel(bias, tensor_at(arguments, 0).dim());
}

/// a + factor b, of which one is constant, perhaps a number.
Tensor constant_summand(const Stack& arguments, double sign) {
  const double factor = sign * number_at(arguments, 2, 1);
  const Tensor a = tensor_at(arguments, 0), b = tensor_at(arguments, 1);
  if (!a.defined() || !b.defined()) {
    const double number =
        a.defined() ? factor * number_at(arguments, 1, 0) : number_at(arguments, 0, 0);
    const Tensor& like = a.defined() ? a : b;
    return number == 0 ? Tensor() : at::full({}, number, like.options());
  }
  if (a.requires_grad() == b.requires_grad()) return {};
  return a.requires_grad() ? b * factor : a.clone();
}

/// Minus the product of two factors that both carry gradients.
Tensor product_intercept(const Stack& arguments) {
  const Tensor a = tensor_at(arguments, 0), b = tensor_at(arguments, 1);
  if (!a.defined() || !b.defined() || !a.requires_grad() || !b.requires_grad()) return {};
  return -(a * b);
}

/// f(x) - f'(x) x, by a call of its own.
Tensor unit_intercept(const Op& op, const Stack& arguments) {
  const at::AutoGradMode recording(true);
  const Tensor x = tensor_at(arguments, 0).detach().clone().requires_grad_(true);
  Stack stack = arguments;
  stack[0] = x.clone();
  op.call(stack);
  const Tensor y = stack.front().toTensor();
  const Tensor slope = torch::autograd::grad({y.sum()}, {x})[0];
  const at::NoGradGuard done;
  const Tensor intercept = y.detach() - slope * x.detach();
  return intercept.any().item<bool>() ? intercept : Tensor();
}

bool is_recorded(const Stack& arguments) {
  for (const IValue& argument : arguments) {
    if (argument.isTensor() && argument.toTensor().defined() && argument.toTensor().requires_grad())
      return true;
  }
  return false;
}

Tensor find_recorded_bias(const Op& op, const Stack& arguments) {
  switch (op.addend) {
    case Addend::kNone:
      return {};
    case Addend::kConvolution: {
      const Tensor bias = tensor_at(arguments, 2);
      return bias.defined() ? per_channel(bias, tensor_at(arguments, 1).dim()) : Tensor();
    }
    case Addend::kLinear:
      return tensor_at(arguments, 2);
    case Addend::kAddmm:
      return tensor_at(arguments, 0) * number_at(arguments, 3, 1);
    case Addend::kBatchNorm:
      return batch_norm_bias(arguments);
    case Addend::kSum:
      return constant_summand(arguments, 1);
    case Addend::kDifference:
      return constant_summand(arguments, -1);
    case Addend::kReverseDifference: {
      Stack turned{arguments.at(1), arguments.at(0)};
      return constant_summand(turned, -number_at(arguments, 2, 1));
    }
    case Addend::kProduct:
      return product_intercept(arguments);
    case Addend::kUnit:
      return unit_intercept(op, arguments);
  }
  return {};
}

}  // namespace

Addend find_addend(std::string_view operator_name) {
  static const std::map<std::string_view, Addend> kTable = {
      {"aten::conv1d", Addend::kConvolution},
      {"aten::conv2d", Addend::kConvolution},
      {"aten::conv3d", Addend::kConvolution},
      {"aten::convolution", Addend::kConvolution},
      {"aten::_convolution", Addend::kConvolution},
      {"aten::conv_transpose1d", Addend::kConvolution},
      {"aten::conv_transpose2d", Addend::kConvolution},
      {"aten::conv_transpose3d", Addend::kConvolution},
      {"aten::linear", Addend::kLinear},
      {"aten::addmm", Addend::kAddmm},
      {"aten::batch_norm", Addend::kBatchNorm},
      {"aten::_native_batch_norm_legit_no_training", Addend::kBatchNorm},
      {"aten::add", Addend::kSum},
      {"aten::sub", Addend::kDifference},
      {"aten::rsub", Addend::kReverseDifference},
      {"aten::mul", Addend::kProduct},
      {"aten::relu6", Addend::kUnit},
      {"aten::hardtanh", Addend::kUnit},
      {"aten::threshold", Addend::kUnit},
      {"aten::clamp", Addend::kUnit},
      {"aten::clamp_min", Addend::kUnit},
      {"aten::clamp_max", Addend::kUnit},
      {"aten::elu", Addend::kUnit},
      {"aten::celu", Addend::kUnit},
      {"aten::selu", Addend::kUnit},
      {"aten::silu", Addend::kUnit},
      {"aten::gelu", Addend::kUnit},
      {"aten::sigmoid", Addend::kUnit},
      {"aten::tanh", Addend::kUnit},
      {"aten::hardswish", Addend::kUnit},
      {"aten::hardsigmoid", Addend::kUnit},
      {"aten::mish", Addend::kUnit},
      {"aten::softplus", Addend::kUnit}};
  if (operator_name.ends_with('_')) operator_name.remove_suffix(1);
  const auto found = kTable.find(operator_name);
  return found == kTable.end() ? Addend::kNone : found->second;
}

Tensor find_bias(const Op& op, const Stack& arguments) {
  if (op.addend == Addend::kNone || !at::GradMode::is_enabled() || !is_recorded(arguments))
    return {};
  const at::NoGradGuard no_recording;
  return find_recorded_bias(op, arguments);
}

void list_bias(const Op& op, const Tensor& bias, const Tensor& result, std::vector<Bias>& biases) {
  if (!result.requires_grad()) return;
  const torch::autograd::Edge edge = torch::autograd::impl::gradient_edge(result);
  biases.push_back({.operation = op.name,
                    .path = op.module_path,
                    .value = bias.detach(),
                    .node = edge.function,
                    .output = edge.input_nr});
}

}  // namespace praxiscope::program
