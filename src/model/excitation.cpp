// See excitation.h.
#include "model/excitation.h"

#include <ATen/core/grad_mode.h>
#include <torch/csrc/autograd/custom_function.h>

#include <unordered_set>

namespace praxiscope::program {
namespace {

using at::Tensor;
using c10::IValue;
using torch::autograd::AutogradContext;
using torch::autograd::CppNode;
using torch::autograd::Node;
using torch::autograd::variable_list;
using torch::jit::Stack;

constexpr const char* kDual = "dual";    // bool: the unit's weights count negated
constexpr const char* kSign = "sign";    // of the factor behind a weighted operator, per output
constexpr const char* kScale = "scale";  // bool: this unit multiplies and does nothing else
constexpr double kSilent = 1e-30;        // below that nothing excites

/// P shared out among what sums to `total`; dead ends give nothing.
Tensor over(const Tensor& probability, const Tensor& total) {
  return at::where(total > kSilent, probability / total, at::zeros_like(total));
}

bool is_on(AutogradContext* context, const char* name) {
  return context->saved_data.count(name) > 0 && context->saved_data[name].toBool();
}

/// An operator and its arguments, to be called again in a backward.
struct Call : torch::CustomClassHolder {
  torch::jit::Operation operation{nullptr};
  Stack arguments;
  std::size_t input = 0;
  int weight = -1;  ///< position; below 0: all weights are positive, as in an average

  Tensor weights() const { return arguments[static_cast<std::size_t>(weight)].toTensor(); }
  Tensor operator()(const Tensor& x, const Tensor& weights) {
    Stack stack = arguments;
    stack[input] = x;
    if (weight >= 0) stack[static_cast<std::size_t>(weight)] = weights;
    operation(stack);
    return stack.front().toTensor();
  }
};

/// What goes to x when all of `weights` are replaced by their positive parts for x > 0, and by
/// their negative parts for x < 0: the products above zero.
Tensor shared_out(Call& call, const Tensor& x, const Tensor& weights, const Tensor& probability) {
  const at::AutoGradMode recording(true);
  const Tensor above = x.clamp_min(0).requires_grad_(true);
  variable_list leaves{above};
  variable_list totals{call(above, weights.defined() ? weights.clamp_min(0) : weights)};
  if (weights.defined() && (x < 0).any().item<bool>()) {
    leaves.push_back(x.clamp_max(0).requires_grad_(true));
    totals.push_back(call(leaves.back(), weights.clamp_max(0)));
  }
  Tensor total = totals[0].detach();
  if (totals.size() > 1) total = total + totals[1].detach();
  const variable_list shares(totals.size(), over(probability, total));
  const variable_list back = torch::autograd::grad(totals, leaves, shares);
  Tensor result = leaves[0].detach() * back[0];
  if (leaves.size() > 1) result = result + leaves[1].detach() * back[1];
  return result;
}

/// Linear in x with weights: in proportion to input times weight.
struct ExcitedByWeights : torch::autograd::Function<ExcitedByWeights> {
  static Tensor forward(AutogradContext* context, const Tensor& x, const Op* op,
                        const Stack* arguments, std::size_t input, int weight, int bias) {
    context->save_for_backward({x});
    auto call = c10::make_intrusive<Call>();
    call->operation = op->call;
    call->arguments = *arguments;
    call->arguments[input] = IValue();
    call->input = input;
    call->weight = weight;
    Stack stack = *arguments;
    stack[input] = x;
    op->call(stack);
    if (bias >= 0) {
      IValue& added = call->arguments[static_cast<std::size_t>(bias)];
      // addmm knows no call without a bias.
      added = op->addend == Addend::kAddmm ? IValue(at::zeros_like(added.toTensor())) : IValue();
    }
    context->saved_data["call"] = IValue::make_capsule(std::move(call));
    return stack.front().toTensor();
  }

