// Flow: from pictures of a video to what a network's flow input reads. Knows no clips.
#pragma once

#include "clip/flow_cache.h"

#include "praxiscope/clip.h"

#include <string>
#include <utility>
#include <vector>

namespace praxiscope {

/// [H,W] u8 on `device`: luma (BT.601, as OpenCV's gray) of the resized, not cropped picture in
/// whole bytes.
at::Tensor gray_picture(const Picture& picture, const Preparation& preparation,
                        const std::string& device);

/// Computes flow, or finds it in the cache. Not thread-safe.
class FlowEngine {
 public:
  /// @throws Error kOutput for a cache that cannot be made.
  FlowEngine(FlowAlgorithm algorithm, const std::string& cache);

  /// @param pairs  gray pictures as gray_picture() gives them, all of one size.
  /// @return a pair's flow each, [2,H,W] f32 px right and down, on the pictures' device.
  /// @throws Error kInput (too small), kOutput (cache).
  std::vector<at::Tensor> between(
      const std::vector<std::pair<at::Tensor, at::Tensor>>& pairs) const;

 private:
  std::vector<at::Tensor> compute(
      const std::vector<std::pair<at::Tensor, at::Tensor>>& pairs) const;

  FlowAlgorithm algorithm_;
  FlowCache cache_;
};

/// Flow of a whole picture, however large its field is -> of the resized picture: px there.
/// @param field  [2,h,w] px of its own pixels.
at::Tensor resized_flow(const at::Tensor& field, const Size& size, const InputSpec& input);

/// Flow of the resized picture [2,H,W] px -> what the network reads: crop (no motion outside),
/// bound, range, mean, std, order of channels.
PreparedPicture prepare_flow(const at::Tensor& flow, const Size& source, const InputSpec& input,
                             const std::string& device);

}  // namespace praxiscope
