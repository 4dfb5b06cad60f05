// See fused.h. Slots, constants and layers of the parts are put one after the other, then added up.
#include "model/fused.h"

#include "core/text.h"
#include "model/network_call.h"

#include "praxiscope/error.h"

#include <fmt/format.h>
#include <torch/csrc/jit/runtime/operator.h>

#include <algorithm>

namespace praxiscope::program {
namespace {

using torch::jit::Stack;

torch::jit::Operation operation_of(const char* name, const char* overload) {
  const auto found = torch::jit::findOperatorFor({name, overload});
  if (!found)
    throw Error(ErrorKind::kInternal, fmt::format("this LibTorch has no {}.{}", name, overload));
  return found->getOperation();
}

/// Moves a part's numbers behind those of the parts before it.
class Shift {
 public:
  Shift(const Program& whole, std::string prefix)
      : slots_(whole.slot_count),
        constants_(static_cast<Operand>(whole.constants.size())),
        layers_(static_cast<int>(whole.layers.size())),
        prefix_(std::move(prefix)) {}

  Slot slot(Slot slot) const { return slot == kNoSlot ? kNoSlot : slot + slots_; }
  Operand operand(Operand operand) const {
    return operand < 0 ? operand - constants_ : operand + slots_;
  }
  std::string path(const std::string& path) const {
    if (path.empty()) return prefix_;
    return path.starts_with('/') ? prefix_ + path : prefix_ + "." + path;
  }
  void move(Block& block) const {
    for (Slot& input : block.inputs) input = slot(input);
    for (Operand& output : block.outputs) output = operand(output);
    for (Op& op : block.ops) move(op);
  }

 private:
  void move(Op& op) const {
    for (Operand& in : op.in) in = operand(in);
    for (Slot& out : op.out) out = slot(out);
    for (Slot& freed : op.frees) freed = slot(freed);
    if (op.layer >= 0) op.layer += layers_;
    op.module_path = path(op.module_path);
    for (Block& inner : op.blocks) move(inner);
  }

  Slot slots_;
  Operand constants_;
  int layers_;
  std::string prefix_;
};

/// A layer that the network's own code calls is named by its operator alone.
std::string layer_path(const Layer& layer, const Shift& shift, const std::string& prefix) {
  const bool is_own = layer.is_operator && layer.path.find('/') == std::string::npos;
  return is_own ? prefix + "/" + layer.path : shift.path(layer.path);
}

class Fusion {
 public:
  explicit Fusion(const OutputSpec& output) : output_(output) {}

  void add(FusedPart part) {
    Program& program = *part.program;
    const Operand found = output_of(part);
    const Shift shift(*whole_, part.input);
    bind_inputs(part, shift);
    for (Layer& layer : program.layers) {
      layer.path = layer_path(layer, shift, part.input);
      whole_->layers.push_back(std::move(layer));
    }
    std::move(program.constants.begin(), program.constants.end(),
              std::back_inserter(whole_->constants));
    for (auto& [slot, value] : program.variables)
      whole_->variables.emplace_back(shift.slot(slot), std::move(value));
    whole_->slot_count += program.slot_count;
    shift.move(program.body);
    std::move(program.body.ops.begin(), program.body.ops.end(),
              std::back_inserter(whole_->body.ops));
    for (const std::string& size : program.traced_with)
      whole_->traced_with.push_back(part.input + " " + size);
    if (sums_.empty()) {
      whole_->format = program.format;
      whole_->dtype = program.dtype;
    } else if (whole_->format != program.format) {
      whole_->format += " + " + program.format;
    }
    is_flat_ = is_flat_ && program.is_flat;
    sums_.emplace_back(shift.operand(found), part.weight);
    kept_.push_back(std::move(part.program));
  }

  std::unique_ptr<Program> finish() {
    Builder builder(*whole_);
    Operand sum = kNoSlot;
    for (const auto& [value, weight] : sums_) {
      const Operand taken = taken_of(builder, value);
      const Operand factor = builder.add_constant(weight);
      const bool is_first = sum == kNoSlot;
      if (is_first && weight == 1) {
        sum = taken;
        continue;
      }
      Op& op = is_first ? builder.add(whole_->body, "aten::mul", {taken, factor}, 1)
                        : builder.add(whole_->body, "aten::add", {sum, taken, factor}, 1);
      op.call =
          is_first ? operation_of("aten::mul", "Scalar") : operation_of("aten::add", "Tensor");
      builder.describe_operator(op, "");
      sum = op.out[0];
    }
    whole_->is_flat = is_flat_;
    whole_->body.outputs = {sum};
    // The parts' own marks count their outputs as the end; here they are read once more.
    forget_last_uses(whole_->body);
    find_last_uses(*whole_);
    whole_->keep_alive = std::make_shared<std::vector<std::unique_ptr<Program>>>(std::move(kept_));
    return std::move(whole_);
  }