  static variable_list backward(AutogradContext* context, variable_list upper) {
    if (!upper[0].defined()) return variable_list(6);
    const auto held = context->saved_data["call"].toCapsule();
    auto& call = static_cast<Call&>(*held);
    const Tensor x = context->get_saved_variables()[0].detach();
    const bool is_dual = is_on(context, kDual);
    Tensor back;
    if (call.weight < 0) {
      back = shared_out(call, is_dual ? -x : x, {}, upper[0]);
    } else {
      const Tensor weights = call.weights(), own = is_dual ? -weights : weights;
      if (context->saved_data.count(kSign) == 0) {
        back = shared_out(call, x, own, upper[0]);
      } else {
        const Tensor sign = context->saved_data[kSign].toTensor();
        back = shared_out(call, x, own, upper[0] * (sign > 0)) +
               shared_out(call, x, -own, upper[0] * (sign < 0));
      }
    }
    return {back, {}, {}, {}, {}, {}};
  }
};

struct Rectifying {};  ///< cannot be negative, or a scale
struct Smooth {};      ///< can be

/// One input a cell: all of it goes there.
template <typename Kind>
struct ExcitedUnit : torch::autograd::Function<ExcitedUnit<Kind>> {
  static Tensor forward(AutogradContext* context, const Tensor& x, const Op* op,
                        const Stack* arguments, std::size_t input) {
    context->saved_data["sizes"] = x.sizes().vec();
    context->saved_data[kScale] = op->excitation != Excitation::kUnit;
    Stack stack = *arguments;
    stack[input] = x;
    op->call(stack);
    // In place means the very tensor, marked: names, views and containers that hold it stay true.
    if (op->is_in_place) context->mark_dirty({x});
    return op->is_in_place ? x : stack.front().toTensor();
  }

  static variable_list backward(AutogradContext* context, variable_list upper) {
    if (upper[0].defined())
      upper[0] = upper[0].sum_to_size(context->saved_data["sizes"].toIntVector());
    return {upper[0], {}, {}, {}};
  }
};

/// Two inputs: in proportion to what they add, or by halves to two factors.
struct ExcitedByTwo : torch::autograd::Function<ExcitedByTwo> {
  static Tensor forward(AutogradContext* context, const Tensor& a, const Tensor& b, const Op* op,
                        const Stack* arguments, double factor, bool is_product) {
    context->saved_data["a"] = a.sizes().vec();
    context->saved_data["b"] = b.sizes().vec();
    // Copies, as the operator itself or a later one may change them in place.
    if (!is_product) context->save_for_backward({a.clone(), b * factor});
    Stack stack = *arguments;
    stack[0] = a;
    stack[1] = b;
    op->call(stack);
    if (op->is_in_place) context->mark_dirty({a});
    return op->is_in_place ? a : stack.front().toTensor();
  }

