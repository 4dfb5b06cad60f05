// See torchscript_loader.h.
#include "model/torchscript_loader.h"

#include "core/text.h"
#include "model/torchscript_facts.h"
#include "model/torchscript_values.h"

#include "praxiscope/error.h"

#include <fmt/format.h>
#include <torch/csrc/jit/api/function_impl.h>

#include <unordered_map>

namespace praxiscope::program {
namespace {

using c10::IValue;
using torch::jit::Node;
using torch::jit::Value;
namespace attr = c10::attr;
namespace prim = c10::prim;
using ObjectPtr = c10::intrusive_ptr<c10::ivalue::Object>;

/// A value of a graph: known while loading (a module), or an operand of the program.
struct Bound {
  ObjectPtr module;  ///< null: see operand
  Operand operand = 0;
};
using Scope = std::unordered_map<const Value*, Bound>;

/// Writes out a module's forward with all calls resolved.
class Inliner {
 public:
  Inliner(Program& program, const torch::jit::Module& root, at::Device device)
      : program_(program), builder_(program), device_(device) {
    for (const auto& module : root.named_modules()) {
      // As a Python hook sees it: one object, one name, the first.
      if (paths_.try_emplace(module.value._ivalue().get(), module.name).second)
        find_written_attributes(module.value);
    }
  }

  void inline_forward(const torch::jit::Module& root) {
    const torch::jit::Method method = root.get_method("forward");
    Scope scope;
    const auto graph = graph_of(method.function());
    const auto& arguments = method.function().getSchema().arguments();
    scope[graph->inputs()[0]] = {root._ivalue(), 0};
    for (std::size_t i = 1; i < graph->inputs().size(); ++i) {
      const Slot slot = builder_.add_slot();
      program_.body.inputs.push_back(slot);
      scope[graph->inputs()[i]] = {nullptr, slot};
      program_.inputs.push_back(
          {arguments[i].name(), arguments[i].type(), arguments[i].default_value(), {}, {}});
    }
    inline_nodes(*graph->block(), scope, program_.body, "");
    for (const Value* output : graph->outputs())
      program_.body.outputs.push_back(operand_of(output, scope));
  }

  bool has_calls() const { return calls_ > 0; }

 private:
  static std::shared_ptr<torch::jit::Graph> graph_of(torch::jit::Function& function) {
    function.ensure_defined();
    return torch::jit::toGraphFunction(function).graph();
  }

  /// Attributes that some method writes become variables of each run.
  void find_written_attributes(const torch::jit::Module& module) {
    for (torch::jit::Function* function : module.type()->methods())
      find_writes(*graph_of(*function)->block());
  }
  void find_writes(const torch::jit::Block& block) {
    for (const Node* node : block.nodes()) {
      if (node->kind() == prim::SetAttr)
        written_.insert({node->input(0)->type().get(), node->s(attr::name)});
      for (const torch::jit::Block* inner : node->blocks()) find_writes(*inner);
    }
  }

  Operand operand_of(const Value* value, Scope& scope) {
    const auto found = scope.find(value);
    if (found == scope.end())
      throw Error(ErrorKind::kModel,
                  "the network hands on a function as a value; export it anew "
                  "with torch.export");
    if (found->second.module) return builder_.add_constant(IValue(found->second.module));
    return found->second.operand;
  }

  void inline_nodes(const torch::jit::Block& graph, Scope& scope, Block& into,
                    const std::string& path) {
    for (const Node* node : graph.nodes()) inline_node(*node, scope, into, path);
  }

  void inline_node(const Node& node, Scope& scope, Block& into, const std::string& path) {
    switch (node.kind()) {
      case prim::Constant:
        return bind_constant(node, scope);
      case prim::GetAttr:
        if (scope.contains(node.input()) && scope[node.input()].module)
          return read_attribute(node, scope, into);
        return add_operator(node, scope, into, path);
      case prim::SetAttr:
        if (scope.contains(node.input(0)) && scope[node.input(0)].module)
          return write_attribute(node, scope, into, path);
        return add_operator(node, scope, into, path);
      case prim::CallMethod:
        return call_method(node, node.s(attr::name), scope, into, path);
      case prim::CallFunction:
        return call_function(node, scope, into, path);
      case prim::Enter:
        return call_method(node, "__enter__", scope, into, path);
      case prim::Exit:
        return call_method(node, "__exit__", scope, into, path);
      case prim::fork:
        return run_fork(node, scope, into, path);
      case prim::If:
        return add_if(node, scope, into, path);
      case prim::Loop:
        return add_loop(node, scope, into, path);
      case prim::Uninitialized:
        scope[node.output()] = {nullptr, builder_.add_constant(IValue::uninitialized())};
        return;
      default:
        if (!is_idle(node)) add_operator(node, scope, into, path);
    }
  }

