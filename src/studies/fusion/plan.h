// What `fusion` is asked, and what it keeps of each clip.
#pragma once

#include "studies/fusion/layer.h"
#include "studies/fusion/swaps.h"
#include "studies/fusion/units.h"
#include "studies/support/streams.h"

#include "praxiscope/study.h"

#include <nlohmann/json.hpp>

#include <map>
#include <optional>
#include <string>
#include <vector>

namespace praxiscope::studies {

struct FusionPlan {
  std::string target = "top";
  StreamFill fill = StreamFill::kMean;  ///< of tables, contrasts, units and the figure
  std::string layer;                    ///< as the user names it; empty: see find_fusion_layer()
  std::size_t pairs = 200;              ///< of the swap test at most
  std::size_t units = 8;                ///< with pages of their own
  int optimize = 0;                     ///< steps of optimized clips for these units; 0: none
};

/// Classes of tables and matrices at most: those that most clips have.
inline constexpr std::size_t kMostClasses = 12;

/// What is kept of a clip: numbers, no tensors.
struct FusionClip {
  std::size_t input = 0;
  std::int64_t clip = 0;
  double begin_s = 0, end_s = 0;  ///< of the first stream's frames
  std::int64_t class_index = 0;   ///< the network's first answer
  double probability = 0;
  Target target;
  /// By fill, in the order of kStreamFills.
  std::array<StreamValues, kStreamFills.size()> logits{}, probabilities{};
  /// Logits with the plan's fill of the classes of matrices, in their order.
  std::vector<StreamValues> class_logits;
};

/// One answer of the swap test.
struct Swap {
  SwapPair pair;                 ///< positions of clips
  std::int64_t class_index = 0;  ///< the network's first answer
};

/// Everything that was found.
struct FusionFacts {
  std::array<std::string, 2> streams;
  std::vector<FusionClip> clips;
  std::vector<std::int64_t> classes;  ///< of matrices: most clips first, ties by index
  std::array<at::Tensor, 2> means;    ///< [C] of the set, one a stream
  std::vector<Swap> swaps;
  std::optional<FusionLayer> layer;
  std::vector<std::int64_t> cells;  ///< of the layer: T', H', W'
  std::vector<Unit> units;
  bool has_negative = false;  ///< some activation of the layer is
  /// By channel, of the units with pages of their own: see drive_by_optima().
  std::map<std::int64_t, StreamValues> optimized;
};

}  // namespace praxiscope::studies
