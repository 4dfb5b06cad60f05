// Maps that know nothing of the network: a method is worth something only where it beats them.
#pragma once

#include "praxiscope/tensor.h"

#include <cstdint>

namespace praxiscope::studies {

/// A Gaussian around the centre of the picture, sigma a quarter of each side, 1 at the centre.
/// Constant in time: people who film put the subject into the middle of the picture, nothing is
/// known to put the action into the middle of a clip.
/// @return [T,H,W] f32 in (0,1]. @throws Error kInternal for sizes below 1; so do the others.
at::Tensor centre_map(std::int64_t frames, std::int64_t height, std::int64_t width);

/// Independent uniform noise in [0,1), not smoothed: an order by lot, whose insertion and deletion
/// remove everywhere alike. @return [T,H,W] f32, the same for the same seed.
at::Tensor random_map(std::int64_t frames, std::int64_t height, std::int64_t width,
                      std::uint64_t seed);

/// Edges: Sobel's gradient magnitude of the mean of the channels, frame by frame, the border
/// repeated outwards. An edge detector looks like many explanations (Adebayo et al., NeurIPS 2018,
/// fig. 1).
/// @param clip [C,T,H,W], any floating type and device. @return [T,H,W] f32 >= 0 on the CPU.
at::Tensor edge_map(const at::Tensor& clip);

}  // namespace praxiscope::studies
