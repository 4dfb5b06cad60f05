// Bytes of a file or of standard input for FFmpeg's demuxers, with a look at the first ones. Knows
// no media.
#pragma once

#include "media/ff.h"

#include "praxiscope/progress.h"

#include <sys/types.h>

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

namespace praxiscope {

/// Reads one file descriptor. Files are seekable, pipes are not. Not thread-safe.
///
/// Going through our own reader, instead of giving FFmpeg the name, has two reasons: a name is
/// never taken for a protocol or a pattern, and a demuxer is chosen by what is in the file.
class ByteReader {
 public:
  /// @param path      a file or named pipe; "-" for standard input.
  /// @param progress  asked while a pipe gives nothing: a cancel ends the wait. May be null; must
  ///                  outlive this.
  /// @throws Error kInput, kCancelled.
  explicit ByteReader(const std::string& path, const Progress* progress = nullptr);
  ~ByteReader();
  ByteReader(const ByteReader&) = delete;
  ByteReader& operator=(const ByteReader&) = delete;

  bool is_seekable() const { return size_ >= 0; }
  /// The first bytes (up to 4096); does not consume them.
  const std::vector<std::uint8_t>& head() const { return head_; }
  /// Everything, for formats that cannot be read piecewise.
  /// @throws Error kInput above `most` bytes, kCancelled.
  std::vector<std::uint8_t> read_all(std::size_t most);
  /// For AVFormatContext::pb; owned by this object.
  AVIOContext* io() { return io_; }

 private:
  static int read_packet(void* self, std::uint8_t* out, int size);
  static std::int64_t seek(void* self, std::int64_t offset, int whence);
  int read_some(std::uint8_t* out, int size);
  ssize_t read_pipe(std::uint8_t* out, std::size_t size) const;
  void read_head();
  void make_io();

  std::string path_;
  const Progress* progress_;
  int file_ = -1;
  bool owns_file_ = false;
  std::int64_t size_ = -1;     ///< bytes; -1 when not seekable
  std::int64_t position_ = 0;  ///< of the next byte
  std::vector<std::uint8_t> head_;
  AVIOContext* io_ = nullptr;
};

}  // namespace praxiscope
