// See export_signature.h.
#include "model/export_signature.h"

#include "core/text.h"

#include "praxiscope/error.h"

#include <fmt/format.h>

namespace praxiscope::program {
namespace {

using nlohmann::json;

/// The last key on the way to each leaf; positions in tuples and lists are no keys.
void collect_keys(const json& node, const std::string& key, std::vector<std::string>& keys) {
  const json& children = node.at("children_spec");
  if (children.empty()) {
    if (node.at("type").is_null()) keys.push_back(key);
    return;
  }
  json names;
  const std::string type = node.at("type").is_string() ? node.at("type").get<std::string>() : "";
  if (type.ends_with("dict") || type.ends_with("OrderedDict")) {
    const json& context = node.at("context");
    names = json::parse(context.is_string() ? context.get<std::string>() : context.dump(), nullptr,
                        false);
  }
  for (std::size_t i = 0; i < children.size(); ++i) {
    const bool has_name = names.is_array() && i < names.size() && names[i].is_string();
    collect_keys(children[i], has_name ? names[i].get<std::string>() : key, keys);
  }
}

/// "Symbol('s77', positive=True, integer=True)" or "s77" -> "s77".
std::string symbol_of(const std::string& expression) {
  const std::size_t open = expression.find('\'');
  if (open == std::string::npos) return expression;
  return expression.substr(open + 1, expression.find('\'', open + 1) - open - 1);
}

std::string range_of(const json& constraints, const std::string& symbol) {
  if (!constraints.contains(symbol)) return "free";
  const json& range = constraints.at(symbol);
  const json& low = range.contains("min_val") ? range.at("min_val") : json();
  const json& high = range.contains("max_val") ? range.at("max_val") : json();
  const std::string least = low.is_number_integer() ? std::to_string(low.get<std::int64_t>()) : "0";
  // Beyond any real size: no bound.
  const bool is_open = !high.is_number_integer() || high.get<std::int64_t>() > (1 << 30);
  return is_open ? fmt::format("{} or more", least)
                 : fmt::format("{}..{}", least, high.get<std::int64_t>());
}

}  // namespace

InputSpecEntry read_input_spec(const json& spec) {
  InputSpecEntry entry;
  const std::string kind = spec.begin().key();
  const json& value = spec.begin().value();
  if (kind == "constant_input") {
    entry.argument = value.at("name").get<std::string>();
    entry.is_constant = true;
    const json& constant = value.at("value");
    const std::string type = constant.begin().key();
    const json& content = constant.begin().value();
    if (type == "as_int") entry.value = content.get<std::int64_t>();
    if (type == "as_float") entry.value = content.get<double>();
    if (type == "as_bool") entry.value = content.get<bool>();
    if (type == "as_string") entry.value = content.get<std::string>();
    return entry;
  }
  const json& argument = value.at("arg");
  if (kind == "user_input") {
    entry.is_user_input = true;
    const json& inner = argument.begin().value();
    if (inner.is_object()) entry.argument = inner.value("name", inner.value("as_name", ""));
    return entry;
  }
  entry.argument = argument.at("name").get<std::string>();
  for (const char* field : {"parameter_name", "buffer_name", "tensor_constant_name"}) {
    if (value.contains(field)) entry.tensor = value.at(field).get<std::string>();
  }
  entry.is_parameter = kind == "parameter";
  if (entry.tensor.empty())
    throw Error(ErrorKind::kModel,
                fmt::format("the network takes an input of kind {}, which is not supported; export "
                            "it with tensors only",
                            in_quotes(kind)));
  return entry;
}

void keep_user_outputs(const json& graph_module, Program& program) {
  const json& specs = graph_module.at("signature").at("output_specs");
  std::vector<Operand> kept;
  for (std::size_t i = 0; i < specs.size() && i < program.body.outputs.size(); ++i) {
    if (specs[i].contains("user_output")) kept.push_back(program.body.outputs[i]);
  }
  program.body.outputs = std::move(kept);
}

std::vector<std::string> leaf_keys(const std::string& tree_spec) {
  std::vector<std::string> keys;
  const json spec = json::parse(tree_spec, nullptr, false);
  if (spec.is_array() && spec.size() == 2) collect_keys(spec[1], "", keys);
  return keys;
}

void read_signature(const json& exported, Program& program) {
  const json& module = exported.at("graph_module");
  const json& values = module.at("graph").at("tensor_values");
  const json constraints = exported.value("range_constraints", json::object());
  std::vector<std::string> keys;
  for (const json& entry : module.at("module_call_graph")) {
    if (!entry.at("fqn").get<std::string>().empty() || entry.at("signature").is_null()) continue;
    keys = leaf_keys(entry.at("signature").at("in_spec").get<std::string>());
    program.output_names = leaf_keys(entry.at("signature").at("out_spec").get<std::string>());
  }
  for (const json& spec : module.at("signature").at("input_specs")) {
    const InputSpecEntry entry = read_input_spec(spec);
    if (!entry.is_user_input) continue;
    Input input;
    input.type = c10::TensorType::get();
    const std::size_t position = program.inputs.size();
    input.name =
        position < keys.size() && !keys[position].empty() ? keys[position] : entry.argument;
    if (values.contains(entry.argument)) {
      std::vector<std::string> example;
      for (const json& size : values.at(entry.argument).at("sizes")) {
        if (size.contains("as_int")) {
          input.sizes.push_back(size.at("as_int").get<std::int64_t>());
          input.ranges.emplace_back();
          example.push_back(std::to_string(input.sizes.back()));
        } else {
          const json& expression = size.at("as_expr");
          input.sizes.push_back(-1);
          input.ranges.push_back(
              range_of(constraints, symbol_of(expression.at("expr_str").get<std::string>())));
          const json hint = expression.value("hint", json());
          example.push_back(hint.is_object() && hint.contains("as_int")
                                ? std::to_string(hint.at("as_int").get<std::int64_t>())
                                : "?");
        }
      }
      program.traced_with.push_back(fmt::format("{}: [{}]", input.name, fmt::join(example, ",")));
    }
    program.inputs.push_back(std::move(input));
  }
}

}  // namespace praxiscope::program