  static variable_list backward(AutogradContext* context, variable_list upper) {
    if (!upper[0].defined()) return variable_list(6);
    Tensor to_a = upper[0] * 0.5, to_b = to_a;
    const variable_list saved = context->get_saved_variables();
    if (!saved.empty()) {
      const bool is_dual = is_on(context, kDual);
      const Tensor a = (is_dual ? -saved[0] : saved[0]).clamp_min(0);
      const Tensor b = (is_dual ? -saved[1] : saved[1]).clamp_min(0);
      const Tensor share = over(upper[0], a + b);
      to_a = share * a;
      to_b = share * b;
    }
    return {to_a.sum_to_size(context->saved_data["a"].toIntVector()),
            to_b.sum_to_size(context->saved_data["b"].toIntVector()),
            {},
            {},
            {},
            {}};
  }
};

/// Softmax of the classes: with the derivative 1/p of the logarithm above it, all to the logit.
struct ExcitedClass : torch::autograd::Function<ExcitedClass> {
  static Tensor forward(AutogradContext* context, const Tensor& x, const Op* op,
                        const Stack* arguments) {
    Stack stack = *arguments;
    stack[0] = x;
    op->call(stack);
    context->save_for_backward({stack.front().toTensor()});
    return stack.front().toTensor();
  }
  static variable_list backward(AutogradContext* context, variable_list upper) {
    if (upper[0].defined()) upper[0] = upper[0] * context->get_saved_variables()[0].detach();
    return {upper[0], {}, {}};
  }
};

AutogradContext* weights_context(Node* node) {
  auto* found = dynamic_cast<CppNode<ExcitedByWeights>*>(node);
  return found == nullptr ? nullptr : &found->ctx_;
}

/// A factor stands behind x: negative parts turn the weights of the operator that made x, through
/// copies and other factors.
void fold_sign(const Tensor& x, const Tensor& factor) {
  if (!(factor < 0).any().item<bool>()) return;
  std::shared_ptr<Node> node = x.grad_fn();
  while (node) {
    if (AutogradContext* context = weights_context(node.get())) {
      if (static_cast<Call&>(*context->saved_data["call"].toCapsule()).weight < 0) return;
      const Tensor sign = factor.sign();
      const bool is_turned = context->saved_data.count(kSign) > 0;
      context->saved_data[kSign] = is_turned ? context->saved_data[kSign].toTensor() * sign : sign;
      return;
    }
    auto* unit = dynamic_cast<CppNode<ExcitedUnit<Rectifying>>*>(node.get());
    const bool is_scale = unit != nullptr && unit->ctx_.saved_data[kScale].toBool();
    const std::string name = node->name();
    const bool is_copy = name.starts_with("CloneBackward") || name.starts_with("AliasBackward") ||
                         name.starts_with("ToCopyBackward");
    if (!is_scale && !is_copy) return;
    node = node->next_edge(0).function;
  }
}

Tensor tensor_at(const Stack& arguments, std::size_t position) {
  if (position >= arguments.size() || !arguments[position].isTensor()) return {};
  return arguments[position].toTensor();
}

bool is_recorded(const Tensor& tensor) {
  return tensor.defined() && tensor.requires_grad() && at::GradMode::is_enabled();
}

/// The result in place of the arguments.
bool give(const Tensor& result, const Op& op, Stack& stack) {
  stack.clear();
  stack.emplace_back(result);
  // Statistics that a batch norm gives beside its result; empty where nothing is trained.
  while (stack.size() < op.out.size()) stack.emplace_back(at::empty({0}, result.options()));
  return true;
}

bool apply_unit(const Op& op, Stack& stack, std::size_t input = 0) {
  const Tensor x = tensor_at(stack, input);
  if (!is_recorded(x) || (op.is_in_place && input != 0)) return false;
  const Tensor result = op.excitation == Excitation::kSmoothUnit
                            ? ExcitedUnit<Smooth>::apply(x, &op, &stack, input)
                            : ExcitedUnit<Rectifying>::apply(x, &op, &stack, input);
  return give(result, op, stack);
}

bool apply_weights(const Op& op, Stack& stack, std::size_t input, int weight, int bias) {
  const Tensor x = tensor_at(stack, input);
  if (!is_recorded(x)) return false;
  if (weight >= 0 && tensor_at(stack, static_cast<std::size_t>(weight)).requires_grad())
    return false;
  return give(ExcitedByWeights::apply(x, &op, &stack, input, weight, bias), op, stack);
}

bool apply_matrices(const Op& op, Stack& stack) {
  const bool is_second = !is_recorded(tensor_at(stack, 0));
  return apply_weights(op, stack, is_second ? 1 : 0, is_second ? 0 : 1, -1);
}

/// A constant that is added to every clip alike is a bias.
bool is_bias(const Op& op, std::size_t position, const Tensor& tensor, const Tensor& other) {
  const bool is_constant = position < op.in.size() && op.in[position] < 0;
  return !tensor.requires_grad() && (is_constant || tensor.numel() < other.numel());
}

bool apply_sum(const Op& op, Stack& stack, double sign) {
  const Tensor a = tensor_at(stack, 0), b = tensor_at(stack, 1);
  if (!is_recorded(a) && !is_recorded(b)) return false;
  if (!b.defined() || is_bias(op, 1, b, a)) return apply_unit(op, stack);
  if (is_bias(op, 0, a, b)) {
    if (sign < 0) fold_sign(b, at::full({}, -1.0, b.options()));
    return apply_unit(op, stack, 1);
  }
  const double alpha = stack.size() > 2 && stack[2].isScalar() ? stack[2].toScalar().toDouble() : 1;
  return give(ExcitedByTwo::apply(a, b, &op, &stack, sign * alpha, false), op, stack);
}

/// A constant minus x.
bool apply_reverse_difference(const Op& op, Stack& stack) {
  const Tensor x = tensor_at(stack, 0), other = tensor_at(stack, 1);
  if (!is_recorded(x) || (other.defined() && other.requires_grad())) return false;
  fold_sign(x, at::full({}, -1.0, x.options()));
  return apply_unit(op, stack);
}

bool apply_product(const Op& op, Stack& stack) {
  const Tensor a = tensor_at(stack, 0), b = tensor_at(stack, 1);
  if (!is_recorded(a) && !is_recorded(b)) return false;
  const std::size_t signal = !is_recorded(a) || (is_recorded(b) && b.numel() > a.numel()) ? 1 : 0;
  const IValue& other = stack.at(1 - signal);
  if (other.isScalar()) {
    fold_sign(a, at::full({}, other.toScalar().toDouble(), a.options()));
  } else if (!other.toTensor().requires_grad()) {
    fold_sign(signal == 0 ? a : b, other.toTensor());
  } else if (a.numel() == b.numel()) {
    return give(ExcitedByTwo::apply(a, b, &op, &stack, 1, true), op, stack);
  }
  return apply_unit(op, stack, signal);
}

bool apply_quotient(const Op& op, Stack& stack) {
  if (!is_recorded(tensor_at(stack, 0)) || is_recorded(tensor_at(stack, 1))) return false;
  const Tensor a = tensor_at(stack, 0), b = tensor_at(stack, 1);
  fold_sign(a, b.defined() ? b : at::full({}, stack.at(1).toScalar().toDouble(), a.options()));
  return apply_unit(op, stack);
}

bool apply_batch_norm(const Op& op, Stack& stack) {
  const Tensor x = tensor_at(stack, 0), gamma = tensor_at(stack, 1);
  if (is_recorded(x) && gamma.defined()) {
    std::vector<std::int64_t> shape(static_cast<std::size_t>(x.dim()), 1);
    shape.at(1) = gamma.numel();
    fold_sign(x, gamma.reshape(shape));
  }
  return apply_unit(op, stack);
}

bool apply_softmax(const Op& op, Stack& stack) {
  const Tensor x = tensor_at(stack, 0);
  if (!is_recorded(x) || x.dim() != 2) return false;  // with more axes: attention
  if (op.name.find("log") != std::string::npos) return apply_unit(op, stack);
  return give(ExcitedClass::apply(x, &op, &stack), op, stack);
}

}  // namespace

bool apply_excitation(const Op& op, Stack& stack) {
  switch (op.excitation) {
    case Excitation::kNone:
      return false;
    case Excitation::kUnit:
    case Excitation::kSmoothUnit:
      return apply_unit(op, stack);
    case Excitation::kWeights: {
      constexpr int kInput = 0, kWeight = 1, kBias = 2;
      if (op.addend != Addend::kAddmm) return apply_weights(op, stack, kInput, kWeight, kBias);
      return apply_weights(op, stack, kInput + 1, kWeight + 1, 0);
    }
    case Excitation::kMatrices:
      return apply_matrices(op, stack);
    case Excitation::kAverage:
      return apply_weights(op, stack, 0, -1, -1);
    case Excitation::kSum:
      return apply_sum(op, stack, 1);
    case Excitation::kDifference:
      return apply_sum(op, stack, -1);
    case Excitation::kReverseDifference:
      return apply_reverse_difference(op, stack);
    case Excitation::kProduct:
      return apply_product(op, stack);
    case Excitation::kQuotient:
      return apply_quotient(op, stack);
    case Excitation::kNegative:
      if (is_recorded(tensor_at(stack, 0)))
        fold_sign(tensor_at(stack, 0), at::full({}, -1.0, tensor_at(stack, 0).options()));
      return apply_unit(op, stack);
    case Excitation::kBatchNorm:
      return apply_batch_norm(op, stack);
    case Excitation::kSoftmax:
      return apply_softmax(op, stack);
  }
  return false;
}

DualWeights::DualWeights(const at::Tensor& scalar) {
  std::vector<std::shared_ptr<Node>> open{scalar.grad_fn()};
  std::unordered_set<Node*> seen;
  while (!open.empty()) {
    const std::shared_ptr<Node> node = open.back();
    open.pop_back();
    if (!node || !seen.insert(node.get()).second) continue;
    AutogradContext* weighted = weights_context(node.get());
    auto* sum = dynamic_cast<CppNode<ExcitedByTwo>*>(node.get());
    AutogradContext* context = weighted == nullptr && sum != nullptr ? &sum->ctx_ : weighted;
    if (context != nullptr) {
      context->saved_data[kDual] = true;
      nodes_.push_back(node);
    }
    const bool is_last = weighted != nullptr &&
                         static_cast<Call&>(*weighted->saved_data["call"].toCapsule()).weight >= 0;
    if (is_last) continue;
    for (const auto& edge : node->next_edges()) open.push_back(edge.function);
  }
}

DualWeights::~DualWeights() {
  for (const std::shared_ptr<Node>& node : nodes_) {
    AutogradContext* context = weights_context(node.get());
    if (context == nullptr) context = &dynamic_cast<CppNode<ExcitedByTwo>&>(*node).ctx_;
    context->saved_data[kDual] = false;
  }
}

}  // namespace praxiscope::program
