// Recording: see recording.h. Branches and loops are written down as the way that was taken.
#include "model/recording.h"

#include "model/patch_rules.h"

#include <ATen/ATen.h>

#include <algorithm>

namespace praxiscope::program {
namespace {

using c10::IValue;

/// One thing that happened.
struct Step {
  enum class Kind { kCall, kMoves, kDecision };
  Kind kind = Kind::kCall;
  const Op* op = nullptr;
  std::vector<Operand> in;  ///< kDecision: what decided
  std::vector<Slot> out;
  std::vector<IValue> arguments, results;   ///< kCall: as they were
  std::vector<std::uint8_t> is_activation;  ///< kCall, per argument: depends on the clip
  std::vector<Slot> aliases;                ///< kCall in place: slots that held the changed tensor
  std::vector<Slot> frees;                  ///< nobody reads them afterwards
};

bool holds_tensors(const IValue& value) {
  if (value.isTensor()) return value.toTensor().defined();
  if (value.isTensorList()) return true;
  if (value.isTuple()) {
    const auto& elements = value.toTupleRef().elements();
    return std::any_of(elements.begin(), elements.end(), &holds_tensors);
  }
  return value.isList() || value.isGenericDict() || value.isObject();
}

/// A tensor of one clip as that of B equal ones; containers likewise.
IValue repeated(const IValue& value, std::int64_t count) {
  if (value.isTensor() && value.toTensor().defined()) {
    const at::Tensor tensor = value.toTensor();
    if (tensor.dim() == 0 || tensor.size(0) != 1) return value;
    std::vector<std::int64_t> sizes = tensor.sizes().vec();
    sizes[0] = count;
    return tensor.expand(sizes);
  }
  if (value.isTensorList()) {
    std::vector<at::Tensor> all;
    for (const at::Tensor& tensor : value.toTensorVector())
      all.push_back(repeated(tensor, count).toTensor());
    return all;
  }
  return value;
}

class StepRecording final : public Recording {
 public:
  std::optional<std::vector<IValue>> replay(
      std::span<const std::shared_ptr<const Patch>> patches) const override;

  std::vector<Step> steps;
  std::vector<Slot> inputs;
  std::vector<Operand> outputs;
  std::vector<IValue> output_values;
  int slot_count = 0;
};

/// What a slot holds instead of what it held: a patch, or whole values.
struct Changed {
  std::shared_ptr<const Patch> patch;
  std::optional<IValue> whole;
};
using ChangedRef = std::shared_ptr<Changed>;

class Replay {
 public:
  Replay(int slots, std::int64_t count) : slots_(static_cast<std::size_t>(slots)), count_(count) {}

  void put(Slot slot, ChangedRef value) {
    if (slot != kNoSlot) slots_[static_cast<std::size_t>(slot)] = std::move(value);
  }
  ChangedRef find(Operand operand) const {
    return operand < 0 ? nullptr : slots_[static_cast<std::size_t>(operand)];
  }
  IValue whole(const Changed& changed) const {
    return changed.whole ? *changed.whole : IValue(whole_of(*changed.patch));
  }

  /// @return false: what changed would decide.
  bool step(const Step& step) {
    if (step.kind == Step::Kind::kDecision) return find(step.in[0]) == nullptr;
    std::vector<ChangedRef> found;
    for (const Operand operand : step.in) found.push_back(find(operand));
    if (step.kind == Step::Kind::kMoves) {
      for (std::size_t i = 0; i < step.out.size(); ++i) put(step.out[i], found[i]);
      return true;
    }
    const bool is_touched = std::any_of(found.begin(), found.end(),
                                        [](const ChangedRef& value) { return value != nullptr; });
    if (!is_touched) {
      for (const Slot slot : step.out) put(slot, nullptr);
      return true;
    }
    if (!ask_for_sizes(step) && !call_locally(step, found)) call_whole(step, found);
    return true;
  }

 private:
  /// Sizes change in the batch alone, which needs no values.
  bool ask_for_sizes(const Step& step) {
    if (step.op->name != "aten::size" || step.out.empty()) return false;
    const IValue& was = step.results.at(0);
    IValue now = was;
    if (was.isIntList()) {
      std::vector<std::int64_t> sizes = was.toIntVector();
      if (!sizes.empty()) sizes[0] = count_;
      now = sizes;
    } else if (step.arguments.size() > 1 && step.arguments[1].isInt() &&
               step.arguments[1].toInt() == 0) {
      now = count_;
    }
    put_whole(step, 0, std::move(now));
    return true;
  }

