// See program.h.
#include "model/program.h"

#include "model/biases.h"
#include "model/excitation.h"
#include "model/rectifiers.h"

#include <unordered_set>

namespace praxiscope::program {
namespace {

using Slots = std::unordered_set<Slot>;

/// Which slots are written in a block itself and which are read in it, blocks within included.
void collect_reads(const Block& block, Slots& reads) {
  for (const Op& op : block.ops) {
    for (const Operand operand : op.in) {
      if (operand >= 0) reads.insert(operand);
    }
    for (const Block& inner : op.blocks) collect_reads(inner, reads);
  }
  for (const Operand operand : block.outputs) {
    if (operand >= 0) reads.insert(operand);
  }
}

/// Marks the last of equal entries, so that a value used twice is copied first and moved then.
void mark_moved(const std::vector<Operand>& operands, Slot slot, std::vector<std::uint8_t>& moved) {
  for (std::size_t i = operands.size(); i-- > 0;) {
    if (operands[i] == slot) {
      moved[i] = 1;
      return;
    }
  }
}

class LastUses {
 public:
  explicit LastUses(const Program& program) {
    for (const auto& [slot, value] : program.variables) variables_.insert(slot);
  }

  void visit(Block& block) {
    Slots owned(block.inputs.begin(), block.inputs.end());
    for (const Op& op : block.ops) owned.insert(op.out.begin(), op.out.end());
    for (const Slot slot : variables_) owned.erase(slot);

    Slots seen;
    block.output_last_use.assign(block.outputs.size(), 0);
    for (const Operand operand : block.outputs) {
      if (operand >= 0 && owned.contains(operand) && seen.insert(operand).second)
        mark_moved(block.outputs, operand, block.output_last_use);
    }
    for (std::size_t i = block.ops.size(); i-- > 0;) visit(block.ops[i], owned, seen);
  }

 private:
  void visit(Op& op, const Slots& owned, Slots& seen) {
    for (Slot& slot : op.out) {
      if (!seen.contains(slot) && !variables_.contains(slot)) slot = kNoSlot;
    }
    Slots inner_reads;
    for (Block& inner : op.blocks) {
      collect_reads(inner, inner_reads);
      visit(inner);
    }
    op.last_use.assign(op.in.size(), 0);
    for (const Operand operand : op.in) {
      if (operand < 0 || !owned.contains(operand) || inner_reads.contains(operand)) continue;
      if (seen.insert(operand).second) mark_moved(op.in, operand, op.last_use);
    }
    for (const Slot slot : inner_reads) {
      if (owned.contains(slot) && seen.insert(slot).second) op.frees.push_back(slot);
    }
  }

  Slots variables_;
};

}  // namespace

Operand Builder::add_constant(c10::IValue value) {
  program_.constants.push_back(std::move(value));
  return ~static_cast<Operand>(program_.constants.size() - 1);
}

Op& Builder::add(Block& block, std::string name, std::vector<Operand> in, std::size_t outputs) {
  Op& op = block.ops.emplace_back();
  op.name = std::move(name);
  op.in = std::move(in);
  for (std::size_t i = 0; i < outputs; ++i) op.out.push_back(add_slot());
  return op;
}

int Builder::find_or_add_layer(const std::string& path, const std::string& type, bool is_operator) {
  const auto [position, is_new] =
      layer_index_.try_emplace({path, is_operator}, static_cast<int>(program_.layers.size()));
  if (is_new) program_.layers.push_back({path, type, is_operator, 0});
  return position->second;
}

void Builder::describe_operator(Op& op, const std::string& module_path) {
  op.module_path = module_path;
  constexpr std::string_view kAten = "aten::";
  if (!op.name.starts_with(kAten)) return;
  const std::string short_name = op.name.substr(kAten.size());
  op.rectifier = find_rectifier(op.name);
  op.excitation = find_excitation(op.name);
  op.addend = find_addend(op.name);
  op.is_in_place =
      short_name.size() > 1 && short_name.ends_with('_') && !short_name.ends_with("__");
  op.layer = find_or_add_layer(module_path.empty() ? short_name : module_path + "/" + short_name,
                               op.name, true);
}

void find_last_uses(Program& program) { LastUses(program).visit(program.body); }

}  // namespace praxiscope::program
