// What the media tests share: FFmpeg's command line as independent evidence, temporary folders,
// pictures to write.
#pragma once

#include "praxiscope/error.h"
#include "praxiscope/media.h"

#include <gtest/gtest.h>

#include <array>
#include <cstdio>
#include <filesystem>
#include <optional>
#include <string>
#include <vector>

namespace praxiscope::testing {

/// A folder that is removed at the end of the test.
class TemporaryFolder {
 public:
  TemporaryFolder();
  ~TemporaryFolder();
  std::string path(const std::string& name) const { return (folder_ / name).string(); }
  std::vector<std::string> names() const;

 private:
  std::filesystem::path folder_;
};

struct Ran {
  int exit_code = -1;
  std::string output;  ///< stdout and, where `merged`, stderr
};

/// Runs a shell command.
Ran run(const std::string& command);
/// ffmpeg -v error -y ARGUMENTS; fails the test when it fails.
void ffmpeg(const std::string& arguments);
/// ffprobe's answer, one value a line, e.g. ffprobe_values("x.mp4", "v:0", "stream=codec_name").
std::vector<std::string> ffprobe_values(const std::string& file, const std::string& stream,
                                        const std::string& entries);
/// Presentation times of all frames as exact fractions: ffprobe's ticks times its time base.
std::vector<Rational> ffprobe_pts(const std::string& file);

using Color = std::array<int, 3>;
/// The pixel at a place given in parts of width and height.
Color color_at(const Picture& picture, double x, double y);
::testing::AssertionResult is_near(const Color& found, const Color& expected, int tolerance);

std::vector<Frame> read_all(const std::string& input, const MediaLimits& limits = {});
Frame read_first(const std::string& input);
/// The message of the Error that opening and reading throws; checks its kind.
std::string input_error(const std::string& input, const MediaLimits& limits = {});

/// A picture that is different at every place and time: a diagonal gradient and a moving square.
Picture make_picture(int width, int height, int step);
double psnr(const Picture& a, const Picture& b);

/// A named pipe into which a shell command writes.
class NamedPipe {
 public:
  NamedPipe(const std::string& path, const std::string& command);
  ~NamedPipe();
  NamedPipe(const NamedPipe&) = delete;
  NamedPipe& operator=(const NamedPipe&) = delete;

 private:
  std::FILE* writer_;
};

/// The folder of real clips, or nothing.
std::optional<std::filesystem::path> find_clips();

}  // namespace praxiscope::testing
