// FlowPictures: the flow that a stream read, as a picture for every source frame.
#pragma once

#include "render/flow_colors.h"

#include "praxiscope/clip.h"

#include <cstdint>
#include <map>
#include <memory>

namespace praxiscope {

/// Of one input of kind kFlow. Not thread-safe.
class FlowPictures {
 public:
  FlowPictures(const InputSpec& input, FlowColors colors) : input_(input), colors_(colors) {}

  /// The input as a clip has it; ascending clips.
  void add(const ClipInput& input);
  /// The flow at a frame, as large as it: that of the clip frame before it, or of the first one.
  /// Null where there is none. Frames ascend; what lies before is forgotten.
  std::shared_ptr<const Picture> take(const Frame& frame);

 private:
  struct Entry {
    at::Tensor flow;  ///< [2,h,w] px
    PixelMap source_from_clip;
  };
  InputSpec input_;
  FlowColors colors_;
  std::map<std::int64_t, Entry> entries_;  ///< by index in the source
  /// Longest usual vector so far: colours keep their meaning from clip to clip, and widen where
  /// faster motion comes.
  double reach_ = 0;
};

/// Frames of a clip's flow input for a figure's film, as large as `frames` are, by index in the
/// source; see make_film().
std::map<std::int64_t, std::shared_ptr<const Picture>> flow_frames(
    const ClipInput& input, const InputSpec& spec,
    const std::map<std::int64_t, std::shared_ptr<const Picture>>& frames, FlowColors colors);

}  // namespace praxiscope
