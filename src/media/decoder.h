// Packets of one stream to frames. Knows codecs, not colours.
#pragma once

#include "media/input.h"

#include <atomic>
#include <string>

namespace praxiscope {

struct DecoderOptions {
  MediaLimits limits;
  int threads = 2;  ///< inside the decoder, 1 or 2; pictures come out the same
  /// Only time stamps are wanted: leave out what changes pixels but not frames.
  bool skips_filters = false;
};

/// Decodes the stream of an Input to its end. Not thread-safe.
class Decoder {
 public:
  /// @throws Error kInput when FFmpeg has no decoder for the stream.
  Decoder(Input* input, const DecoderOptions& options);

  /// The next frame in presentation order, or null at the end. What cannot be decoded is passed
  /// over; damage() tells.
  FramePtr next();
  /// Why something could not be decoded, or "". The first reason stays.
  const std::string& damage() const { return damage_.empty() ? input_->damage() : damage_; }

 private:
  void send_packet();
  void note_damage(const std::string& reason);

  Input* input_;
  CodecPtr codec_;
  PacketPtr packet_;
  bool is_draining_ = false;
  bool is_done_ = false;
  int errors_in_a_row_ = 0;
  std::string damage_;
  std::atomic<bool> has_complained_ = false;
};

}  // namespace praxiscope
