// RISE's masks: random grids, linearly enlarged and randomly shifted, over time and space.
#pragma once

#include "praxiscope/tensor.h"

#include <array>
#include <cstdint>

namespace praxiscope::methods {

/// `count` masks from one seed. Each is made when asked for, always the same: a thousand masks of a
/// clip's size would not fit into memory.
class RandomMasks {
 public:
  struct Settings {
    std::int64_t count = 0;
    double probability = 0.5;            ///< that a cell of the grid is kept
    std::array<std::int64_t, 3> grid{};  ///< cells along time, height, width; cut to the clip
    std::array<std::int64_t, 3> clip{};  ///< T, H, W
    std::uint64_t seed = 0;
  };
  /// Draws from one generator, uniformly in [0,1): first the grids of all masks, a cell being kept
  /// where the number is below the probability, then three shifts a mask, each that share of a
  /// grid cell.
  explicit RandomMasks(const Settings& settings);

  /// [T,H,W] f32 in [0,1] on the CPU. Petsiuk et al., BMVC 2018, sec. 3.2: a grid enlarged to one
  /// cell more than the clip holds, of which a window of the clip's size is cut out.
  at::Tensor operator()(std::int64_t index) const;

 private:
  std::array<std::int64_t, 3> clip_, cell_{};
  at::Tensor grids_;   ///< [count,1,1,t,h,w] f32 of 0 and 1
  at::Tensor shifts_;  ///< [count,3] f64 in [0,1)
};

}  // namespace praxiscope::methods
