// The same clip seen a little differently at every step, so that what is found holds for more than
// one pixel: jitter in space and time, scale, rotation, mirrors. One draw for all streams: what
// turns the picture turns its flow.
#pragma once

#include "optima/stream.h"

#include "praxiscope/tensor.h"

#include <ATen/core/Generator.h>

namespace praxiscope::optima {

/// How far a step may differ; all 0 and false: never.
struct ViewSettings {
  double shift = 0;      ///< jitter in space, either way: 0.1 is a tenth of a side
  int shift_frames = 0;  ///< jitter in time, either way
  double scale = 0;      ///< 0.1: from 1/1.1 to 1.1 times as large
  double turn = 0;       ///< degrees, either way
  bool mirror = false;   ///< half of the steps left for right
};

/// One draw.
struct View {
  double right = 0, down = 0;  ///< shares of width and height: streams may differ in size
  std::int64_t later = 0;      ///< frames of a stream `frames` long
  std::int64_t frames = 1;
  double scale = 1, turn = 0;  ///< turn: radians
  bool is_mirrored = false;
};

/// @param frames  of the stream that `later` counts in.
View draw_view(const ViewSettings& settings, std::int64_t frames, at::Generator& generator);

/// [N,C,T,H,W] centred -> the same size, seen that way; differentiable. What comes in at a border
/// repeats the border's voxels: nothing wraps around, in space or in time. Vectors of flow turn and
/// grow with the picture.
at::Tensor seen_from(const View& view, const Stream& stream, const at::Tensor& pictures);

}  // namespace praxiscope::optima
