// RGB pictures to packets of H.264 or VP9. Knows codecs, not containers.
#pragma once

#include "media/ff.h"

#include "praxiscope/media.h"

#include <functional>
#include <map>
#include <optional>

namespace praxiscope {

struct VideoEncoderOptions {
  int width = 0, height = 0;  ///< px of the pictures; the video gets even sizes
  AVRational time_base{1, 1000};
  AVRational frame_rate{25, 1};  ///< nominal
  bool is_webm = false;          ///< VP9 or VP8 instead of H.264
  bool wants_global_header = false;
  int threads = 2;  ///< 1 or 2
};

/// Encodes 8-bit 4:2:0, BT.709, limited range. Odd sizes are padded by repeating the last column or
/// row, because players that show 4:4:4 are few and H.264 cannot crop 4:2:0 to odd sizes. At most
/// two threads: more would change the bytes from machine to machine. Not thread-safe.
class VideoEncoder {
 public:
  /// @throws Error kOutput when FFmpeg has no encoder for it.
  explicit VideoEncoder(const VideoEncoderOptions& options);

  const AVCodecContext& context() const { return *codec_; }

  /// Packets come in order of decoding, their time stamps in context().time_base.
  using TakePacket = std::function<void(AVPacket*)>;
  /// @param ticks, duration  in time_base; ticks ascend.
  void encode(const Picture& picture, std::int64_t ticks, std::int64_t duration,
              const TakePacket& take);
  /// Gives what the encoder still holds.
  void finish(const TakePacket& take);

 private:
  bool open(const char* name, const VideoEncoderOptions& options);
  void make_scaler();
  void fill_frame(const Picture& picture);
  void drain(const TakePacket& take);

  int width_, height_;  ///< even
  CodecPtr codec_;
  ScalerPtr scaler_;
  FramePtr frame_;
  PacketPtr packet_;
  std::vector<std::uint8_t> padded_;
  std::map<std::int64_t, std::int64_t> durations_;  ///< of the frames inside the encoder, by pts
};

}  // namespace praxiscope
