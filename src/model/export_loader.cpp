// See export_loader.h.
#include "model/export_loader.h"

#include "core/text.h"
#include "model/export_archive.h"
#include "model/export_calls.h"
#include "model/export_signature.h"
#include "model/export_values.h"

#include "praxiscope/error.h"

#include <ATen/core/dispatch/Dispatcher.h>
#include <ATen/core/grad_mode.h>
#include <fmt/format.h>

namespace praxiscope::program {
namespace {

using c10::IValue;
using nlohmann::json;
using torch::jit::Stack;

/// "torch.ops.aten.conv3d.default" -> {"aten::conv3d", ""}.
c10::OperatorName operator_name_of(const std::string& target) {
  const std::vector<std::string> parts = split(target, '.');
  if (parts.size() < 5) return {target, ""};
  return {parts[2] + "::" + parts[3], parts[4] == "default" ? "" : parts[4]};
}

/// "net.py:31": the innermost place that is not PyTorch's own code, else the innermost.
std::string python_line_of(const json& node) {
  const json& metadata = node.at("metadata");
  if (!metadata.contains("stack_trace")) return "";
  std::string best;
  for (const std::string& line : split(metadata.at("stack_trace").get<std::string>(), '\n')) {
    const std::size_t open = line.find("File \"");
    const std::size_t close = line.find("\", line ");
    if (open == std::string::npos || close == std::string::npos) continue;
    const std::string file = line.substr(open + 6, close - open - 6);
    const std::string number = line.substr(close + 8, line.find(',', close + 8) - close - 8);
    if (best.empty() || (file.find("/torch/") == std::string::npos && !file.starts_with('<')))
      best = file.substr(file.find_last_of('/') + 1) + ":" + number;
  }
  return best;
}

bool is_assertion(const std::string& target) {
  static const std::set<std::string> kNames = {"_assert_tensor_metadata", "_assert_scalar",
                                               "_assert_async", "sym_constrain_range",
                                               "sym_constrain_range_for_size"};
  const std::vector<std::string> parts = split(target, '.');
  return parts.size() >= 4 && kNames.contains(parts[3]);
}

class GraphReader {
 public:
  GraphReader(Program& program, at::Device device)
      : program_(program), builder_(program), arguments_(program, builder_, device) {}

  Builder& builder() { return builder_; }

  /// Adds a graph's nodes; its inputs are in `names` already.
  void add_graph(const json& graph, Names& names, Block& block,
                 const std::set<std::string>& enclosing) {
    const std::vector<ModuleCall> calls = find_module_calls(graph, enclosing);
    std::size_t next_call = 0;
    const json& nodes = graph.at("nodes");
    for (std::size_t i = 0; i < nodes.size(); ++i) {
      add_node(nodes[i], names, block);
      for (; next_call < calls.size() && calls[next_call].last_node == i; ++next_call)
        end_call(calls[next_call], names, block);
    }
  }

  std::vector<Operand> outputs_of(const json& graph, const Names& names, Block& block) {
    std::vector<Operand> operands;
    for (const json& output : graph.at("outputs"))
      operands.push_back(arguments_.read(output, nullptr, names, block));
    return operands;
  }

 private:
  void end_call(const ModuleCall& call, Names& names, Block& block) {
    std::vector<Operand> values;
    for (const std::string& name : call.values) values.push_back(names.at(name));
    Op& op = builder_.add(block, "module", std::move(values), call.values.size());
    op.kind = OpKind::kLayerEnd;
    op.module_path = call.path;
    op.call_number = call.number;
    op.layer = builder_.find_or_add_layer(call.path, call.type, false);
    for (std::size_t i = 0; i < call.values.size(); ++i) names[call.values[i]] = op.out[i];
  }

  void add_node(const json& node, Names& names, Block& block) {
    const auto target = node.at("target").get<std::string>();
    if (is_assertion(target)) return;
    const std::vector<ModuleCall> stack = read_module_stack(node);
    const std::string path = stack.empty() ? "" : stack.back().path;
    if (target.starts_with("torch.ops.higher_order."))
      return add_higher_order(target.substr(target.rfind('.') + 1), node, names, block);
    if (auto work = make_size_operation(target)) {
      std::vector<Operand> in;
      for (const json& input : node.at("inputs"))
        in.push_back(arguments_.read(input.at("arg"), nullptr, names, block));
      Op& op = builder_.add(block, target, std::move(in), 1);
      op.call = *work;
      op.module_path = path;
      return bind_outputs(node, op.out, names, block);
    }
    add_dispatched(target, path, node, names, block);
  }

