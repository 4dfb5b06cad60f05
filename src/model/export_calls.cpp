// See export_calls.h.
#include "model/export_calls.h"

#include "core/text.h"
#include "model/export_values.h"

#include <algorithm>
#include <map>

namespace praxiscope::program {
namespace {

using nlohmann::json;

/// Names of tensors that a piece of JSON mentions, sub-graphs' own ones included (they are local
/// and do no harm).
void collect_tensors(const json& value, std::vector<std::string>& names) {
  if (value.is_array()) {
    for (const json& element : value) collect_tensors(element, names);
  } else if (value.is_object()) {
    for (const auto& [key, inner] : value.items()) {
      if (key == "as_tensor" && inner.contains("name")) {
        names.push_back(inner.at("name").get<std::string>());
      } else if (key == "as_tensors") {
        for (const json& tensor : inner) names.push_back(tensor.at("name").get<std::string>());
      } else if (key == "as_graph") {
        continue;  // what it reads is handed over as arguments
      } else {
        collect_tensors(inner, names);
      }
    }
  }
}

}  // namespace

std::vector<ModuleCall> read_module_stack(const json& node) {
  std::vector<ModuleCall> stack;
  const json& metadata = node.at("metadata");
  if (!metadata.contains("nn_module_stack")) return stack;
  for (const std::string& entry : split(metadata.at("nn_module_stack").get<std::string>(), ';')) {
    const std::vector<std::string> parts = split(entry, ',');
    if (parts.size() < 3 || parts[1].empty() || parts[0].starts_with("_empty_nn_module_stack"))
      continue;
    ModuleCall& call = stack.emplace_back();
    call.key = parts[0];
    call.path = parts[1];
    call.type = parts.back().substr(parts.back().rfind('.') + 1);
    // The second call of a module has "@1" in its key, or in its path, by version.
    for (const std::string* text : {&call.key, &call.path}) {
      const std::size_t at = text->rfind('@');
      if (at != std::string::npos && at + 1 < text->size() &&
          text->find_first_not_of("0123456789", at + 1) == std::string::npos)
        call.number = std::stoi(text->substr(at + 1)) + 1;
    }
    call.path = call.path.substr(0, call.path.find('@'));
    call.depth = stack.size();
  }
  return stack;
}

std::vector<ModuleCall> find_module_calls(const json& graph,
                                          const std::set<std::string>& enclosing) {
  struct Made {
    std::string name;
    std::vector<std::string> keys;
  };
  std::vector<ModuleCall> calls;
  std::map<std::string, std::size_t> index;
  std::vector<Made> made;
  std::map<std::string, std::set<std::string>> outside;  // value -> keys it is read outside of
  std::map<std::string, std::vector<std::string>> keys_of;

  const auto mark_read = [&](const std::string& name, const std::vector<std::string>& reader) {
    const auto found = keys_of.find(name);
    if (found == keys_of.end()) return;
    for (const std::string& key : found->second) {
      if (std::find(reader.begin(), reader.end(), key) == reader.end()) outside[name].insert(key);
    }
  };

  const json& nodes = graph.at("nodes");
  for (std::size_t i = 0; i < nodes.size(); ++i) {
    std::vector<std::string> keys;
    for (ModuleCall& call : read_module_stack(nodes[i])) {
      if (enclosing.contains(call.key)) continue;
      keys.push_back(call.key);
      const auto [position, is_new] = index.try_emplace(call.key, calls.size());
      if (is_new) calls.push_back(call);
      calls[position->second].last_node = i;
    }
    std::vector<std::string> reads;
    collect_tensors(nodes[i].at("inputs"), reads);
    for (const std::string& name : reads) mark_read(name, keys);
    for (const json& output : nodes[i].at("outputs")) {
      std::vector<std::string> names;
      collect_tensors(output, names);
      for (const std::string& name : names) {
        made.push_back({name, keys});
        keys_of[name] = keys;
      }
    }
  }
  std::vector<std::string> results;
  collect_tensors(graph.at("outputs"), results);
  for (const std::string& name : results) mark_read(name, {});

  for (const Made& one : made) {
    for (const std::string& key : one.keys) {
      if (outside[one.name].contains(key)) calls[index.at(key)].values.push_back(one.name);
    }
  }
  std::erase_if(calls, [](const ModuleCall& call) { return call.values.empty(); });
  std::stable_sort(calls.begin(), calls.end(), [](const ModuleCall& a, const ModuleCall& b) {
    return a.last_node != b.last_node ? a.last_node < b.last_node : a.depth > b.depth;
  });
  return calls;
}

}  // namespace praxiscope::program
