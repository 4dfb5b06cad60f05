// Where a layer's cells lie: its axes as [N,C,T,H,W], and the model inputs under it. Knows shapes
// and the manifest's streams only.
#pragma once

#include "praxiscope/model.h"

#include <string>
#include <string_view>
#include <vector>

namespace praxiscope::methods {

/// Positions (in `input_names`, the network's inputs in order) of the inputs that a map at `layer`
/// lies on: the input whose stream the layer belongs to; all inputs for fusion layers and layers of
/// no stream.
std::vector<std::size_t> inputs_under(const std::string& layer, const Manifest& manifest,
                                      const std::vector<std::string>& input_names);

/// Brings a layer's output (or its gradient) to [N,C,T',H',W']; a view.
class LayerView {
 public:
  /// `output`: as tapped. `clip`: an input under the layer, [N,C,T,H,W].
  ///
  /// Channels are taken to stand last only where the other reading is impossible (more cells than
  /// the clip has, or cells of quite another shape) and this one is not: [N,8,7,7,768] of a
  /// transformer with windows.
  /// @throws Error kUsage "method: layer ...: found [..], expected [N,C,T,H,W]".
  LayerView(std::string_view method, const std::string& layer, const at::Tensor& output,
            const at::Tensor& clip);

  at::Tensor operator()(const at::Tensor& tensor) const;
  bool has_channels_last() const { return has_channels_last_; }

 private:
  bool has_channels_last_ = false;
};

}  // namespace praxiscope::methods
