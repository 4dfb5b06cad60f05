// What all methods at a layer share: evidence in, a coarse map out, the rest done here. The rooms
// only say how activation and gradient become a map.
#pragma once

#include "praxiscope/method.h"

#include <functional>
#include <memory>
#include <span>
#include <string>
#include <string_view>

namespace praxiscope::methods {

/// A batch at a layer: what the layer said, and how each clip's target depends on it.
struct LayerEvidence {
  at::Tensor activation;  ///< A [N,C,T',H',W'] f32
  at::Tensor gradient;    ///< g = dS/dA, the same shape; undefined where uses_gradient is false
  at::Tensor scores;      ///< S [N] f32, attached to the run's graph
  at::Tensor tap;         ///< the layer's output as the run kept it: where the graph begins
};

/// What comes back to the tensors named in `of` from the k-th target, one for each, in the place of
/// gradients; may warn.
using Signal = std::function<std::vector<at::Tensor>(
    const MethodInput& input, std::size_t k, std::span<const std::string> of, Progress& progress)>;

/// A map for each clip: [N,T',H',W'] f32. Called without gradient recording; may warn.
using LayerMap = std::function<at::Tensor(const LayerEvidence&, Progress&)>;

struct LayerMethodSettings {
  std::string id;                  ///< of the room
  std::string layer;               ///< resolved
  std::string variant;             ///< options that change the formula
  bool relu = true;                ///< keep only positive values: evidence for the target
  bool is_counterfactual = false;  ///< the gradient is negated: what speaks against the target
  bool uses_gradient = true;       ///< false: the map is the same for all targets, and made once
  BackwardRule rule = BackwardRule::kPlain;
  Signal signal = nullptr;  ///< what LayerEvidence::gradient is instead
};

/// A method that draws a map from a layer's activation and gradient.
///
/// explain() throws Error kUsage for a layer whose output is not [N,C,T,H,W] (or, where sizes leave
/// no doubt, [N,T,H,W,C]); it warns when the target does not depend on the layer and when values
/// are not finite (they stay so).
std::unique_ptr<Method> make_layer_method(LayerMethodSettings settings, LayerMap map);

/// "name=value,...": the options in `always`, and those that differ from their default.
std::string variant_of(std::span<const OptionSpec> specs, const OptionValues& options,
                       std::initializer_list<std::string_view> always = {});

}  // namespace praxiscope::methods
