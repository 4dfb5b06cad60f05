// The kinds of sources behind open_source(). Knows how to choose one, not how they work.
#pragma once

#include "media/byte_reader.h"
#include "media/converter.h"

#include "praxiscope/media.h"

#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace praxiscope {

struct SourceOptions {
  MediaLimits limits;
  bool with_pictures = true;      ///< false: frames carry times only, no picture
  std::optional<PixelSize> size;  ///< deliver pictures of this size instead of the source's own
  int threads = 2;                ///< inside the decoder
  const Progress* progress = nullptr;  ///< see FrameSourceOptions
};

/// A file, pipe or URL through FFmpeg. @throws Error kInput.
/// @param bytes  null for a URL.
std::unique_ptr<FrameSource> open_stream(const std::string& input,
                                         std::unique_ptr<ByteReader> bytes,
                                         const SourceOptions& options);

/// An animated WebP, held in memory as a file. @throws Error kInput.
std::unique_ptr<FrameSource> open_animated_webp(const std::string& input,
                                                std::unique_ptr<ByteReader> bytes,
                                                const SourceOptions& options);

/// Picture files one after the other, 25 a second. @throws Error kInput.
/// @param name   for messages and MediaInfo::path.
/// @param files  in order, at least one.
std::unique_ptr<FrameSource> open_sequence(const std::string& name, std::vector<std::string> files,
                                           const SourceOptions& options);

/// One file or standard input ("-"), chosen by its content: open_stream() or open_animated_webp().
std::unique_ptr<FrameSource> open_file(const std::string& input, const SourceOptions& options);

/// Everything open_source() takes.
std::unique_ptr<FrameSource> open_any(const std::string& input, const SourceOptions& options);

}  // namespace praxiscope
