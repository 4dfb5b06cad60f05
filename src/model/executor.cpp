// See executor.h.
#include "model/executor.h"

#include "core/text.h"
#include "model/errors.h"
#include "model/operator_call.h"

#include "praxiscope/error.h"

namespace praxiscope::program {
namespace {

using c10::IValue;

class Execution {
 public:
  Execution(const Program& program, TapPlan& taps, Observer* observer)
      : program_(program),
        taps_(taps),
        observer_(observer),
        slots_(static_cast<std::size_t>(program.slot_count)) {
    if (!taps.is_empty() || observer != nullptr) calls_.assign(program.layers.size(), 0);
    for (const auto& [slot, value] : program.variables)
      at(slot) = value.isTensor() ? IValue(value.toTensor().clone()) : value.deepcopy();
  }

  std::vector<IValue> run(std::vector<IValue> inputs) {
    const Block& body = program_.body;
    for (std::size_t i = 0; i < body.inputs.size(); ++i) at(body.inputs[i]) = std::move(inputs[i]);
    try {
      if (!run_block(body)) return {};
      return take_outputs(body);
    } catch (const Error&) {
      throw;
    } catch (const std::exception& error) {
      throw translated(error, current_);
    }
  }

 private:
  IValue& at(Slot slot) { return slots_[static_cast<std::size_t>(slot)]; }
  const IValue& constant(Operand operand) const {
    return program_.constants[static_cast<std::size_t>(~operand)];
  }
  IValue take(Operand operand, bool is_last_use) {
    if (operand < 0) return constant(operand);
    return is_last_use ? std::move(at(operand)) : at(operand);
  }
  std::vector<IValue> take_outputs(const Block& block) {
    std::vector<IValue> outputs;
    outputs.reserve(block.outputs.size());
    for (std::size_t i = 0; i < block.outputs.size(); ++i)
      outputs.push_back(take(block.outputs[i], block.output_last_use[i] != 0));
    return outputs;
  }
  void store(const Op& op, std::size_t index, IValue value) {
    if (op.out[index] != kNoSlot) at(op.out[index]) = std::move(value);
  }

  /// @return false: a tap asked to stop.
  bool run_block(const Block& block) {
    for (const Op& op : block.ops) {
      current_ = &op;
      if (!step(op)) return false;
      for (const Slot slot : op.frees) at(slot) = IValue();
    }
    return true;
  }

  bool step(const Op& op) {
    switch (op.kind) {
      case OpKind::kOperator:
        return run_operator(op);
      case OpKind::kMove:
        store(op, 0, take(op.in[0], op.last_use[0] != 0));
        return true;
      case OpKind::kLayerEnd:
        return end_layer(op);
      case OpKind::kIf:
        return run_if(op);
      case OpKind::kLoop:
        return run_loop(op);
    }
    return true;
  }

  bool run_operator(const Op& op) {
    stack_.clear();
    for (std::size_t i = 0; i < op.in.size(); ++i)
      stack_.push_back(take(op.in[i], op.last_use[i] != 0));
    if (observer_ != nullptr) observer_->before(op, stack_);
    call_operator(op, taps_.backward_rule(), taps_.biases(), stack_);
    if (observer_ != nullptr) observer_->after(op, stack_);
    if (op.layer >= 0 && !calls_.empty() && !visit_operator(op)) return false;
    for (std::size_t i = 0; i < op.out.size(); ++i) store(op, i, std::move(stack_[i]));
    stack_.clear();
    return true;
  }

  /// An operator that a tap may name by its kind and order.
  bool visit_operator(const Op& op) {
    const int call = ++calls_[static_cast<std::size_t>(op.layer)];
    if (stack_.empty()) return true;
    if (observer_ != nullptr) observer_->layer_done(op, call, stack_[0]);
    if (!taps_.is_watched(op.layer)) return true;
    IValue value = std::move(stack_[0]);
    const at::Tensor before = op.is_in_place && value.isTensor() ? value.toTensor() : at::Tensor();
    const bool goes_on = taps_.visit(op.layer, call, value);
    // The code may read an in-place operator's result under its old name.
    if (before.defined()) {
      for (IValue& held : slots_) {
        if (held.isTensor() && held.toTensor().is_same(before)) held = value;
      }
    }
    stack_[0] = std::move(value);
    return goes_on;
  }

  bool end_layer(const Op& op) {
    if (calls_.empty() || (observer_ == nullptr && !taps_.is_watched(op.layer))) {
      for (std::size_t i = 0; i < op.in.size(); ++i)
        store(op, i, take(op.in[i], op.last_use[i] != 0));
      return true;
    }
    const int counted = ++calls_[static_cast<std::size_t>(op.layer)];
    const int call = op.call_number > 0 ? op.call_number : counted;
    // Several values (torch.export) are looked at as a tuple.
    IValue value;
    if (op.in.size() == 1) {
      value = take(op.in[0], op.last_use[0] != 0);
    } else {
      std::vector<IValue> parts;
      for (std::size_t i = 0; i < op.in.size(); ++i)
        parts.push_back(take(op.in[i], op.last_use[i] != 0));
      value = c10::ivalue::Tuple::create(std::move(parts));
    }
    if (observer_ != nullptr) observer_->layer_done(op, call, value);
    if (taps_.is_watched(op.layer) && !taps_.visit(op.layer, call, value)) return false;
    if (op.out.size() == 1) {
      store(op, 0, std::move(value));
    } else {
      for (std::size_t i = 0; i < op.out.size(); ++i)
        store(op, i, value.toTupleRef().elements()[i]);
    }
    return true;
  }

  bool run_if(const Op& op) {
    const IValue condition = take(op.in[0], op.last_use[0] != 0);
    const bool is_true =
        condition.isTensor() ? condition.toTensor().item<bool>() : condition.toScalar().toBool();
    const Block& block = op.blocks[is_true ? 0 : 1];
    if (!run_block(block)) return false;
    std::vector<IValue> outputs = take_outputs(block);
    for (std::size_t i = 0; i < op.out.size(); ++i) store(op, i, std::move(outputs[i]));
    return true;
  }

  bool run_loop(const Op& op) {
    const Block& block = op.blocks[0];
    const std::int64_t most = take(op.in[0], op.last_use[0] != 0).toInt();
    bool goes_on = take(op.in[1], op.last_use[1] != 0).toBool();
    std::vector<IValue> carried;
    for (std::size_t i = 2; i < op.in.size(); ++i)
      carried.push_back(take(op.in[i], op.last_use[i] != 0));
    for (std::int64_t pass = 0; goes_on && pass < most; ++pass) {
      at(block.inputs[0]) = pass;
      for (std::size_t i = 0; i < carried.size(); ++i)
        at(block.inputs[i + 1]) = std::move(carried[i]);
      if (!run_block(block)) return false;
      carried = take_outputs(block);
      goes_on = carried.front().toBool();
      carried.erase(carried.begin());
    }
    for (std::size_t i = 0; i < op.out.size(); ++i) store(op, i, std::move(carried[i]));
    return true;
  }

  const Program& program_;
  TapPlan& taps_;
  Observer* observer_;
  std::vector<IValue> slots_;
  std::vector<int> calls_;  ///< per layer; empty when nobody counts
  torch::jit::Stack stack_;
  const Op* current_ = nullptr;
};

}  // namespace

std::vector<IValue> execute(const Program& program, std::vector<IValue> inputs, TapPlan& taps,
                            Observer* observer) {
  return Execution(program, taps, observer).run(std::move(inputs));
}

}  // namespace praxiscope::program