  bool call_locally(const Step& step, const std::vector<ChangedRef>& found) {
    if (step.results.empty() || !step.results[0].isTensor()) return false;
    for (std::size_t i = 1; i < step.out.size(); ++i) {
      if (step.out[i] != kNoSlot && step.results[i].isTensor() &&
          step.results[i].toTensor().numel() > 0)
        return false;
    }
    std::vector<std::shared_ptr<const Patch>> patches;
    for (const ChangedRef& value : found) {
      if (value != nullptr && value->patch == nullptr) return false;
      patches.push_back(value == nullptr ? nullptr : value->patch);
    }
    const at::Tensor result = step.results[0].toTensor();
    std::optional<Patch> patch = apply_locally({*step.op, step.arguments, patches, result});
    if (!patch) return false;
    auto changed = std::make_shared<Changed>();
    if (patch->covers_all()) {
      changed->whole = patch->values;
    } else {
      changed->patch = std::make_shared<const Patch>(*std::move(patch));
    }
    put_result(step, 0, std::move(changed));
    return true;
  }

  void call_whole(const Step& step, const std::vector<ChangedRef>& found) {
    torch::jit::Stack stack;
    for (std::size_t i = 0; i < step.in.size(); ++i) {
      if (found[i] != nullptr) {
        stack.push_back(whole(*found[i]));
      } else {
        stack.push_back(step.is_activation[i] != 0 ? repeated(step.arguments[i], count_)
                                                   : step.arguments[i]);
      }
    }
    if (step.op->is_in_place && stack[0].isTensor()) stack[0] = stack[0].toTensor().clone();
    step.op->call(stack);
    for (std::size_t i = 0; i < step.out.size(); ++i) put_whole(step, i, std::move(stack[i]));
  }

  /// Numbers that came out as before did not change, so that they may decide.
  void put_whole(const Step& step, std::size_t index, IValue value) {
    if (!holds_tensors(value) && value == step.results[index])
      return put_result(step, index, nullptr);
    auto changed = std::make_shared<Changed>();
    changed->whole = std::move(value);
    put_result(step, index, std::move(changed));
  }

  void put_result(const Step& step, std::size_t index, const ChangedRef& value) {
    put(step.out[index], value);
    if (index != 0) return;
    for (const Slot slot : step.aliases) put(slot, value);
  }

  std::vector<ChangedRef> slots_;
  std::int64_t count_;
};

std::optional<std::vector<IValue>> StepRecording::replay(
    std::span<const std::shared_ptr<const Patch>> patches) const {
  const auto first = std::find_if(patches.begin(), patches.end(),
                                  [](const auto& patch) { return patch != nullptr; });
  if (first == patches.end()) return std::nullopt;
  const std::int64_t count = (*first)->count();
  Replay replay(slot_count, count);
  for (std::size_t i = 0; i < patches.size(); ++i) {
    if (patches[i] == nullptr) continue;
    auto changed = std::make_shared<Changed>();
    changed->patch = patches[i];
    replay.put(inputs.at(i), std::move(changed));
  }
  for (const Step& step : steps) {
    if (!replay.step(step)) return std::nullopt;
    for (const Slot slot : step.frees) replay.put(slot, nullptr);
  }
  std::vector<IValue> values;
  for (std::size_t i = 0; i < outputs.size(); ++i) {
    const ChangedRef changed = replay.find(outputs[i]);
    values.push_back(changed != nullptr ? replay.whole(*changed)
                                        : repeated(output_values[i], count));
  }
  return values;
}

/// Runs a program and writes down what happens. In-place operators work on copies, so that what was
/// read before them stays as it was.
class Recorder {
 public:
  explicit Recorder(const Program& program)
      : program_(program),
        values_(static_cast<std::size_t>(program.slot_count)),
        is_activation_(static_cast<std::size_t>(program.slot_count), 0) {}

  std::unique_ptr<Recording> run(std::vector<IValue> inputs) {
    if (!program_.variables.empty()) return nullptr;
    const Block& body = program_.body;
    for (std::size_t i = 0; i < body.inputs.size(); ++i)
      set(body.inputs[i], std::move(inputs[i]), true);
    run_block(body);
    if (has_failed_) return nullptr;
    recording_->slot_count = program_.slot_count;
    recording_->inputs = body.inputs;
    recording_->outputs = body.outputs;
    for (const Operand operand : body.outputs) recording_->output_values.push_back(get(operand));
    return std::move(recording_);
  }

 private:
  IValue get(Operand operand) const {
    return operand < 0 ? program_.constants[static_cast<std::size_t>(~operand)]
                       : values_[static_cast<std::size_t>(operand)];
  }
  bool depends(Operand operand) const {
    return operand >= 0 && is_activation_[static_cast<std::size_t>(operand)] != 0;
  }
  void set(Slot slot, IValue value, bool is_activation) {
    if (slot == kNoSlot) return;
    values_[static_cast<std::size_t>(slot)] = std::move(value);
    is_activation_[static_cast<std::size_t>(slot)] = is_activation ? 1 : 0;
  }

