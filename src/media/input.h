// Opens a container and gives the packets of one of its streams. Knows containers, not decoding.
#pragma once

#include "media/byte_reader.h"
#include "media/ff.h"

#include "praxiscope/error.h"
#include "praxiscope/media.h"

#include <memory>
#include <string>

namespace praxiscope {

/// One stream of one input. Not thread-safe.
class Input {
 public:
  /// @param name    for messages; what FFmpeg opens when there are no bytes (a URL).
  /// @param bytes   of the file or of standard input; null for a URL.
  /// @param stream  AVMEDIA_TYPE_VIDEO or AVMEDIA_TYPE_AUDIO; cover art is not video.
  /// @param progress  its cancel ends waiting for the network. May be null; must outlive this.
  /// A missing sound stream is no error: has_stream() tells.
  /// @throws Error kInput naming what was found: nothing, text, sound only, an absurd size, ...;
  /// kCancelled.
  Input(const std::string& name, std::unique_ptr<ByteReader> bytes, AVMediaType stream,
        const MediaLimits& limits, const Progress* progress = nullptr);

  const std::string& name() const { return name_; }
  AVFormatContext& format() { return *format_; }
  bool has_stream() const { return stream_ != nullptr; }
  AVStream& stream() { return *stream_; }
  const AVStream& stream() const { return *stream_; }
  /// "mov,mp4,m4a,3gp,3g2,mj2", "gif", "jpeg_pipe", ...
  std::string container() const { return format_->iformat->name; }
  /// A container that holds pictures rather than video.
  bool is_picture_container() const;
  bool is_file() const { return bytes_ != nullptr && bytes_->is_seekable(); }
  bool has_audio() const;
  /// A pipe, or a URL that does not say how long it is.
  bool is_live() const;

  /// The stream's next packet; false at the end. Read errors do not throw: what was read before
  /// them counts, and damage() tells. @throws Error kCancelled.
  bool read(AVPacket* packet);
  /// What went wrong while reading, or "".
  const std::string& damage() const { return damage_; }

  /// What to say when not one frame came out of this input.
  /// @param reason  the decoder's words, may be empty.
  Error no_frames_error(const std::string& reason) const;

 private:
  void open_format();
  void find_stream(AVMediaType type);
  void check_size(const MediaLimits& limits) const;
  void check_cancelled() const;

  std::string name_;
  const Progress* progress_;
  std::unique_ptr<ByteReader> bytes_;  // before format_, which reads through it until it is closed
  InputFormatPtr format_;
  AVStream* stream_ = nullptr;
  std::string damage_;
  int errors_in_a_row_ = 0;
};

/// @throws Error kInput "found WxH px, expected at most ..." when a picture exceeds the limits.
void check_picture_size(const std::string& name, std::int64_t width, std::int64_t height,
                        const MediaLimits& limits);

}  // namespace praxiscope