  void add_dispatched(const std::string& target, const std::string& path, const json& node,
                      Names& names, Block& block) {
    const c10::OperatorName name = operator_name_of(target);
    const auto handle = c10::Dispatcher::singleton().findSchema(name);
    if (!handle)
      throw Error(ErrorKind::kModel,
                  fmt::format("the network uses an operator that this LibTorch does not have: {}; "
                              "if it is a custom operator, export the network without it",
                              in_quotes(target)));
    std::map<std::string, const json*> given;
    for (const json& input : node.at("inputs"))
      given[input.at("name").get<std::string>()] = &input.at("arg");
    std::vector<Operand> in;
    for (const c10::Argument& expected : handle->schema().arguments()) {
      const auto found = given.find(expected.name());
      if (found != given.end()) {
        in.push_back(arguments_.read(*found->second, &expected, names, block));
      } else if (expected.default_value()) {
        in.push_back(builder_.add_constant(*expected.default_value()));
      } else {
        throw Error(ErrorKind::kModel, fmt::format("the file is damaged: {} lacks its argument {}",
                                                   in_quotes(target), in_quotes(expected.name())));
      }
    }
    Op& op = builder_.add(block, name.name, std::move(in), handle->schema().returns().size());
    op.call = [operation = *handle](Stack& arguments) { operation.callBoxed(arguments); };
    op.python_line = [line = python_line_of(node)] { return line; };
    builder_.describe_operator(op, path);
    bind_outputs(node, op.out, names, block);
  }

  /// One output may be a list whose parts have names; an operator's outputs may be fewer than
  /// named.
  void bind_outputs(const json& node, const std::vector<Slot> slots, Names& names, Block& block) {
    const std::vector<NodeOutput> outputs = read_outputs(node.at("outputs"));
    for (std::size_t i = 0; i < outputs.size() && i < slots.size(); ++i) {
      if (outputs[i].is_list) {
        unpack_list(slots[i], outputs[i].names, names, block);
      } else if (!outputs[i].names.empty() && !outputs[i].names[0].empty()) {
        names[outputs[i].names[0]] = slots[i];
      }
    }
  }

  void unpack_list(Slot list, const std::vector<std::string>& parts, Names& names, Block& block) {
    Op& op = builder_.add(block, "prim::ListUnpack", {list}, parts.size());
    op.call = [expected = parts.size()](Stack& stack) {
      const IValue value = std::move(stack.back());
      stack.pop_back();
      const c10::List<IValue> values = value.toList();
      TORCH_CHECK(values.size() == expected, "expected a list of ", expected, " values, found ",
                  values.size());
      for (const IValue& element : values) stack.push_back(element);
    };
    for (std::size_t i = 0; i < parts.size(); ++i) {
      if (!parts[i].empty()) names[parts[i]] = op.out[i];
    }
  }

  void add_higher_order(const std::string& kind, const json& node, Names& names, Block& block) {
    const json& inputs = node.at("inputs");
    std::set<std::string> enclosing;
    for (const ModuleCall& call : read_module_stack(node)) enclosing.insert(call.key);
    if (kind == "cond") return add_cond(node, inputs, enclosing, names, block);
    if (kind == "wrap_with_set_grad_enabled")
      return add_wrapped(node, inputs, 1, inputs.at(0).at("arg").value("as_bool", true), enclosing,
                         names, block);
    throw Error(
        ErrorKind::kModel,
        fmt::format("the network uses the higher-order operator {}, which is not supported; "
                    "export it without, or as TorchScript",
                    in_quotes(kind)));
  }

  /// The operands after the sub-graphs, flattened: a cond has them in one list.
  std::vector<Operand> operands_from(const json& inputs, std::size_t first, const Names& names,
                                     Block& block) {
    std::vector<Operand> operands;
    for (std::size_t i = first; i < inputs.size(); ++i) {
      const json& argument = inputs.at(i).at("arg");
      if (argument.contains("as_tensors")) {
        for (const json& tensor : argument.at("as_tensors"))
          operands.push_back(arguments_.read({{"as_tensor", tensor}}, nullptr, names, block));
      } else {
        operands.push_back(arguments_.read(argument, nullptr, names, block));
      }
    }
    return operands;
  }

  /// Binds a sub-graph's own names to the operands and adds its nodes.
  std::vector<Operand> add_subgraph(const json& graph, const std::vector<Operand>& operands,
                                    const std::set<std::string>& enclosing, Block& block) {
    Names local;
    const std::vector<NodeOutput> inputs = read_outputs(graph.at("inputs"));
    for (std::size_t i = 0; i < inputs.size() && i < operands.size(); ++i) {
      if (!inputs[i].names.empty()) local[inputs[i].names[0]] = operands[i];
    }
    add_graph(graph, local, block, enclosing);
    return outputs_of(graph, local, block);
  }

