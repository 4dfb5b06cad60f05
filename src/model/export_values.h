// Arguments of an exported graph -> operands of a program, by the operator's schema.
#pragma once

#include "model/program.h"

#include <nlohmann/json.hpp>

#include <string>
#include <unordered_map>

namespace praxiscope::program {

/// Names of a graph's values -> where they are now.
using Names = std::unordered_map<std::string, Operand>;

/// Turns arguments ({"as_tensor": {"name": "relu"}}, {"as_sym_ints": [...]}) into operands; adds
/// the operators that build lists and convert numbers to `block`.
class ArgumentReader {
 public:
  ArgumentReader(Program& program, Builder& builder, at::Device device)
      : program_(program), builder_(builder), device_(device) {}

  /// For a parameter of `type` (null: any, as in higher-order operators).
  /// @throws Error kModel for kinds of arguments that have no meaning here.
  Operand read(const nlohmann::json& argument, const c10::Argument* expected, const Names& names,
               Block& block);

 private:
  Operand read_name(const std::string& name, const Names& names) const;
  Operand convert(Operand operand, bool to_tensor, bool to_float, Block& block);
  Operand build_list(std::vector<Operand> elements, const c10::TypePtr& element, Block& block);
  Operand read_symbolic_list(const nlohmann::json& values, const char* plain,
                             const c10::TypePtr& element, const Names& names, Block& block);
  c10::IValue read_plain(const std::string& kind, const nlohmann::json& value,
                         const c10::Argument* expected) const;

  Program& program_;
  Builder& builder_;
  at::Device device_;
};

/// Python's arithmetic on sizes ("_operator.mul", "torch.sym_max", "math.trunc"); nothing for other
/// targets. Takes its inputs from the stack.
std::optional<torch::jit::Operation> make_size_operation(const std::string& target);

/// The names that a node's outputs get; "" for outputs without one. A list of tensors is one value:
/// its parts' names are given together.
struct NodeOutput {
  std::vector<std::string> names;
  bool is_list = false;
};
std::vector<NodeOutput> read_outputs(const nlohmann::json& outputs);

}  // namespace praxiscope::program
