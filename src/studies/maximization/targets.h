// From words to what is looked for: classes, contrasts, units.
#pragma once

#include "studies/maximization/plan.h"

#include "praxiscope/clip.h"

#include <span>
#include <vector>

namespace praxiscope::studies {

/// Everything that the plan names. Units of rectified layers are taken before their rectifier
/// unless the plan says otherwise.
///
/// @param inputs  one clip [1,C,T,H,W] an input, to try the network with.
/// @throws Error kUsage for names and numbers that there are not.
std::vector<Sought> find_sought(const MaximizationPlan& plan, const Model& model,
                                std::span<const at::Tensor> inputs);

/// T, H, W of every input as the manifest has them. @throws Error kUsage where it has no size.
std::vector<std::array<std::int64_t, 3>> usual_sizes(const Model& model);

/// The strongest clips of everything that is sought, however many are seen.
class DrivingClips {
 public:
  DrivingClips(std::vector<Sought>& sought, std::size_t most) : sought_(sought), most_(most) {}
  /// One forward of a batch of one input's clips.
  void add(const Model& model, std::size_t input, std::span<const Clip> clips);
  bool is_empty() const { return !has_clips_; }

 private:
  void add_value(Sought& sought, DrivingClip clip) const;

  std::vector<Sought>& sought_;
  std::size_t most_;
  bool has_clips_ = false;
};

}  // namespace praxiscope::studies
