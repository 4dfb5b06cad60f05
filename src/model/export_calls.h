// Which module calls a stretch of an exported graph consists of, by the nodes' metadata.
#pragma once

#include <nlohmann/json.hpp>

#include <set>
#include <string>
#include <vector>

namespace praxiscope::program {

/// One call of a module: "L__self___layer1@1,layer1,torchvision...BasicBlock".
struct ModuleCall {
  std::string key;  ///< unique per call
  std::string path;
  std::string type;                 ///< "BasicBlock"
  int number = 1;                   ///< 1 for the first call
  std::size_t depth = 0;            ///< 1 for the network's own children
  std::size_t last_node = 0;        ///< the call is over after this node
  std::vector<std::string> values;  ///< tensors made in the call and read after it, in order
};

/// The entries of a node's nn_module_stack without the network itself, outermost first.
std::vector<ModuleCall> read_module_stack(const nlohmann::json& node);

/// The calls that end in `graph`, in the order in which they end, inner ones first. `enclosing`:
/// keys of calls that go on outside of it.
std::vector<ModuleCall> find_module_calls(const nlohmann::json& graph,
                                          const std::set<std::string>& enclosing);

}  // namespace praxiscope::program
