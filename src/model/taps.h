// What one run looks at and changes, resolved to places of the program. Made from RunOptions once a
// run; knows no executor.
#pragma once

#include "model/layer_names.h"
#include "model/program.h"

#include <functional>
#include <string>
#include <vector>

namespace praxiscope::program {

/// One layer of a run: what is kept of it, put in its place, or whether the run ends there.
struct TapPoint {
  std::string name;  ///< as asked for
  LayerAddress address;
  bool keep = false;
  bool stop = false;
  std::function<at::Tensor(const at::Tensor&)> replace;
  bool is_reached = false;
};

class TapPlan {
 public:
  /// @throws Error kUsage for a name that is no address of `program`.
  TapPlan(const Program& program, const RunOptions& options);

  BackwardRule backward_rule() const { return backward_rule_; }
  bool is_empty() const { return points_.empty(); }
  /// Where operators list their biases; null when nobody asks.
  std::vector<Bias>* biases() { return wants_biases_ ? &biases_ : nullptr; }

  /// A layer's value is there: keeps, replaces and hands on, as the points say.
  /// @param call   1 for the first call.
  /// @return       whether the run goes on.
  bool visit(int layer, int call, c10::IValue& value);
  bool is_watched(int layer) const {
    return !points_.empty() && watched_[static_cast<std::size_t>(layer)] != 0;
  }

  const std::vector<TapPoint>& points() const { return points_; }
  std::map<std::string, at::Tensor>& activations() { return activations_; }

 private:
  at::Tensor hand_on(TapPoint& point, at::Tensor value);
  c10::IValue visit_element(TapPoint& point, const c10::IValue& value, std::size_t depth);

  std::vector<TapPoint> points_;
  std::vector<std::uint8_t> watched_;  ///< per layer
  std::map<std::string, at::Tensor> activations_;
  std::vector<Bias> biases_;
  bool gradients_ = false;
  bool wants_biases_ = false;
  BackwardRule backward_rule_;
};

}  // namespace praxiscope::program
