// How faithful maps are to the network, for one clip: what its answer becomes when voxels are
// taken away or given back in the order of a map, and where the map lies against the truth.
#pragma once

#include "methods/support/fills.h"
#include "studies/faithfulness/truth.h"

#include "praxiscope/model.h"
#include "praxiscope/progress.h"

#include <nlohmann/json.hpp>

#include <optional>
#include <string>
#include <vector>

namespace praxiscope::studies {

/// One explanation of one clip.
struct ClipMaps {
  std::string name;              ///< of the method, unique among those of a clip
  std::vector<at::Tensor> maps;  ///< one a model input: [T,H,W] f32, negative values cut to 0;
                                 ///< undefined where the method has none
};

struct ScoreSettings {
  int steps = 10;                                          ///< of a curve
  methods::FillKind baseline = methods::FillKind::kBlack;  ///< of Average Drop and its control
  methods::FillKind deletion = methods::FillKind::kBlack;  ///< what takes the place of voxels
  methods::FillKind insertion = methods::FillKind::kBlur;  ///< what voxels are put into
  double tolerance_px = 15;  ///< of pointing, in a clip whose shorter side has 224 px
  int batch = 1;             ///< clips of a forward
  std::uint64_t seed = 0;    ///< of ties and random fills
};

/// The clip, its class and what is known of it.
struct ScoredClip {
  const Model& model;
  const Clip& clip;
  std::int64_t class_index = 0;
  double probability = 0;                    ///< of that class for the whole clip
  std::vector<std::optional<Truth>> truths;  ///< one a model input; may be empty
};

/// A number that is found for each clip and map.
struct Measure {
  std::string id;     ///< "deletion": as in the .json
  std::string title;  ///< "Deletion"
  std::string help;   ///< one sentence
  bool is_percent = false;
  bool is_better_high = true;
  bool needs_truth = false;
};

/// All of them, in the order of tables.
const std::vector<Measure>& measures();

/// For every explanation an object: "kept" (probability of the explained part alone), "deletion",
/// "insertion", "control" (probabilities at steps + 1 even shares of voxels), and "numbers":
/// Measure::id -> [value, weight]. A method's maps on several inputs are used together: of each
/// input the same share of voxels is replaced.
///
/// Sources: Average Drop and Increase: Chattopadhyay et al., "Grad-CAM++", WACV 2018, sec. 4.1;
/// deletion and insertion: Petsiuk et al., "RISE", BMVC 2018, sec. 4.3.
/// @return name -> object. @throws Error kCancelled between forwards.
nlohmann::json score_maps(const ScoredClip& scored, const std::vector<ClipMaps>& explanations,
                          const ScoreSettings& settings, Progress& progress);

}  // namespace praxiscope::studies
