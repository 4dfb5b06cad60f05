// A walk over autograd's nodes, by their names.
#include "methods/support/rule_check.h"

#include <fmt/format.h>
#include <fmt/ranges.h>
#include <torch/csrc/autograd/function.h>
#include <torch/csrc/autograd/variable.h>

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
/// The nodes that src/model/excitation.cpp puts there; those of units that can be negative.
constexpr std::string_view kExcitedNode = "Excited", kSmoothNode = "Smooth";
/// What hands on whole probabilities by its derivative, and what targets are made with.
const std::set<std::string, std::less<>> kHandsOn = {"AccumulateGrad",
                                                     "AdaptiveMaxPool2D",
                                                     "AdaptiveMaxPool3D",
                                                     "Alias",
                                                     "Amax",
                                                     "AsStrided",
                                                     "Cat",
                                                     "ChannelShuffle",
                                                     "Clamp",
                                                     "ClampMin",
                                                     "Clone",
                                                     "ConstantPadNd",
                                                     "Copy",
                                                     "CopySlices",
                                                     "Expand",
                                                     "Flip",
                                                     "Gather",
                                                     "Index",
                                                     "IndexSelect",
                                                     "Log",
                                                     "MaskedFill",
                                                     "Max",
                                                     "MaxPool2DWithIndices",
                                                     "MaxPool3DWithIndices",
                                                     "Mean",
                                                     "Mul",
                                                     "Permute",
                                                     "PixelShuffle",
                                                     "ReflectionPad3D",
                                                     "Repeat",
                                                     "ReplicationPad2D",
                                                     "ReplicationPad3D",
                                                     "ReshapeAlias",
                                                     "Roll",
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
                                                     "View",
                                                     "Where"};

std::string lower(std::string text) {
  std::transform(text.begin(), text.end(), text.begin(),
                 [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
  return text;
}

/// "MeanBackward1" -> "Mean".
std::string operator_of(const std::string& node) { return node.substr(0, node.rfind("Backward")); }

/// "NativeLayerNorm" -> "native_layer_norm".
std::string with_underscores(const std::string& text) {
  std::string words;
  for (const char c : text) {
    const bool is_upper = std::isupper(static_cast<unsigned char>(c)) != 0;
    if (is_upper && !words.empty() && words.back() != '_' &&
        std::islower(static_cast<unsigned char>(words.back())) != 0)
      words += '_';
    words += static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
  }
  return words;
}

}  // namespace

void visit_operators(const at::Tensor& score, std::span<const at::Tensor> down_to,
                     const std::function<void(const std::string& name)>& see) {
  if (!score.requires_grad()) return;
  std::vector<Node*> open{torch::autograd::impl::gradient_edge(score).function.get()};
  std::unordered_set<Node*> seen(open.begin(), open.end());
  for (const at::Tensor& tensor : down_to)
    seen.insert(torch::autograd::impl::gradient_edge(tensor).function.get());
  while (!open.empty()) {
    Node* node = open.back();
    open.pop_back();
    see(node->name());
    for (const auto& edge : node->next_edges()) {
      if (edge.function && seen.insert(edge.function.get()).second)
        open.push_back(edge.function.get());
    }
  }
}

UnitsBelow find_units(const at::Tensor& score) {
  UnitsBelow units;
  visit_operators(score, {}, [&](const std::string& name) {
    if (name.find(kRuledNode) != std::string::npos) units.has_ruled = true;
    const std::string unit = operator_of(name);
    if (kSmooth.contains(unit)) units.smooth.insert(unit);
  });
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

void check_excitation(std::string_view method, const at::Tensor& score,
                      std::span<const at::Tensor> down_to, Progress& progress) {
  std::set<std::string> plain;
  bool has_smooth = false;
  visit_operators(score, down_to, [&](const std::string& name) {
    const bool is_ruled = name.find(kExcitedNode) != std::string::npos;
    if (is_ruled && name.find(kSmoothNode) != std::string::npos) has_smooth = true;
    const std::string unit = operator_of(name);
    // Several autograd functions are named with their namespace.
    if (!is_ruled && !kHandsOn.contains(unit.substr(unit.rfind(':') + 1)))
      plain.insert(with_underscores(unit));
  });
  if (!plain.empty()) {
    progress.warn(fmt::format(
        "{}: found {} on the way from the target, which its rule says nothing of; it keeps its "
        "plain gradient, so what arrives below is no probability; choose a layer above, or "
        "another method",
        method, fmt::join(plain, ", ")));
  }
  if (has_smooth) {
    progress.warn(
        fmt::format("{}: found units that can be negative (silu, gelu, elu and their like) on the "
                    "way from the target; its rule is made for relu, and here counts an input by "
                    "the sign of input times weight",
                    method));
  }
}

}  // namespace praxiscope::methods
