// Clip: the frames one forward pass sees. clip takes Frames and gives Clips.
#pragma once

#include "praxiscope/frame.h"
#include "praxiscope/preparation.h"
#include "praxiscope/tensor.h"

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace praxiscope {

/// Pixel coordinates of a clip volume -> source picture; continuous, pixel i spans [i, i+1).
///   x_source = scale_x * x_clip + offset_x
struct PixelMap {
  double scale_x = 1, offset_x = 0;
  double scale_y = 1, offset_y = 0;
};

/// A frame of a clip: which source frame it is.
struct ClipFrame {
  std::int64_t source_index = 0;
  Rational pts;             ///< seconds, the source frame's own
  bool is_padding = false;  ///< repeated because the video was too short
};

/// One input of a clip.
struct ClipInput {
  std::string name;
  at::Tensor tensor;              ///< [C,T,H,W] f32, prepared, on the run's device
  std::vector<ClipFrame> frames;  ///< T entries
  PixelMap source_from_clip;
  Size source_size;  ///< px of the source picture
};

struct Clip {
  std::int64_t index = 0;         ///< 0-based in the order of time
  std::vector<ClipInput> inputs;  ///< in the manifest's order
  std::int64_t source_begin = 0;  ///< source frames covered: [begin, end)
  std::int64_t source_end = 0;
};

/// Which clips are cut from a source.
struct ClipSampling {
  enum class Kind { kSliding, kCenter, kUniform };
  Kind kind = Kind::kSliding;
  int count = 1;           ///< clips, for kUniform
  std::optional<int> hop;  ///< (resampled) frames between clip starts, for kSliding; absent: half
                           ///< the clip's span, at least 1
};

/// "sliding"; "center": one clip in the middle; "uniform:N": N clips from the first to the last
/// possible start, equal ones once. @throws Error kUsage.
ClipSampling parse_sampling(const std::string& text);

/// Cuts a stream of frames into prepared clips, in constant memory: every frame is prepared once,
/// even where clips overlap.
///
/// Sliding: clips begin every `hop` frames; one more clip ends at the last frame when the hop
/// leaves a rest. A source shorter than one clip gives one clip whose missing frames repeat the
/// last one (recorded as is_padding). With `fps`, clip frame k takes the source frame that is on
/// screen at start + k / fps. Inputs of different length and stride share the same window: the
/// longest span decides, the others lie centred in it, on the grid of the strides' common divisor
/// so that pathways share frames. Not thread-safe.
class ClipCutter {
 public:
  virtual ~ClipCutter() = default;
  /// Clips that are complete now (usually none or one).
  virtual std::vector<Clip> push(const Frame& frame) = 0;
  /// The last clips. Call once.
  virtual std::vector<Clip> finish() = 0;
  /// No clip still to come contains a source frame before this index: what lies before can be shown
  /// and forgotten. Grows with push(), also through stretches that no clip covers; after finish():
  /// the largest index there is.
  virtual std::int64_t next_begin() const = 0;
  /// Warnings since the last call, oldest first.
  virtual std::vector<std::string> take_warnings() = 0;
};

/// Where the flow of a source comes from, for inputs of kind kFlow.
struct FlowFiles {
  /// Empty: flow is computed. Else a folder of .flo files or of x/y picture pairs, or a video or
  /// GIF whose red is x and green y; its n-th field belongs to the n-th source frame. One field
  /// less than frames is usual: the last is repeated.
  std::string path;
  /// Folder in which computed flow is kept as .flo files, named by what the two pictures show; made
  /// when it is missing. Empty: none.
  std::string cache;
};

/// `all_pts`: times of all source frames, needed for kCenter and kUniform (media.h: read_pts), else
/// empty. `device`: "cpu", "cuda", "cuda:1".
/// Flow is computed once a pair of frames, for the pairs that clips show; the last frame of a
/// source has the flow of the frame before, a still picture none. push() and finish() throw Error
/// kInput for frames that go back in time or change their size, and for flow files that end early
/// or differ in size.
/// @throws Error kUsage (sampling), kModel (inputs of different fps, senseless numbers), kInput
/// (flow files), kOutput (cache).
std::unique_ptr<ClipCutter> make_clip_cutter(const std::vector<InputSpec>& inputs,
                                             const ClipSampling& sampling,
                                             const std::vector<Rational>& all_pts,
                                             const std::string& device, const FlowFiles& flow = {});

/// One picture prepared: [C,h,w] f32 on `device`, and where its pixels lie in the picture.
struct PreparedPicture {
  at::Tensor tensor;
  PixelMap source_from_clip;
};
/// Source of the rules: torchvision.transforms.v2.functional.resize (align_corners=False; antialias
/// flag), pytorchvideo ShortSideScale.
PreparedPicture prepare_picture(const Picture& picture, const Preparation& preparation,
                                const std::string& device);

/// What the network sees as a picture again: undoes range, mean, std and channel order, and cuts
/// off what no byte can hold. Resize and crop stay.
/// @param frame  [3,h,w], any floating type and device, prepared as `preparation` says.
Picture seen_picture(const at::Tensor& frame, const Preparation& preparation);

/// The same of a flow input: undoes range, mean, std and channel order.
/// @param frame  [2,h,w] of an input of kind kFlow, any floating type and device.
/// @return [2,h,w] f32 on the CPU: px right and down until the next frame, within the bound.
at::Tensor seen_flow(const at::Tensor& frame, const InputSpec& input);

}  // namespace praxiscope
