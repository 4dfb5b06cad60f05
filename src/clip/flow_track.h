// FlowTrack: fields from files in step with the frames of the video they belong to.
#pragma once

#include "clip/flow_files.h"

#include "praxiscope/frame.h"
#include "praxiscope/preparation.h"

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

namespace praxiscope {

/// Not thread-safe.
class FlowTrack {
 public:
  /// @throws Error kInput, see open_flow().
  explicit FlowTrack(const std::string& path);

  /// Goes on to the next frame's field; the last frame has that of the one before.
  /// @throws Error kInput when fields end earlier, or one has another size than the first.
  void advance(const Frame& frame);
  /// The frame's flow over the whole picture, px of the field's own pixels. [2,h,w]
  at::Tensor flow(const InputSpec& input) const;
  /// The frames have ended: whether the fields did, too.
  void finish();
  std::vector<std::string> take_warnings();

 private:
  void compare_shape(const Frame& frame);

  std::string path_;
  std::unique_ptr<FlowReader> reader_;
  FlowField field_;
  std::int64_t fields_ = 0, frames_ = 0;
  std::vector<std::string> warnings_;
};

}  // namespace praxiscope
