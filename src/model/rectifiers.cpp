// See rectifiers.h.
#include "model/rectifiers.h"

#include <ATen/core/grad_mode.h>
#include <torch/csrc/autograd/custom_function.h>

#include <array>
#include <limits>

namespace praxiscope::program {
namespace {

using at::Tensor;
using torch::autograd::AutogradContext;
using torch::autograd::variable_list;

/// The open interval in which the unit answers with its slope.
struct Interval {
  double low = 0;
  double high = std::numeric_limits<double>::infinity();
  double slope = 1;
};

double number_or(const c10::IValue& value, double otherwise) {
  return value.isScalar() ? value.toScalar().toDouble() : otherwise;  // not one per element
}

/// Nothing when the arguments make it no rectifier at zero.
std::optional<Interval> find_interval(Rectifier kind, const torch::jit::Stack& arguments) {
  constexpr double kInfinity = std::numeric_limits<double>::infinity();
  Interval interval;
  switch (kind) {
    case Rectifier::kNone:
      return std::nullopt;
    case Rectifier::kRelu:
    case Rectifier::kLeakyRelu:
      return interval;
    case Rectifier::kElu:
      interval.slope = number_or(arguments.at(2), 1);
      return interval;
    case Rectifier::kThreshold:
      interval.low = number_or(arguments.at(1), 0);
      return interval;
    case Rectifier::kClampMin:
      if (number_or(arguments.at(1), kInfinity) != 0) return std::nullopt;
      return interval;
    case Rectifier::kHardtanh:
    case Rectifier::kClamp:
      if (number_or(arguments.at(1), -kInfinity) != 0) return std::nullopt;
      interval.high = number_or(arguments.at(2), kInfinity);
      return interval;
  }
  return std::nullopt;
}

/// Forward: the operator itself. Backward: the rule.
struct RuledRectifier : torch::autograd::Function<RuledRectifier> {
  static Tensor forward(AutogradContext* context, const Tensor& x, const Op* op,
                        const torch::jit::Stack* arguments, BackwardRule rule, Interval interval) {
    context->saved_data["rule"] = static_cast<std::int64_t>(rule);
    context->saved_data["slope"] = interval.slope;
    if (rule == BackwardRule::kGuided) {  // before an in-place operator changes x
      Tensor on = x > interval.low;
      if (interval.high < std::numeric_limits<double>::infinity())
        on.logical_and_(x < interval.high);
      context->save_for_backward({on});
    }
    torch::jit::Stack stack = *arguments;
    stack[0] = x;
    op->call(stack);
    // In place means the very tensor, marked: names, views and containers that hold it stay true.
    if (op->is_in_place) context->mark_dirty({x});
    return op->is_in_place ? x : stack.back().toTensor();
  }

  static variable_list backward(AutogradContext* context, variable_list upper) {
    Tensor gradient = upper[0];
    const auto rule = static_cast<BackwardRule>(context->saved_data["rule"].toInt());
    if (gradient.defined() && rule != BackwardRule::kIdentity) gradient = gradient.clamp_min(0);
    if (gradient.defined() && rule == BackwardRule::kGuided) {
      gradient = gradient * context->get_saved_variables()[0];
      const double slope = context->saved_data["slope"].toDouble();
      if (slope != 1) gradient = gradient * slope;
    }
    return {gradient, {}, {}, {}, {}};
  }
};

}  // namespace

Rectifier find_rectifier(std::string_view operator_name) {
  struct Entry {
    std::string_view name;
    Rectifier kind;
  };
  static constexpr std::array<Entry, 8> kTable{{{"aten::relu", Rectifier::kRelu},
                                                {"aten::relu6", Rectifier::kRelu},
                                                {"aten::hardtanh", Rectifier::kHardtanh},
                                                {"aten::threshold", Rectifier::kThreshold},
                                                {"aten::clamp_min", Rectifier::kClampMin},
                                                {"aten::clamp", Rectifier::kClamp},
                                                {"aten::leaky_relu", Rectifier::kLeakyRelu},
                                                {"aten::elu", Rectifier::kElu}}};
  if (operator_name.ends_with('_')) operator_name.remove_suffix(1);
  for (const Entry& entry : kTable) {
    if (entry.name == operator_name) return entry.kind;
  }
  return Rectifier::kNone;
}

bool apply_rectifier(const Op& op, BackwardRule rule, torch::jit::Stack& stack) {
  if (rule == BackwardRule::kPlain || op.rectifier == Rectifier::kNone) return false;
  const Tensor x = stack.at(0).isTensor() ? stack[0].toTensor() : Tensor();
  if (!x.defined() || !x.requires_grad() || !at::GradMode::is_enabled()) return false;
  std::optional<Interval> interval = find_interval(op.rectifier, stack);
  if (!interval) return false;
  if (op.name.starts_with("aten::relu6")) interval->high = 6;
  const Tensor result = RuledRectifier::apply(x, &op, &stack, rule, *interval);
  stack.clear();
  stack.emplace_back(result);
  return true;
}

}  // namespace praxiscope::program
