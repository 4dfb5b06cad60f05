// Boxes in a clip: their sizes as users write them, and where they stand when they sweep over it.
// Knows numbers only.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace praxiscope::methods {

/// Lengths along time, height and width; absent: left open by whoever wrote it.
using Extent = std::array<std::optional<std::int64_t>, 3>;

/// Reads "4" (frames, whole pictures), "16x16" (px, all frames) or "4x16x16" (frames, px, px).
///
/// @return  nothing for other texts and for lengths below 1.
std::optional<Extent> find_extent(const std::string& text);

/// Cells [begin, begin + size) along time, height and width.
struct Box {
  std::array<std::int64_t, 3> begin{};
  std::array<std::int64_t, 3> size{};
};

/// Boxes of one size that together cover [T,H,W], time slowest. One stands every `stride` from the
/// origin on; the last along each axis is moved back so that it ends with the clip.
///
/// @param clip    T, H, W.
/// @param size    of a box; cut to the clip where it is longer.
/// @param stride  1 or more; not above `size`, or cells stay uncovered.
std::vector<Box> sweep_over(const std::array<std::int64_t, 3>& clip,
                            const std::array<std::int64_t, 3>& size,
                            const std::array<std::int64_t, 3>& stride);

}  // namespace praxiscope::methods