  void bind_constant(const Node& node, Scope& scope) {
    if (node.output()->type()->kind() == c10::TypeKind::FunctionType) return;
    IValue value = torch::jit::toIValue(node.output()).value_or(IValue());
    // Traced code names the device of its day; ours is decided now.
    if (value.isDevice() && (value.toDevice().is_cpu() || value.toDevice().is_cuda()))
      value = device_;
    if (value.isTensor() && value.toTensor().defined())
      value = value.toTensor().detach().to(device_);
    scope[node.output()] = {nullptr, builder_.add_constant(std::move(value))};
  }

  void read_attribute(const Node& node, Scope& scope, Block& into) {
    const ObjectPtr& object = scope[node.input()].module;
    const std::string& name = node.s(attr::name);
    const IValue value = object->getAttr(name);
    if (value.isModule()) {
      scope[node.output()] = {value.toObject(), 0};
    } else if (written_.contains({object->type().get(), name})) {
      // A copy of what is there now: the variable may be written before the value is read.
      Op& op = builder_.add(into, "prim::GetAttr", {variable_slot(object, name)}, 1);
      op.kind = OpKind::kMove;
      scope[node.output()] = {nullptr, op.out[0]};
    } else {
      const auto [known, is_new] = attributes_.try_emplace({object.get(), name}, 0);
      if (is_new) known->second = builder_.add_constant(value);
      scope[node.output()] = {nullptr, known->second};
    }
  }

  Slot variable_slot(const ObjectPtr& object, const std::string& name) {
    const auto [known, is_new] = attributes_.try_emplace({object.get(), name}, 0);
    if (is_new) {
      known->second = builder_.add_slot();
      program_.variables.emplace_back(known->second, object->getAttr(name));
    }
    return known->second;
  }

  void write_attribute(const Node& node, Scope& scope, Block& into, const std::string& path) {
    const Slot slot = variable_slot(scope[node.input(0)].module, node.s(attr::name));
    Op& op = builder_.add(into, "prim::SetAttr", {operand_of(node.input(1), scope)}, 0);
    op.kind = OpKind::kMove;
    op.out = {slot};
    op.module_path = path;
  }

  void add_operator(const Node& node, Scope& scope, Block& into, const std::string& path) {
    std::vector<Operand> in;
    for (const Value* input : node.inputs()) in.push_back(operand_of(input, scope));
    Op& op = builder_.add(into, kind_name(node), std::move(in), node.outputs().size());
    op.call = make_operation(node);
    op.python_line = [range = node.sourceRange()] { return python_line_of(range); };
    builder_.describe_operator(op, path);
    for (std::size_t i = 0; i < op.out.size(); ++i) scope[node.outputs()[i]] = {nullptr, op.out[i]};
  }

  /// Inlines `function`, whose graph takes `arguments`.
  std::vector<Bound> inline_call(torch::jit::Function& function, std::vector<Bound> arguments,
                                 Block& into, const std::string& path) {
    if (++depth_ > 200)
      throw Error(ErrorKind::kModel, "the network's code calls itself without end");
    const auto graph = graph_of(function);
    Scope scope;
    for (std::size_t i = 0; i < graph->inputs().size(); ++i)
      scope[graph->inputs()[i]] = arguments.at(i);
    inline_nodes(*graph->block(), scope, into, path);
    --depth_;
    std::vector<Bound> outputs;
    for (const Value* output : graph->outputs()) outputs.push_back(scope.at(output));
    return outputs;
  }

  std::vector<Bound> arguments_of(const Node& node, std::size_t first, Scope& scope,
                                  const torch::jit::Function& function) {
    std::vector<Bound> arguments;
    for (std::size_t i = first; i < node.inputs().size(); ++i) {
      const auto found = scope.find(node.input(i));
      arguments.push_back(found != scope.end() ? found->second
                                               : Bound{nullptr, operand_of(node.input(i), scope)});
    }
    const auto& expected = function.getSchema().arguments();
    for (std::size_t i = arguments.size(); i < expected.size(); ++i)  // __exit__ gets three Nones
      arguments.push_back(
          {nullptr, builder_.add_constant(expected[i].default_value().value_or(IValue()))});
    return arguments;
  }

  void call_method(const Node& node, const std::string& name, Scope& scope, Block& into,
                   const std::string& path) {
    const ObjectPtr object = scope.at(node.input(0)).module;
    c10::ClassTypePtr type =
        object ? object->type() : node.input(0)->type()->cast<c10::ClassType>();
    if (!type)
      throw Error(ErrorKind::kModel,
                  fmt::format("layer {} calls a module that is chosen while running; export the "
                              "network with torch.export",
                              in_quotes(path)));
    torch::jit::Function& function = type->getMethod(name);
    const bool is_layer = object && type->is_module();
    const auto known = is_layer ? paths_.find(object.get()) : paths_.end();
    const std::string& inner_path = known == paths_.end() ? path : known->second;
    std::vector<Bound> outputs =
        inline_call(function, arguments_of(node, 0, scope, function), into, inner_path);
    if (is_layer && name.starts_with("forward") && !inner_path.empty() && !outputs.empty() &&
        !outputs[0].module && outputs[0].operand >= 0) {
      ++calls_;
      outputs[0].operand = end_layer(*object, inner_path, outputs[0].operand, into);
    }
    for (std::size_t i = 0; i < node.outputs().size(); ++i)
      scope[node.outputs()[i]] = outputs.at(i);
  }

