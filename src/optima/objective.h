// Objective: the number that a row's pictures are to make large.
#pragma once

#include "praxiscope/model.h"
#include "praxiscope/target.h"

#include <optional>
#include <span>
#include <string>
#include <vector>

namespace praxiscope::optima {

/// Where in a layer a unit or direction is taken: kCenter its middle position, kMean the mean over
/// all of them (a channel), kStrongest the largest one.
enum class Place { kCenter, kMean, kStrongest };

/// A target, or a direction in a layer's space. Without a position in the target, `place` decides.
struct Objective {
  Target target{};
  Place place = Place::kCenter;
  at::Tensor
      direction{};  ///< [C] f32: of target.layer, in place of target.channel; undefined: none
  /// The largest activation of a reference set: what the objective is divided by, so that weights
  /// of priors mean the same for every unit. > 0.
  double a_hat = 1;
};

/// What the network must be asked so that score() can answer: one layer for all rows, or none.
/// @throws Error kInternal for rows of different layers.
RunOptions run_options(std::span<const Objective> rows);

/// The raw number of every row, [N], attached to the run's graph: a logit, a difference of two, an
/// activation, a dot product.
/// @throws Error kUsage for classes, channels and positions that there are not.
at::Tensor score(const Run& run, std::span<const Objective> rows);

/// [positions...] of one clip: a channel's activations, or the direction's part of all of them.
/// @param layer  [C,positions...]. @throws Error kUsage for a channel or direction that does not
/// fit.
at::Tensor responses(const at::Tensor& layer, const Objective& objective);

/// The layer whose output a rectifier makes `layer` from, so that a unit that is off still has a
/// way up: the layer itself where it is no rectifier's output. Found by comparing the activations
/// of one forward of `inputs`.
std::string before_rectifier(const Model& model, const std::string& layer,
                             std::span<const at::Tensor> inputs);

/// Voxels (T*H*W) of the first input that a position of the layer sees, those outside of the clip
/// left out; all of them for a place other than kCenter, for classes, and where it is not known.
double seen_voxels(const Model& model, const Objective& objective,
                   const std::array<std::int64_t, 3>& size);

}  // namespace praxiscope::optima
