// See random_masks.h.
#include "methods/support/random_masks.h"

#include <ATen/CPUGeneratorImpl.h>

#include <algorithm>

namespace praxiscope::methods {

RandomMasks::RandomMasks(const Settings& settings) : clip_(settings.clip) {
  std::array<std::int64_t, 3> grid{};
  for (std::size_t axis = 0; axis < 3; ++axis) {
    grid[axis] = std::min(settings.grid[axis], clip_[axis]);
    cell_[axis] = (clip_[axis] + grid[axis] - 1) / grid[axis];
  }
  at::Generator generator = at::detail::createCPUGenerator(settings.seed);
  grids_ = at::rand({settings.count, 1, 1, grid[0], grid[1], grid[2]}, generator, at::kFloat)
               .lt(settings.probability)
               .to(at::kFloat);
  shifts_ = at::rand({settings.count, 3}, generator, at::kDouble);
}

at::Tensor RandomMasks::operator()(std::int64_t index) const {
  const at::Tensor grid = grids_[index];
  std::array<std::int64_t, 3> enlarged{};
  for (std::size_t axis = 0; axis < 3; ++axis)
    enlarged[axis] = (grid.size(static_cast<std::int64_t>(axis) + 2) + 1) * cell_[axis];
  at::Tensor mask = at::upsample_trilinear3d(grid, enlarged, /*align_corners=*/false)[0][0];
  for (std::size_t axis = 0; axis < 3; ++axis) {
    const auto at = static_cast<std::int64_t>(axis);
    const double share = shifts_[index][at].item<double>();
    const auto shift = static_cast<std::int64_t>(share * static_cast<double>(cell_[axis]));
    mask = mask.narrow(at, shift, clip_[axis]);
  }
  return mask;
}

}  // namespace praxiscope::methods
