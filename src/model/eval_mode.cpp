// Duty: see eval_mode.h.
#include "model/eval_mode.h"

#include "core/text.h"

#include <fmt/format.h>

#include <map>

namespace praxiscope::program {
namespace {

/// Which argument says that the network is being trained.
const std::map<std::string, std::size_t>& training_arguments() {
  static const std::map<std::string, std::size_t> table = {
      {"aten::dropout", 2},
      {"aten::dropout_", 2},
      {"aten::feature_dropout", 2},
      {"aten::feature_dropout_", 2},
      {"aten::alpha_dropout", 2},
      {"aten::alpha_dropout_", 2},
      {"aten::feature_alpha_dropout", 2},
      {"aten::native_dropout", 2},
      {"aten::rrelu", 3},
      {"aten::rrelu_", 3},
      {"aten::batch_norm", 5},
      {"aten::native_batch_norm", 5},
      {"aten::cudnn_batch_norm", 5},
      {"aten::_native_batch_norm_legit_functional", 5},
      {"aten::_native_batch_norm_legit", 5},
  };
  return table;
}

const c10::IValue* constant_of(const Program& program, const Op& op, std::size_t argument) {
  if (argument >= op.in.size() || op.in[argument] >= 0) return nullptr;
  return &program.constants.at(static_cast<std::size_t>(~op.in[argument]));
}

bool is_training(const Program& program, const Op& op) {
  const auto found = training_arguments().find(op.name);
  if (found == training_arguments().end()) return false;
  const c10::IValue* training = constant_of(program, op, found->second);
  if (training == nullptr || !training->isBool() || !training->toBool()) return false;
  constexpr std::size_t kBatchNorm = 5, kRunningMean = 3, kProbability = 1;
  if (found->second == kBatchNorm) {
    const c10::IValue* mean = constant_of(program, op, kRunningMean);
    return mean == nullptr || (mean->isTensor() && mean->toTensor().defined());
  }
  const c10::IValue* probability = constant_of(program, op, kProbability);
  return probability == nullptr || !probability->isDouble() || probability->toDouble() > 0;
}

std::string find_in(const Program& program, const Block& block) {
  for (const Op& op : block.ops) {
    if (is_training(program, op))
      return op.module_path.empty()
                 ? op.name
                 : fmt::format("{} in layer {}", op.name, in_quotes(op.module_path));
    for (const Block& inner : op.blocks) {
      if (std::string found = find_in(program, inner); !found.empty()) return found;
    }
  }
  return "";
}

}  // namespace

std::string find_training_operator(const Program& program) {
  return find_in(program, program.body);
}

}  // namespace praxiscope::program
