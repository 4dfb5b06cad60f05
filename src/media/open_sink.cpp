// From the ending of a name to the sink that writes it.
#include "core/text.h"
#include "media/sinks.h"

#include "praxiscope/error.h"

#include <fmt/format.h>

#include <cctype>
#include <filesystem>
#include <vector>

namespace praxiscope {

std::string lower_ending(const std::string& path) {
  std::string ending = std::filesystem::path(path).extension().string();
  for (char& c : ending) c = static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
  return ending;
}

Error output_error(const std::string& path, const std::string& rest) {
  return Error(ErrorKind::kOutput, fmt::format("cannot write {}: {}", in_quotes(path), rest));
}

void check_written_size(const Picture& picture, const FrameSinkOptions& options) {
  const auto bytes =
      static_cast<std::size_t>(picture.width) * static_cast<std::size_t>(picture.height) * 3;
  if (picture.width == options.width && picture.height == options.height &&
      picture.rgb.size() == bytes) {
    return;
  }
  throw Error(ErrorKind::kInternal,
              fmt::format("sink: found a picture of {}x{} px and {} bytes, expected {}x{} px",
                          picture.width, picture.height, picture.rgb.size(), options.width,
                          options.height));
}

std::unique_ptr<FrameSink> open_sink(const std::string& path, const FrameSinkOptions& options) {
  if (options.width <= 0 || options.height <= 0) {
    throw Error(ErrorKind::kInternal, fmt::format("sink: found a size of {}x{} px, expected more",
                                                  options.width, options.height));
  }
  const std::string ending = lower_ending(path);
  if (ending == ".gif") return open_gif_sink(path, options);
  if (ending == ".png") return open_png_sink(path, options);
  const std::vector<std::string> videos = {".mp4", ".mkv", ".mov", ".webm"};
  for (const std::string& video : videos) {
    if (ending == video) return open_video_sink(path, options);
  }
  const std::vector<std::string> all = {".mp4", ".mkv", ".mov", ".webm", ".gif", ".png"};
  throw Error(ErrorKind::kUsage,
              fmt::format("cannot write {}: found the ending {}, expected {}{}", in_quotes(path),
                          in_quotes(ending), fmt::join(all, " "), did_you_mean(ending, all)));
}

void write_png(const std::string& path, const Picture& picture, bool overwrite) {
  FrameSinkOptions options;
  options.width = picture.width;
  options.height = picture.height;
  options.overwrite = overwrite;
  const auto sink = open_png_sink(path, options);
  sink->write(picture, Rational(), Rational::of(1));
  sink->finish();
  sink->publish();
}

}  // namespace praxiscope
