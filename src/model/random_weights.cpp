// See random_weights.h.
#include "model/random_weights.h"

#include <ATen/CPUGeneratorImpl.h>

#include <algorithm>
#include <set>

namespace praxiscope::program {
namespace {

using Constants = std::vector<std::size_t>;

bool is_weight(const c10::IValue& value) {
  if (!value.isTensor()) return false;
  const at::Tensor& tensor = value.toTensor();
  return tensor.defined() && tensor.is_floating_point() && tensor.numel() > 1;
}

/// The weights of every operator that has any, in order.
void collect(const Program& program, const Block& block, std::vector<Constants>& operators) {
  for (const Op& op : block.ops) {
    Constants weights;
    for (const Operand operand : op.in) {
      if (operand >= 0) continue;
      const auto constant = static_cast<std::size_t>(~operand);
      if (is_weight(program.constants[constant])) weights.push_back(constant);
    }
    if (op.kind == OpKind::kOperator && !weights.empty()) operators.push_back(std::move(weights));
    for (const Block& inner : op.blocks) collect(program, inner, operators);
  }
}

at::Tensor forgotten(const at::Tensor& weight, std::uint64_t seed) {
  // Drawn on the CPU in f32, so that every device and precision gets the same numbers.
  const at::Tensor known = weight.detach().to(at::kCPU, at::kFloat);
  at::Generator generator = at::detail::createCPUGenerator(seed);
  at::Tensor drawn;
  if (known.dim() > 1) {
    drawn = at::randn(known.sizes(), generator, known.options()) * known.std() + known.mean();
  } else {
    drawn = known.index_select(0, at::randperm(known.numel(), generator));
  }
  return drawn.to(weight.options());
}

}  // namespace

std::size_t count_weighted_operators(const Program& program) {
  std::vector<Constants> operators;
  collect(program, program.body, operators);
  return operators.size();
}

std::unique_ptr<Program> with_random_weights(const Program& program, std::size_t count,
                                             std::uint64_t seed) {
  std::vector<Constants> operators;
  collect(program, program.body, operators);
  auto copy = std::make_unique<Program>(program);
  std::set<std::size_t> done;
  const std::size_t kept = operators.size() - std::min(count, operators.size());
  for (std::size_t i = kept; i < operators.size(); ++i) {
    for (const std::size_t constant : operators[i]) {
      if (!done.insert(constant).second) continue;
      const at::Tensor weight = program.constants[constant].toTensor();
      copy->constants[constant] = forgotten(weight, seed * 1000003 + constant);
    }
  }
  return copy;
}

}  // namespace praxiscope::program
