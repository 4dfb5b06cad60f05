// What single nodes of a TorchScript graph do, as closures on a stack. Knows no modules.
#pragma once

#include <torch/csrc/jit/api/module.h>
#include <torch/csrc/jit/frontend/source_range.h>
#include <torch/csrc/jit/ir/ir.h>

#include <string>

namespace praxiscope::program {

/// The work of a node that builds, splits or asks about values (tuples, lists, dicts, objects), or
/// goes through the dispatcher.
/// @throws Error kModel for a node that no loader knows.
torch::jit::Operation make_operation(const torch::jit::Node& node);

/// Whether a node does nothing that a result depends on (warnings, prints).
bool is_idle(const torch::jit::Node& node);

/// "aten::conv3d"; for prims "prim::TupleConstruct".
std::string kind_name(const torch::jit::Node& node);

/// "resnet.py:31" where the file says so.
std::string python_line_of(const torch::jit::SourceRange& range);

}  // namespace praxiscope::program
