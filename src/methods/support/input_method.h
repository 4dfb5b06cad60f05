// What all methods at the input share: gradients in, one map an input out. The rooms only say how a
// gradient becomes a map.
#pragma once

#include "methods/support/layer_method.h"

#include "praxiscope/method.h"

#include <functional>
#include <memory>
#include <string>
#include <vector>

namespace praxiscope::methods {

/// What Method::explain() gives: [n][k][input].
using MethodResults = std::vector<std::vector<std::vector<Attribution>>>;

/// A map for each clip, [N,T,H,W] f32, from the gradient and the clip it was taken at, both
/// [N,C,T,H,W]. Called without gradient recording.
using InputMap = std::function<at::Tensor(const at::Tensor& gradient, const at::Tensor& clip)>;

struct InputMethodSettings {
  std::string id;          ///< of the room
  std::string variant;     ///< options that change the formula
  bool is_signed = false;  ///< negative values are evidence against
  BackwardRule rule = BackwardRule::kPlain;
  Signal signal = nullptr;           ///< what stands in the place of gradients
  bool starts_at_strongest = false;  ///< see move_to_strongest() in strongest_unit.h
};

/// A method that draws a map from one gradient at the inputs; one backward a target over the whole
/// batch.
///
/// explain() warns when a rule other than kPlain finds nothing, or not everything, to change.
std::unique_ptr<Method> make_input_method(InputMethodSettings settings, InputMap map);

/// [n][k], each without maps yet.
MethodResults empty_results(const MethodInput& input);

/// Adds target k's maps on the `i`-th input, [N,T,H,W] f32, to every clip's results.
void add_input_maps(const InputMethodSettings& settings, const MethodInput& input, std::size_t k,
                    std::size_t i, const at::Tensor& maps, MethodResults& results);

/// The names by which Run::gradients() knows all inputs.
std::vector<std::string> input_names(const MethodInput& input);

}  // namespace praxiscope::methods
