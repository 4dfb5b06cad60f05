// Trilinear interpolation by the dispatcher's own operator, kept within the coarse range.
#include "methods/support/upsample.h"

namespace praxiscope::methods {

at::Tensor upsample(const at::Tensor& coarse, std::int64_t frames, std::int64_t height,
                    std::int64_t width) {
  const at::Tensor fine = at::upsample_trilinear3d(coarse.unsqueeze(1), {frames, height, width},
                                                   /*align_corners=*/false)
                              .squeeze(1);
  // Interpolation weights sum to 1 only up to rounding.
  constexpr std::array<std::int64_t, 3> volume{1, 2, 3};
  return fine.clamp(coarse.amin(volume, true), coarse.amax(volume, true));
}

}  // namespace praxiscope::methods
