// The sound of a source in the file of a sink: copied where the container can hold it, else encoded
// anew. Knows nothing of pictures.
#pragma once

#include "media/input.h"
#include "media/muxer.h"

#include <deque>
#include <memory>
#include <string>
#include <vector>

namespace praxiscope {

/// What sound a kind of file may hold so that it plays everywhere.
enum class AudioFit {
  kMp4,       ///< aac, mp3; else AAC
  kMov,       ///< those, alac and PCM; else AAC
  kMatroska,  ///< whatever Matroska can
  kWebm,      ///< opus, vorbis; else Opus or Vorbis
};

class AudioEncoder;

/// Reads the first sound stream of a file in step with the video and writes what falls between the
/// video's begin and end. Trouble with the sound never stops the video: it becomes a warning. Not
/// thread-safe.
class AudioTrack {
 public:
  /// Adds the stream to `muxer`, before its header. Null, with a warning where it is worth one,
  /// when there is no sound to be had.
  static std::unique_ptr<AudioTrack> open(const std::string& path, AudioFit fit, Muxer* muxer,
                                          std::vector<std::string>* warnings);
  ~AudioTrack();

  /// Time of the first picture, seconds on the source's clock.
  void set_begin(const Rational& begin) { begin_ = begin; }
  /// Writes packets that begin before `time`. @throws Error kOutput.
  void write_until(const Rational& time);
  /// Writes what begins before `end`, the end of the last picture.
  void finish(const Rational& end);

 private:
  AudioTrack(std::unique_ptr<Input> input, Muxer* muxer, std::vector<std::string>* warnings);
  bool fill_next();
  bool is_before_begin(const AVPacket& packet) const;
  void write_packet(AVPacket* packet, AVRational time_base);

  std::unique_ptr<Input> input_;
  Muxer* muxer_;
  std::vector<std::string>* warnings_;
  AVStream* out_ = nullptr;
  std::unique_ptr<AudioEncoder> encoder_;  ///< null: packets are copied
  PacketPtr next_;
  bool has_next_ = false, is_at_end_ = false;
  Rational begin_;
  std::optional<std::int64_t> last_dts_;
};

}  // namespace praxiscope
