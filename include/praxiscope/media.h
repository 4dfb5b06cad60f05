// Media: files, pipes and image sequences in, Frames out; Pictures in, files out. FFmpeg lives
// behind this header.
#pragma once

#include "praxiscope/frame.h"
#include "praxiscope/progress.h"

#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace praxiscope {

/// What is known of a source before (and apart from) decoding all of it.
struct MediaInfo {
  std::string path;          ///< as given; "-" for standard input
  std::string container;     ///< "mov,mp4,m4a,3gp,3g2,mj2", "gif", "image2", ...
  std::string codec;         ///< "h264", ...
  std::string pixel_format;  ///< "yuv420p10le", ...
  int coded_width = 0;       ///< px as stored
  int coded_height = 0;      ///< px as stored
  int width = 0;             ///< px as delivered: rotated upright, square pixels
  int height = 0;            ///< px as delivered
  int rotation_deg = 0;      ///< clockwise turn that was needed: 0, 90, 180, 270
  bool is_mirrored = false;  ///< EXIF or display matrix asked for a flip as well
  Rational sample_aspect{1, 1};
  std::string color;                   ///< "bt709 limited", "bt2020 PQ limited -> SDR", ...
  std::optional<Rational> frame_rate;  ///< average, frames per second; absent for single images
  Rational time_base{1, 1};            ///< the stream's own tick, seconds
  std::optional<Rational> duration;    ///< seconds, the container's word
  std::optional<std::int64_t> frame_count_from_header;  ///< may be wrong; the truth is in decoding
  bool has_audio = false;
  bool is_still = false;  ///< one picture, not a video
  bool is_live = false;   ///< a pipe or a stream without end: passes once, cannot be opened again
};

/// Limits against files that claim absurd sizes.
struct MediaLimits {
  int max_side_px = 16384;
  std::int64_t max_pixels = 64LL * 1024 * 1024;
};

struct FrameSourceOptions {
  MediaLimits limits;
  int threads = 2;  ///< inside the decoder, 1 or 2: two keep ahead of any network
  /// Asked while no byte comes from a pipe or the network: its cancel() ends the wait with
  /// kCancelled. May be null; must outlive the source.
  const Progress* progress = nullptr;
};

/// Gives the frames of one source in presentation order, one at a time, in constant memory. Not
/// thread-safe.
class FrameSource {
 public:
  virtual ~FrameSource() = default;
  virtual const MediaInfo& info() const = 0;
  /// The next frame, or nothing at the end. A damaged file gives what comes before the damage (and
  /// after it, where the decoder recovers) and a warning.
  /// @throws Error kInput when not a single frame can be decoded.
  virtual std::optional<Frame> next() = 0;
  /// Warnings since the last call, oldest first.
  virtual std::vector<std::string> take_warnings() = 0;
};

/// Opens anything FFmpeg reads: a file, "-" (standard input), "img_%05d.jpg", a folder of images
/// (natural order), an animated GIF/WebP/APNG, a single image.
/// @throws Error kInput: missing, empty, not media, no video stream, absurd size; kCancelled.
std::unique_ptr<FrameSource> open_source(const std::string& input,
                                         const FrameSourceOptions& options = {});

/// Presentation times of all frames of a source, found by decoding it once without keeping
/// pictures: packets would be cheaper, but which of them become frames only the decoder knows.
/// Advances `progress` by one a frame.
/// @throws Error kInput, kCancelled, kUsage for what is_live.
std::vector<Rational> read_pts(const std::string& input, Progress& progress,
                               const FrameSourceOptions& options = {});

/// What an INPUT argument of a command stands for, one name for open_source() each:
/// - a folder: its media and those below it, in natural order. Pictures and nothing else, two or
///   more, are one sequence: the folder stands for itself (.gif and .apng count as videos);
/// - a list (.txt): the first words of each line, relative to the list's folder, in its order; what
///   follows a name is a label; # begins a comment;
/// - a glob: the media and folders that fit, in natural order;
/// - anything else: itself, also what is not there; open_source() says what is wrong with it.
/// @throws Error kInput when a folder, list or glob holds nothing, or cannot be read.
std::vector<std::string> find_media(const std::string& input);

/// A medium and what a list says of it.
struct ListedMedium {
  std::string name;
  std::string label;  ///< as it stands behind the name; empty: nothing does
};
/// The same media with their labels. @throws Error like find_media().
std::vector<ListedMedium> find_listed_media(const std::string& input);

struct FrameSinkOptions {
  int width = 0;   ///< px of every picture; odd sizes are handled (padded by one repeated row or
                   ///< column where 4:2:0 demands it)
  int height = 0;  ///< px
  std::optional<Rational>
      frame_rate;               ///< the source's average, for containers that want a nominal rate
  Rational time_base{1, 1000};  ///< tick of the source's time stamps, seconds
  std::string audio_from;  ///< a path whose first audio stream is copied when the container allows
                           ///< it; re-encoded when not; empty for none
  bool overwrite = false;  ///< replace an existing file
  int threads = 2;         ///< inside the encoder, 1 or 2: the bytes depend on it
  /// Written into the container where it can hold text ("title", "comment"); provenance goes here.
  std::map<std::string, std::string> metadata;
};

/// Writes one video, animation or picture. finish() completes a temporary file, publish() gives it
/// its name, so that several outputs can appear together; destroyed before that, it leaves nothing.
/// Not thread-safe.
class FrameSink {
 public:
  virtual ~FrameSink() = default;
  /// Pictures in order of pts (seconds), all of the size given at opening. @throws Error kOutput.
  virtual void write(const Picture& picture, const Rational& pts, const Rational& duration) = 0;
  /// Encodes what is left and closes the temporary file. No write() after it. @throws Error
  /// kOutput, also when no picture came.
  virtual void finish() = 0;
  /// Renames the finished file to its name. @throws Error kOutput.
  virtual void publish() = 0;
  /// E.g. "audio: codec opus does not fit mp4, re-encoded as AAC".
  virtual std::vector<std::string> take_warnings() = 0;
};

/// A sink by the ending of the path: .mp4 .mkv .mov (H.264), .webm (VP9), .gif, .png (exactly one
/// picture); yuv420p, faststart, BT.709 tagged; size, rate and time stamps kept as far as the
/// container can: exact in .mp4 and .mov, milliseconds in .mkv and .webm, hundredths from 0 in .gif
/// (which drops frames closer than 0.02 s).
/// @throws Error kUsage for other endings, kOutput when the file exists and overwrite is false, or
/// the folder cannot be written.
std::unique_ptr<FrameSink> open_sink(const std::string& path, const FrameSinkOptions& options);

/// Writes one PNG (8-bit RGB) at once: open_sink, write, finish, publish. @throws Error kOutput.
void write_png(const std::string& path, const Picture& picture, bool overwrite);

}  // namespace praxiscope
