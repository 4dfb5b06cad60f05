// What `activations` is asked, and how the network is looked at for it.
#pragma once

#include "studies/support/channel_sums.h"
#include "studies/support/numbered.h"

#include "praxiscope/study.h"

#include <cstdint>
#include <set>
#include <string>
#include <vector>

namespace praxiscope::studies {

struct ActivationPlan {
  std::string layers;       ///< as the user names them, comma separated; empty: the model's own
  NumberedChoice channels;  ///< of every layer
  bool has_common_scale = false;  ///< all tiles of a clip share one colour scale
  int examples = 3;               ///< clips in the figure
};

/// A layer that is looked at.
struct WatchedLayer {
  std::string name;       ///< as find_layer() gives it
  std::size_t input = 0;  ///< position of the input whose frames stand beside it
};

/// Layers by the names of `plan`, each once. @throws Error kUsage, kModel.
std::vector<WatchedLayer> watched_layers(const ActivationPlan& plan, const Model& model);

/// Runs a batch of clips and gives the activations of `layers`, each [N,C,T',H',W'] on the model's
/// device. @throws Error kUsage for a layer without such a shape.
std::vector<at::Tensor> activations_of(const Model& model, const std::vector<WatchedLayer>& layers,
                                       const std::vector<Clip>& clips);

/// What all layers with 5 dimensions do, in order of execution, and those that are watched.
class DepthSums {
 public:
  DepthSums(const Model& model, const std::vector<WatchedLayer>& watched);
  /// Runs a batch of clips once; nothing of an activation is kept. Layers that a network's code
  /// passes by for these clips are left out.
  /// @throws Error kUsage for a watched layer that gives no [N,C,T',H',W'].
  void add(const std::vector<Clip>& clips);

  struct Layer {
    std::string name, type;
    std::size_t input = 0;  ///< as WatchedLayer's
    bool is_listed = true;  ///< by Model::layers()
    ChannelSums sums;
  };
  /// Those of the network's list that gave anything.
  std::vector<const Layer*> layers() const;
  const ChannelSums& find(const std::string& layer) const;

 private:
  static void count(const Layer& layer, const at::Tensor& output, const at::Tensor& clip,
                    std::size_t clips, ChannelSums& sums);
  bool is_watched(const std::string& name) const;
  /// @return  false: `skipped` grew by layers that these clips do not reach; nothing is counted.
  bool try_run(const std::vector<at::Tensor>& inputs, std::size_t clips,
               std::set<std::string>& skipped);

  const Model& model_;
  std::vector<WatchedLayer> watched_;
  std::vector<Layer> layers_;
};

/// A clip of the inputs.
struct ClipPlace {
  std::size_t input = 0;
  std::int64_t clip = 0;
  double begin_s = 0, end_s = 0;
};

/// Which `count` clips are shown: the first of every input in their order, then the second ones.
/// Gives places of `clips` in the order of the inputs.
std::vector<std::size_t> choose_examples(const std::vector<ClipPlace>& clips, std::size_t count);

}  // namespace praxiscope::studies
