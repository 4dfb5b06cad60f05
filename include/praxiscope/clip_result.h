// ClipResult: what network and methods say of one clip.
#pragma once

#include "praxiscope/attribution.h"
#include "praxiscope/clip.h"
#include "praxiscope/target.h"
#include "praxiscope/tensor.h"
#include "praxiscope/top_class.h"

#include <vector>

namespace praxiscope {

/// How much of a target survives without the clip's motion.
struct MotionSplit {
  /// Of the clip as it is, frozen at its first frame, with its frames shuffled (mean of three
  /// orders), and backwards.
  struct Values {
    float whole = 0, frozen = 0, shuffled = 0, reversed = 0;
  };
  Values score;        ///< logit, difference of two, activation of a unit
  Values probability;  ///< of a class; of a contrast the difference; of a unit its activation
};

/// Everything that was found out about one clip.
struct ClipResult {
  Clip clip;                    ///< tensors [C,T,H,W]
  at::Tensor logits;            ///< [K] f32
  at::Tensor probabilities;     ///< [K] f32
  std::vector<TopClass> top;    ///< best first
  std::vector<Target> targets;  ///< as many for every clip
  std::vector<Attribution>
      attributions;                 ///< ordered method, target, input; the same for every clip
  std::vector<MotionSplit> motion;  ///< one a target, where it was asked for
};

}  // namespace praxiscope