  void add_cond(const json& node, const json& inputs, const std::set<std::string>& enclosing,
                Names& names, Block& block) {
    const Operand predicate = arguments_.read(inputs.at(0).at("arg"), nullptr, names, block);
    const std::vector<Operand> operands = operands_from(inputs, 3, names, block);
    std::vector<Block> blocks(2);
    for (std::size_t b = 0; b < 2; ++b) {
      const json& graph = inputs.at(b + 1).at("arg").at("as_graph").at("graph");
      blocks[b].outputs = add_subgraph(graph, operands, enclosing, blocks[b]);
    }
    Op& op = builder_.add(block, "prim::If", {predicate}, blocks[0].outputs.size());
    op.kind = OpKind::kIf;
    op.blocks = std::move(blocks);
    op.python_line = [line = python_line_of(node)] { return line; };
    bind_results(node, {op.out.begin(), op.out.end()}, names);
  }

  /// A stretch under torch.no_grad or enable_grad: its nodes between two switches.
  void add_wrapped(const json& node, const json& inputs, std::size_t graph_index, bool is_enabled,
                   const std::set<std::string>& enclosing, Names& names, Block& block) {
    const std::vector<Operand> operands = operands_from(inputs, graph_index + 1, names, block);
    Op& enter = builder_.add(block, "set_grad_enabled", {}, 1);
    enter.call = [is_enabled](Stack& stack) {
      stack.emplace_back(at::GradMode::is_enabled());
      // What is recorded at all is the run's decision; a network can only ask for less.
      at::GradMode::set_enabled(is_enabled && at::GradMode::is_enabled());
    };
    const Slot before = enter.out[0];
    const json& graph = inputs.at(graph_index).at("arg").at("as_graph").at("graph");
    const std::vector<Operand> results = add_subgraph(graph, operands, enclosing, block);
    Op& leave = builder_.add(block, "set_grad_enabled", {before}, 0);
    leave.call = [](Stack& stack) {
      at::GradMode::set_enabled(stack.back().toBool());
      stack.pop_back();
    };
    bind_results(node, results, names);
  }

  void bind_results(const json& node, const std::vector<Operand>& results, Names& names) {
    std::vector<std::string> flat;
    for (const NodeOutput& output : read_outputs(node.at("outputs")))
      flat.insert(flat.end(), output.names.begin(), output.names.end());
    for (std::size_t i = 0; i < flat.size() && i < results.size(); ++i) {
      if (!flat[i].empty()) names[flat[i]] = results[i];
    }
  }

  Program& program_;
  Builder builder_;
  ArgumentReader arguments_;
};

void count_parameters(Program& program, const std::map<std::string, std::int64_t>& counts) {
  for (Layer& layer : program.layers) {
    if (layer.is_operator) continue;
    for (const auto& [name, count] : counts) {
      if (name.starts_with(layer.path + ".")) layer.parameters += count;
    }
  }
}

void build(Program& program, const ExportContent& content, const at::Device& device) {
  const json& module = content.program.at("graph_module");
  const json& graph = module.at("graph");
  GraphReader reader(program, device);
  Names names;
  std::map<std::string, std::int64_t> counts;
  for (const json& spec : module.at("signature").at("input_specs")) {
    const InputSpecEntry entry = read_input_spec(spec);
    if (entry.is_user_input) {
      program.body.inputs.push_back(reader.builder().add_slot());
      names[entry.argument] = program.body.inputs.back();
      continue;
    }
    if (entry.is_constant) {
      names[entry.argument] = reader.builder().add_constant(entry.value);
      continue;
    }
    const auto found = content.tensors.find(entry.tensor);
    if (found == content.tensors.end())
      throw Error(ErrorKind::kModel, fmt::format("the file is damaged: the tensor {} is missing",
                                                 in_quotes(entry.tensor)));
    if (entry.is_parameter) counts[entry.tensor] = found->second.numel();
    if (found->second.is_floating_point() && found->second.dim() > 1 && entry.is_parameter)
      program.dtype = found->second.scalar_type();
    names[entry.argument] = reader.builder().add_constant(found->second.detach());
  }
  reader.add_graph(graph, names, program.body, {});
  program.body.outputs = reader.outputs_of(graph, names, program.body);
  keep_user_outputs(module, program);
  read_signature(content.program, program);
  count_parameters(program, counts);
}

}  // namespace

std::unique_ptr<Program> load_export(const std::string& path, const at::Device& device) {
  auto program = std::make_unique<Program>();
  program->is_flat = true;
  try {
    const ExportContent content = read_export(path, device);
    program->format = "torch.export " + content.schema_version;
    build(*program, content, device);
  } catch (const json::exception& error) {
    throw Error(ErrorKind::kModel,
                fmt::format("cannot read {}: its graph is not as export schema 8 says ({}); export "
                            "it again",
                            in_quotes(path), error.what()));
  }
  find_last_uses(*program);
  return program;
}

}  // namespace praxiscope::program