 private:
  void bind_inputs(FusedPart& part, const Shift& shift) {
    Program& program = *part.program;
    const auto is_needed = [](const Input& input) { return !input.default_value; };
    if (std::count_if(program.inputs.begin(), program.inputs.end(), is_needed) != 1 ||
        !is_needed(program.inputs.front()))
      throw Error(ErrorKind::kModel,
                  fmt::format("the network of input {}: found {} inputs, expected one; networks "
                              "with several need no \"files\"",
                              in_quotes(part.input), program.inputs.size()));
    whole_->body.inputs.push_back(shift.slot(program.body.inputs.front()));
    Input first = program.inputs.front();
    first.name = part.input;
    whole_->inputs.push_back(std::move(first));
    for (std::size_t i = 1; i < program.inputs.size(); ++i) {
      Op set;
      set.kind = OpKind::kMove;
      program.constants.push_back(*program.inputs[i].default_value);
      set.in = {shift.operand(~static_cast<Operand>(program.constants.size() - 1))};
      set.out = {shift.slot(program.body.inputs[i])};
      whole_->body.ops.push_back(std::move(set));
    }
  }

  /// The value with the classes, in the part's own numbers.
  Operand output_of(const FusedPart& part) const {
    const Program& program = *part.program;
    if (!program.is_flat) return program.body.outputs.at(0);
    std::size_t place = static_cast<std::size_t>(output_.take);
    if (!output_.key.empty()) {
      const auto& names = program.output_names;
      place = static_cast<std::size_t>(std::find(names.begin(), names.end(), output_.key) -
                                       names.begin());
    }
    if (place >= program.body.outputs.size())
      throw Error(ErrorKind::kModel,
                  fmt::format("the network of input {}: found {} outputs, expected the one that "
                              "the manifest's \"output\" takes",
                              in_quotes(part.input), program.body.outputs.size()));
    return program.body.outputs[place];
  }

  /// TorchScript's outputs may stand in a container: an operator that opens it, where the manifest
  /// asks for another than the first.
  Operand taken_of(Builder& builder, Operand value) const {
    const std::size_t part = opened_++;
    if (kept_[part]->is_flat || (output_.take == 0 && output_.key.empty())) return value;
    Op& op = builder.add(whole_->body, "praxiscope::take", {value}, 1);
    op.call = torch::jit::Operation([take = output_.take, key = output_.key](Stack& stack) {
      const std::vector<NamedTensor> tensors = open_output(torch::jit::pop(stack));
      for (std::size_t i = 0; i < tensors.size(); ++i) {
        if (key.empty() ? static_cast<int>(i) != take : tensors[i].key != key) continue;
        torch::jit::push(stack, tensors[i].tensor);
        return;
      }
      throw Error(ErrorKind::kModel,
                  fmt::format("one of the fused networks gives {} tensors, none of them is the one "
                              "that the manifest's \"output\" takes",
                              tensors.size()));
    });
    return op.out[0];
  }

  static void forget_last_uses(Block& block) {
    for (Op& op : block.ops) {
      op.frees.clear();
      for (Block& inner : op.blocks) forget_last_uses(inner);
    }
  }

  OutputSpec output_;
  std::unique_ptr<Program> whole_ = std::make_unique<Program>();
  std::vector<std::pair<Operand, double>> sums_;
  std::vector<std::unique_ptr<Program>> kept_;
  bool is_flat_ = true;
  mutable std::size_t opened_ = 0;
};

}  // namespace

std::unique_ptr<Program> fuse_programs(std::vector<FusedPart> parts, const OutputSpec& output) {
  Fusion fusion(output);
  for (FusedPart& part : parts) fusion.add(std::move(part));
  return fusion.finish();
}

}  // namespace praxiscope::program
