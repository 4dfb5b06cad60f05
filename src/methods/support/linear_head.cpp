// A walk over autograd's nodes: only those on a path from the layer to the score count.
#include "methods/support/linear_head.h"

#include <torch/csrc/autograd/function.h>
#include <torch/csrc/autograd/variable.h>

namespace praxiscope::methods {
namespace {

using torch::autograd::Node;

/// Linear in all their inputs together.
const std::set<std::string, std::less<>> kLinear = {"AdaptiveAvgPool2D",
                                                    "AdaptiveAvgPool3D",
                                                    "Add",
                                                    "Alias",
                                                    "AsStrided",
                                                    "AvgPool2D",
                                                    "AvgPool3D",
                                                    "Cat",
                                                    "Clone",
                                                    "ConstantPadNd",
                                                    "Expand",
                                                    "Flip",
                                                    "Gather",
                                                    "Index",
                                                    "Mean",
                                                    "MkldnnAdaptiveAvgPool2D",
                                                    "Neg",
                                                    "Permute",
                                                    "Repeat",
                                                    "ReshapeAlias",
                                                    "Select",
                                                    "Slice",
                                                    "Split",
                                                    "SplitWithSizes",
                                                    "Squeeze",
                                                    "Stack",
                                                    "Sub",
                                                    "Sum",
                                                    "T",
                                                    "ToCopy",
                                                    "Transpose",
                                                    "Unbind",
                                                    "UnsafeView",
                                                    "Unsqueeze",
                                                    "View"};
/// Linear when only one of their inputs depends on the layer (an additive bias of addmm may, too).
const std::set<std::string, std::less<>> kProducts = {
    "Addmm", "Addmv", "Baddbmm", "Bmm", "Convolution", "Dot", "Linear", "Mm", "Mul", "Mv"};
/// Linear in their first input only: divisions, and batch norms (the network is in eval mode).
const std::set<std::string, std::less<>> kFirst = {"CudnnBatchNorm", "Div", "MiopenBatchNorm",
                                                   "NativeBatchNorm"};

/// "MeanBackward1" -> "Mean".
std::string operator_name(const Node& node) {
  const std::string name = node.name();
  const std::size_t end = name.rfind("Backward");
  return end == std::string::npos ? name : name.substr(0, end);
}

/// A node between a layer and a score: its inputs that depend on the layer.
struct NodeBetween {
  Node* node;
  std::vector<std::size_t> positions;
};

/// All nodes between, those nearest to the layer first.
std::vector<NodeBetween> nodes_between(Node* layer, Node* score) {
  std::unordered_map<Node*, std::vector<std::pair<Node*, std::size_t>>> users;
  std::vector<Node*> open{score};
  std::set<Node*> seen{score, layer};
  while (!open.empty()) {
    Node* node = open.back();
    open.pop_back();
    for (std::size_t i = 0; i < node->num_outputs(); ++i) {
      Node* before = node->next_edge(i).function.get();
      if (!before) continue;
      users[before].emplace_back(node, i);
      if (seen.insert(before).second) open.push_back(before);
    }
  }
  std::vector<NodeBetween> between{{layer, {}}};
  std::unordered_map<Node*, std::size_t> place;
  for (std::size_t next = 0; next < between.size(); ++next) {
    for (const auto& [user, position] : users[between[next].node]) {
      const auto [found, is_new] = place.try_emplace(user, between.size());
      if (is_new) between.push_back({user, {}});
      between[found->second].positions.push_back(position);
    }
  }
  between.erase(between.begin());
  return between;
}

bool is_linear(const std::string& name, std::vector<std::size_t> positions) {
  if (kLinear.contains(name)) return true;
  if (kFirst.contains(name)) return positions == std::vector<std::size_t>{0};
  if (!kProducts.contains(name)) return false;
  const bool has_bias_first = name == "Addmm" || name == "Addmv" || name == "Baddbmm";
  if (has_bias_first) std::erase(positions, std::size_t{0});
  return positions.size() <= 1;
}

}  // namespace

std::string find_nonlinear(const at::Tensor& score, const at::Tensor& tap) {
  if (!score.requires_grad() || !tap.requires_grad()) return "";  // independent: constant
  Node* top = torch::autograd::impl::gradient_edge(score).function.get();
  const auto bottom = torch::autograd::impl::gradient_edge(tap).function;  // a leaf's node may die
  for (const NodeBetween& between : nodes_between(bottom.get(), top)) {
    const std::string name = operator_name(*between.node);
    if (!is_linear(name, between.positions)) return name;
  }
  return "";
}

}  // namespace praxiscope::methods
