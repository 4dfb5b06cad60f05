// Annotations of a source as volumes of a clip: where and when the truth lies for the pixels that
// the network saw.
#pragma once

#include "studies/annotations/annotations.h"

#include "praxiscope/clip.h"
#include "praxiscope/tensor.h"

#include <optional>

namespace praxiscope::studies {

/// The truth of one clip input, on the CPU.
struct Truth {
  at::Tensor volume;        ///< [T,H,W] bool at the clip's size
  at::Tensor is_annotated;  ///< [T] bool: frames of which it is known where, also "nowhere"
  /// [T] bool: frames that lie in an interval [begin, end); nothing when no interval is known.
  std::optional<at::Tensor> is_action;
  /// [T] f64: seconds to the nearest interval, 0 inside. There when is_action is.
  std::optional<at::Tensor> action_distance_s;

  /// Whether an annotated frame has truth that the clip shows.
  bool has_place() const;
};

/// A clip's pixel is true where its centre, carried to the source, lies inside a shape; edges of a
/// box: [begin, end). A box so small that it holds no centre gives the pixel that its own centre
/// lies in. What the crop cuts off is not there: such a frame is annotated, without truth. Frames
/// repeated as padding have the truth of the frame they repeat.
Truth truth_of(const InputTruth& known, const ClipInput& input);

}  // namespace praxiscope::studies
