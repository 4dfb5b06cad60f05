// Sound of an Input, decoded, resampled and encoded anew. Knows nothing of the file it goes to.
#pragma once

#include "media/decoder.h"
#include "media/ff.h"

namespace praxiscope {

/// Encodes mono or stereo; more channels are mixed down. Gaps in the sound are filled with silence,
/// so it stays with the picture. Not thread-safe.
class AudioEncoder {
 public:
  /// @param input  with a sound stream; used until the end.
  /// @param name   "aac", "libopus" or "libvorbis". @throws Error kOutput, kInput.
  AudioEncoder(Input* input, const char* name, bool wants_global_header);

  const AVCodecContext& context() const { return *codec_; }
  /// The next packet, in context().time_base; false at the end.
  bool next(AVPacket* packet);

 private:
  void open_codec(const char* name, bool wants_global_header);
  void build_graph(const AVFrame& first);
  bool feed();

  Input* input_;
  Decoder decoder_;
  CodecPtr codec_;
  FilterGraphPtr graph_;
  AVFilterContext* entry_ = nullptr;  // owned by graph_
  AVFilterContext* exit_ = nullptr;   // owned by graph_
  bool is_drained_ = false;
};

}  // namespace praxiscope
