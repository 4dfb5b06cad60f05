// The kinds of sinks behind open_sink(). Knows how to choose one, not how they work.
#pragma once

#include "media/ff.h"

#include "praxiscope/error.h"
#include "praxiscope/media.h"

#include <memory>
#include <string>

namespace praxiscope {

/// .mp4 .mov .mkv .webm. @throws Error kOutput.
std::unique_ptr<FrameSink> open_video_sink(const std::string& path,
                                           const FrameSinkOptions& options);
std::unique_ptr<FrameSink> open_gif_sink(const std::string& path, const FrameSinkOptions& options);
std::unique_ptr<FrameSink> open_png_sink(const std::string& path, const FrameSinkOptions& options);

/// ".mp4" of "a/B.MP4".
std::string lower_ending(const std::string& path);

/// `cannot write "x.mp4": rest`.
Error output_error(const std::string& path, const std::string& rest);

/// @throws Error kInternal when the picture is not of the size promised at opening.
void check_written_size(const Picture& picture, const FrameSinkOptions& options);

}  // namespace praxiscope
