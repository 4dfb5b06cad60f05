// Both streams of a clip side by side in motion, and a unit's activations over both of them.
#pragma once

#include "praxiscope/clip.h"
#include "praxiscope/figure.h"
#include "praxiscope/preparation.h"
#include "praxiscope/tensor.h"

#include <vector>

namespace praxiscope::studies {

/// Stream 1 at the left, stream 2 at the right, at the times of the one with more frames; the
/// other one shows its frame that is nearest in time. Flow as colours, see seen_frames(). Adds one
/// picture a frame to `stored`. Of a clip of one still picture one frame is shown.
FigureFilm make_stream_film(const Clip& clip, const std::vector<InputSpec>& specs,
                            std::vector<FigurePicture>& stored);

/// The same volume over both halves of the film's pictures, interpolated linearly in time and
/// space; nothing between them.
/// @param volume  [T',H',W'] of one unit, raw, on any device; its cells tile the clip evenly.
FigureMap make_stream_map(const Clip& clip, const at::Tensor& volume);

}  // namespace praxiscope::studies
