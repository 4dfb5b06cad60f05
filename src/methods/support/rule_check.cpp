// A walk over autograd's nodes, by their names.
#include "methods/support/rule_check.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <unordered_set>
#include <vector>

namespace praxiscope::methods {
namespace {

using torch::autograd::Node;

/// What a rule leaves as it is; sigmoid and tanh are gates more often than units.
const std::set<std::string, std::less<>> kSmooth = {
    "Celu", "Elu", "Gelu", "Glu", "Hardswish", "Mish", "PreluKernel", "Silu", "Softplus"};
/// The node that src/model/rectifiers.cpp puts in place of a rectifier's own.
constexpr std::string_view kRuledNode = "RuledRectifier";

std::string lower(std::string text) {
  std::transform(text.begin(), text.end(), text.begin(),
                 [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
  return text;
}

}  // namespace

UnitsBelow find_units(const at::Tensor& score) {
  UnitsBelow units;
  if (!score.requires_grad()) return units;
  std::vector<Node*> open{torch::autograd::impl::gradient_edge(score).function.get()};
  std::unordered_set<Node*> seen(open.begin(), open.end());
  while (!open.empty()) {
    Node* node = open.back();
    open.pop_back();
    const std::string name = node->name();
    if (name.find(kRuledNode) != std::string::npos) units.has_ruled = true;
    const std::string unit = name.substr(0, name.rfind("Backward"));
    if (kSmooth.contains(unit)) units.smooth.insert(unit);
    for (const auto& edge : node->next_edges()) {
      if (edge.function && seen.insert(edge.function.get()).second)
        open.push_back(edge.function.get());
    }
  }
  return units;
}

void check_rule(std::string_view method, const at::Tensor& score, Progress& progress) {
  const UnitsBelow units = find_units(score);
  const std::string smooth = lower(fmt::format("{}", fmt::join(units.smooth, ", ")));
  if (!units.has_ruled) {
    const std::string found = smooth.empty() ? "no relu" : "no relu, only " + smooth;
    progress.warn(
        fmt::format("{}: found {} between clip and target, so its rule changes nothing; "
                    "the map is the plain gradient, as saliency gives it",
                    method, found));
  } else if (!smooth.empty()) {
    progress.warn(
        fmt::format("{}: found {} beside relu; it has no off side and keeps its plain "
                    "gradient, so the rule holds only in part; compare with saliency",
                    method, smooth));
  }
}

}  // namespace praxiscope::methods