  void run_block(const Block& block) {
    for (const Op& op : block.ops) {
      if (has_failed_) return;
      switch (op.kind) {
        case OpKind::kOperator:
          call(op);
          break;
        case OpKind::kMove:
        case OpKind::kLayerEnd:
          move(op.in, op.out);
          break;
        case OpKind::kIf:
          take_branch(op);
          break;
        case OpKind::kLoop:
          go_round(op);
          break;
      }
      for (const Slot slot : op.frees) set(slot, IValue(), false);
      if (recording_->steps.empty()) continue;
      std::vector<Slot>& frees = recording_->steps.back().frees;
      frees.insert(frees.end(), op.frees.begin(), op.frees.end());
    }
  }

  /// All at once: a loop's values may change places.
  void move(const std::vector<Operand>& from, const std::vector<Slot>& to) {
    std::vector<std::pair<IValue, bool>> moved;
    for (const Operand operand : from) moved.emplace_back(get(operand), depends(operand));
    for (std::size_t i = 0; i < to.size(); ++i) set(to[i], moved[i].first, moved[i].second);
    Step step;
    step.kind = Step::Kind::kMoves;
    step.in.assign(from.begin(), from.begin() + static_cast<std::ptrdiff_t>(to.size()));
    step.out = to;
    recording_->steps.push_back(std::move(step));
  }

  void decide(Operand operand) {
    Step step;
    step.kind = Step::Kind::kDecision;
    step.in = {operand};
    if (depends(operand)) recording_->steps.push_back(std::move(step));
  }

  void take_branch(const Op& op) {
    decide(op.in[0]);
    const IValue condition = get(op.in[0]);
    const bool is_true =
        condition.isTensor() ? condition.toTensor().item<bool>() : condition.toScalar().toBool();
    const Block& block = op.blocks[is_true ? 0 : 1];
    run_block(block);
    move(block.outputs, op.out);
  }

  void go_round(const Op& op) {
    const Block& block = op.blocks[0];
    const std::int64_t most = get(op.in[0]).toInt();
    decide(op.in[0]);
    std::vector<Operand> carried(op.in.begin() + 2, op.in.end());
    Operand condition = op.in[1];
    for (std::int64_t pass = 0; pass < most && !has_failed_; ++pass) {
      decide(condition);
      if (!get(condition).toBool()) break;
      move(carried, {block.inputs.begin() + 1, block.inputs.end()});
      set(block.inputs[0], pass, false);
      run_block(block);
      condition = block.outputs[0];
      carried.assign(block.outputs.begin() + 1, block.outputs.end());
    }
    move(carried, op.out);
  }

  void call(const Op& op) {
    Step step;
    step.op = &op;
    step.in = op.in;
    step.out = op.out;
    bool is_activation = false;
    for (const Operand operand : op.in) {
      step.arguments.push_back(get(operand));
      step.is_activation.push_back(depends(operand) ? 1 : 0);
      is_activation |= depends(operand);
    }
    torch::jit::Stack stack(step.arguments.begin(), step.arguments.end());
    at::Tensor before;
    if (op.is_in_place && stack.at(0).isTensor()) {
      before = stack[0].toTensor();
      stack[0] = before.clone();
    }
    op.call(stack);
    step.results.assign(stack.begin(), stack.end());
    if (before.defined()) replace_everywhere(before, stack.at(0), step.aliases, is_activation);
    for (std::size_t i = 0; i < op.out.size(); ++i) set(op.out[i], step.results[i], is_activation);
    recording_->steps.push_back(std::move(step));
  }

  /// Whoever held the tensor sees the change; a view of it would not.
  void replace_everywhere(const at::Tensor& before, const IValue& after, std::vector<Slot>& aliases,
                          bool is_activation) {
    for (std::size_t slot = 0; slot < values_.size(); ++slot) {
      if (!values_[slot].isTensor() || !values_[slot].toTensor().defined()) continue;
      const at::Tensor& held = values_[slot].toTensor();
      if (held.is_same(before)) {
        aliases.push_back(static_cast<Slot>(slot));
        values_[slot] = after;
        is_activation_[slot] = is_activation ? 1 : 0;
      } else if (held.is_alias_of(before)) {
        has_failed_ = true;
      }
    }
  }

  const Program& program_;
  std::vector<IValue> values_;
  std::vector<std::uint8_t> is_activation_;
  std::unique_ptr<StepRecording> recording_ = std::make_unique<StepRecording>();
  bool has_failed_ = false;
};

}  // namespace

std::unique_ptr<Recording> record(const Program& program, std::vector<c10::IValue> inputs) {
  return Recorder(program).run(std::move(inputs));
}

}  // namespace praxiscope::program