  Slot end_layer(const c10::ivalue::Object& object, const std::string& path, Slot value,
                 Block& into) {
    Op& op = builder_.add(into, "prim::CallMethod", {value}, 1);
    op.kind = OpKind::kLayerEnd;
    op.module_path = path;
    op.layer = builder_.find_or_add_layer(path, object.type()->name()->name(), false);
    return op.out[0];
  }

  void call_function(const Node& node, Scope& scope, Block& into, const std::string& path) {
    torch::jit::Function& function =
        *node.input(0)->type()->expectRef<c10::FunctionType>().function();
    const std::vector<Bound> outputs =
        inline_call(function, arguments_of(node, 1, scope, function), into, path);
    for (std::size_t i = 0; i < node.outputs().size(); ++i)
      scope[node.outputs()[i]] = outputs.at(i);
  }

  void run_fork(const Node& node, Scope& scope, Block& into, const std::string& path) {
    const auto graph = node.g(attr::Subgraph);
    Scope inner;
    for (std::size_t i = 0; i < graph->inputs().size(); ++i)
      inner[graph->inputs()[i]] = scope.at(node.input(i));
    inline_nodes(*graph->block(), inner, into, path);
    scope[node.output()] = inner.at(graph->outputs()[0]);
  }

  void add_if(const Node& node, Scope& scope, Block& into, const std::string& path) {
    const Operand condition = operand_of(node.input(), scope);
    if (condition < 0 && program_.constants[static_cast<std::size_t>(~condition)].isBool()) {
      // "if self.training" and the like: decided now, once and for all.
      const bool is_true = program_.constants[static_cast<std::size_t>(~condition)].toBool();
      const torch::jit::Block& chosen = *node.blocks()[is_true ? 0 : 1];
      inline_nodes(chosen, scope, into, path);
      for (std::size_t i = 0; i < node.outputs().size(); ++i)
        scope[node.outputs()[i]] = scope.at(chosen.outputs()[i]);
      return;
    }
    std::vector<Block> blocks(2);
    for (std::size_t b = 0; b < 2; ++b) {
      inline_nodes(*node.blocks()[b], scope, blocks[b], path);
      for (const Value* output : node.blocks()[b]->outputs())
        blocks[b].outputs.push_back(operand_of(output, scope));
    }
    add_control(node, OpKind::kIf, {condition}, std::move(blocks), scope, into, path);
  }

  void add_loop(const Node& node, Scope& scope, Block& into, const std::string& path) {
    std::vector<Operand> in;
    for (const Value* input : node.inputs()) in.push_back(operand_of(input, scope));
    std::vector<Block> blocks(1);
    const torch::jit::Block& body = *node.blocks()[0];
    for (const Value* input : body.inputs()) {
      blocks[0].inputs.push_back(builder_.add_slot());
      scope[input] = {nullptr, blocks[0].inputs.back()};
    }
    inline_nodes(body, scope, blocks[0], path);
    for (const Value* output : body.outputs())
      blocks[0].outputs.push_back(operand_of(output, scope));
    add_control(node, OpKind::kLoop, std::move(in), std::move(blocks), scope, into, path);
  }

  void add_control(const Node& node, OpKind kind, std::vector<Operand> in,
                   std::vector<Block> blocks, Scope& scope, Block& into, const std::string& path) {
    Op& op = builder_.add(into, kind_name(node), std::move(in), node.outputs().size());
    op.kind = kind;
    op.blocks = std::move(blocks);
    op.module_path = path;
    op.python_line = [range = node.sourceRange()] { return python_line_of(range); };
    for (std::size_t i = 0; i < op.out.size(); ++i) scope[node.outputs()[i]] = {nullptr, op.out[i]};
  }

  Program& program_;
  Builder builder_;
  at::Device device_;
  std::unordered_map<const c10::ivalue::Object*, std::string> paths_;
  std::set<std::pair<const c10::Type*, std::string>> written_;
  std::map<std::pair<const c10::ivalue::Object*, std::string>, Operand> attributes_;
  int depth_ = 0;
  int calls_ = 0;
};

}  // namespace

std::unique_ptr<Program> load_torchscript(const std::string& path, const at::Device& device) {
  auto module = std::make_shared<torch::jit::Module>(torch::jit::load(path, device));
  module->eval();
  for (at::Tensor parameter : module->parameters()) parameter.requires_grad_(false);
  auto program = std::make_unique<Program>();
  Inliner inliner(*program, *module, device);
  inliner.inline_forward(*module);
  find_last_uses(*program);
  count_parameters(*program, *module);
  find_dtype(*program);
  find_traced_sizes(*program, path);
  program->format = inliner.has_calls() ? "torchscript" : "torchscript (frozen)";
  program->keep_alive = module;
  return program;
}

}  // namespace praxiscope::program
