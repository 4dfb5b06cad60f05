// What an exported graph takes and gives: weights and inputs, sizes and their bounds, keys of
// dicts.
#pragma once

#include "model/program.h"

#include <nlohmann/json.hpp>

#include <string>

namespace praxiscope::program {

/// One entry of the signature's input_specs.
struct InputSpecEntry {
  std::string argument;  ///< the graph's name for it
  std::string tensor;    ///< parameter, buffer or constant: its name among the file's tensors
  bool is_user_input = false;
  bool is_parameter = false;
  bool is_constant = false;  ///< a plain value that was fixed when exporting
  c10::IValue value;
};
InputSpecEntry read_input_spec(const nlohmann::json& spec);

/// Drops outputs that are no user's (mutated buffers).
void keep_user_outputs(const nlohmann::json& graph_module, Program& program);

/// Fills in inputs (names, sizes, ranges), output names and what the network was exported with.
void read_signature(const nlohmann::json& exported, Program& program);

/// Keys of the tensors within a pytree specification, in order: "rgb", "0.flow", "" for plain ones.
std::vector<std::string> leaf_keys(const std::string& tree_spec);

}  // namespace praxiscope::program
