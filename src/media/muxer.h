// Packets into a container file that appears only when complete. Knows containers, not encoding.
#pragma once

#include "core/atomic_file.h"
#include "media/ff.h"

#include "praxiscope/media.h"

#include <string>

namespace praxiscope {

/// One output file. Not thread-safe.
class Muxer {
 public:
  /// @param format  FFmpeg's name ("mp4", "matroska"). @throws Error kOutput.
  Muxer(const std::string& path, const char* format, const FrameSinkOptions& options);
  ~Muxer();

  AVFormatContext& format() { return *format_; }
  /// @param like  the encoder, or null when the caller fills codecpar itself.
  AVStream& add_stream(const AVCodecContext* like);
  /// After all streams are there. @throws Error kOutput.
  void write_header(AVDictionary** options);
  /// Takes the packet's content. Time stamps in the stream's time base, as it is after
  /// write_header(). @throws Error kOutput, a full disk among others.
  void write(AVPacket* packet);
  /// Completes and closes the temporary file. @throws Error kOutput.
  void finish();
  void publish();
  const std::string& path() const { return file_.path(); }

 private:
  void check(int code);
  void drop_waiting_packets() noexcept;
  void close_file() noexcept;

  AtomicFile file_;  // first: outlives the writers, and removes what they leave
  OutputFormatPtr format_;
  bool has_header_ = false;
  bool is_ended_ = false;  ///< its trailer was written, or failed to be
};

}  // namespace praxiscope
