// Program: a network's operators in order, as both loaders build it and the executor runs it. Knows
// no file format, no manifest and no method.
#pragma once

#include "praxiscope/model.h"

#include <torch/csrc/jit/api/module.h>

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace praxiscope::program {

/// A place of a run that holds one value. Each slot is written once per pass through its block,
/// variables excepted.
using Slot = std::int32_t;
constexpr Slot kNoSlot = -1;

/// What an operator reads: a slot (>= 0), or the constant ~operand (< 0).
using Operand = std::int32_t;

enum class OpKind {
  kOperator,  ///< `call` takes the inputs from a stack and leaves the outputs there
  kMove,      ///< out[0] = in[0]
  kLayerEnd,  ///< out[i] = in[i]: the value of a module's call, where a run may look and change
  kIf,        ///< in[0] decides between blocks[0] and blocks[1]
  kLoop,      ///< in: most passes, condition, carried values; the block gives condition, carried
};

/// Rectifiers that kGuided, kDeconv and kIdentity change; all else is treated as plain. See
/// rectifiers.h.
enum class Rectifier { kNone, kRelu, kHardtanh, kThreshold, kClampMin, kClamp, kLeakyRelu, kElu };

/// How the probability of an operator's output goes on to its inputs under kExcitation. See
/// excitation.h.
enum class Excitation {
  kNone,        ///< by the derivative
  kUnit,        ///< to the one input, cell by cell: rectifiers
  kSmoothUnit,  ///< the same for units that can be negative: silu, gelu
  kWeights,     ///< in proportion to input times weight: convolutions, linear layers
  kMatrices,    ///< the same where one factor is constant
  kAverage,     ///< in proportion to the inputs: average pooling, means, interpolation
  kSum,         ///< in proportion to the summands
  kDifference,
  kReverseDifference,
  kProduct,   ///< to the factor that is no gate
  kQuotient,  ///< to what is divided
  kNegative,
  kBatchNorm,
  kSoftmax,  ///< of classes: to the logit
};

/// What an operator adds to what is linear in its input. See biases.h.
enum class Addend {
  kNone,
  kConvolution,
  kLinear,
  kAddmm,
  kBatchNorm,
  kSum,
  kDifference,
  kReverseDifference,
  kProduct,
  kUnit
};

struct Op;

struct Block {
  std::vector<Slot> inputs;  ///< written before the first operator: arguments, or a loop's values
  std::vector<Op> ops;
  std::vector<Operand> outputs;
  std::vector<std::uint8_t> output_last_use;  ///< per output: may be moved out of its slot
};

struct Op {
  OpKind kind = OpKind::kOperator;
  std::vector<Operand> in;
  std::vector<Slot> out;               ///< kNoSlot: nobody reads it
  std::vector<std::uint8_t> last_use;  ///< per input: moved rather than copied
  std::vector<Slot> frees;             ///< slots that nobody reads after this operator
  /// Stateless: called by several runs at once. Mutable as c10's call operator is not const.
  mutable torch::jit::Operation call{nullptr};
  std::vector<Block> blocks;
  Rectifier rectifier = Rectifier::kNone;
  Excitation excitation = Excitation::kNone;
  Addend addend = Addend::kNone;
  bool is_in_place = false;  ///< changes its first input and gives it back
  int layer = -1;            ///< index in Program::layers of what a tap can name here
  int call_number = 0;       ///< kLayerEnd: 1 for the first call; 0: counted while running
  std::string name;          ///< "aten::conv3d", "prim::If"
  std::string module_path;   ///< of the module whose code this is; "" for the network itself
  /// "net.py:31", "" where the file does not say. Asked for only when something fails: finding out
  /// costs more than loading.
  std::function<std::string()> python_line;
};

/// Something a user can name: a module ("layer4.1.conv2") or the operators of one kind that a
/// module calls itself ("layer4.1/relu_", "conv3d").
struct Layer {
  std::string path;
  std::string type;  ///< "Conv3d", "aten::relu_"
  bool is_operator = false;
  std::int64_t parameters = 0;
};

struct Input {
  std::string name;
  c10::TypePtr type;  ///< TorchScript's declared type; Tensor for torch.export
  std::optional<c10::IValue> default_value;
  /// As exported; -1: free within `range`. Empty where the file says nothing.
  std::vector<std::int64_t> sizes;
  std::vector<std::string> ranges;  ///< per axis: "1..64" for a free one with bounds
};

struct Program {
  std::string format;    ///< as Model::format says it
  bool is_flat = false;  ///< inputs are the tensors themselves, whatever container held them
  std::vector<Input> inputs;
  std::vector<std::string> output_names;  ///< per tensor of a flat program: its key, or ""
  std::vector<Layer> layers;
  std::vector<c10::IValue> constants;
  /// Attributes that the network's own code writes: every run begins with a copy.
  std::vector<std::pair<Slot, c10::IValue>> variables;
  int slot_count = 0;
  Block body;
  std::vector<std::string> traced_with;
  at::ScalarType dtype = at::kFloat;  ///< of the first floating-point weight
  std::shared_ptr<void> keep_alive;   ///< what the operators' closures refer to
};

/// Small steps that both loaders share.
class Builder {
 public:
  explicit Builder(Program& program) : program_(program) {}

  Slot add_slot() { return program_.slot_count++; }
  Operand add_constant(c10::IValue value);
  /// Adds an operator with `outputs` new slots and gives it back to be completed; valid until the
  /// next is added.
  Op& add(Block& block, std::string name, std::vector<Operand> in, std::size_t outputs);
  /// The index of a layer, made at first use.
  int find_or_add_layer(const std::string& path, const std::string& type, bool is_operator);
  /// Completes an operator that goes through the dispatcher: what it is in a backward, its address
  /// for taps.
  void describe_operator(Op& op, const std::string& module_path);

 private:
  Program& program_;
  std::map<std::pair<std::string, bool>, int> layer_index_;
};

/// Fills in last uses and frees, once all operators are there.
void find_last_uses(Program& program);

}  // namespace praxiscope::program
