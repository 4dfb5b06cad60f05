// Where a cell of a layer looks in a clip: boxes in space and time.
#pragma once

#include "optima/maximizer.h"

#include "praxiscope/frame.h"
#include "praxiscope/tensor.h"

#include <array>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <vector>

namespace praxiscope::studies {

/// Frames and px of a stream, t y x; ends excluded.
struct Tube {
  std::array<std::int64_t, 3> begin{}, end{};
};

/// Of one stream. Theoretical: all that the cell can depend on, by the sizes of kernels; nothing
/// where that is unknown or everything. Effective: what it does depend on in this clip (Luo et al.,
/// "Understanding the effective receptive field", NeurIPS 2016): along each axis, the stretch
/// beyond either end of which lie at most kTail of the sum of |d activation / d voxel|.
struct StreamTubes {
  std::string stream;
  std::optional<Tube> theoretical, effective;
};
inline constexpr double kTail = 0.025;

/// The tubes of the cell (t, y, x) that an objective of a layer is taken at, in one clip.
/// @param clip  per stream [C,T,H,W] centred.
std::vector<StreamTubes> tubes_of(const Model& model, const optima::Streams& streams,
                                  const optima::Objective& objective,
                                  std::span<const std::int64_t> cell,
                                  const std::vector<at::Tensor>& clip);

/// The box in which all but kTail to either side of |slope| lies; nothing where all is 0.
/// @param slope  [C,T,H,W].
std::optional<Tube> effective_tube(const at::Tensor& slope);

/// Draws the outline of a tube onto the frames that it spans; `of` is the size t y x that the tube
/// counts in.
void draw_tube(const Tube& tube, const std::array<std::int64_t, 3>& of,
               const std::array<std::uint8_t, 3>& color, std::vector<Picture>& frames);

}  // namespace praxiscope::studies
