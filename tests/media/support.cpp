#include "media/support.h"

#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <cmath>
#include <cstdio>
#include <cstdlib>
#include <sstream>

namespace praxiscope::testing {
namespace fs = std::filesystem;

TemporaryFolder::TemporaryFolder() {
  std::string name = (fs::temp_directory_path() / "praxiscope-media-XXXXXX").string();
  if (::mkdtemp(name.data()) == nullptr) throw std::runtime_error("mkdtemp " + name);
  folder_ = name;
}

TemporaryFolder::~TemporaryFolder() {
  std::error_code ignored;
  fs::remove_all(folder_, ignored);
}

std::vector<std::string> TemporaryFolder::names() const {
  std::vector<std::string> names;
  for (const auto& entry : fs::directory_iterator(folder_)) {
    names.push_back(entry.path().filename().string());
  }
  std::sort(names.begin(), names.end());
  return names;
}

Ran run(const std::string& command) {
  Ran ran;
  std::FILE* pipe = ::popen((command + " 2>&1").c_str(), "r");
  if (pipe == nullptr) return ran;
  std::array<char, 4096> block{};
  for (std::size_t got = 0; (got = std::fread(block.data(), 1, block.size(), pipe)) > 0;) {
    ran.output.append(block.data(), got);
  }
  const int status = ::pclose(pipe);
  ran.exit_code = WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
  return ran;
}

void ffmpeg(const std::string& arguments) {
  const Ran ran = run("ffmpeg -nostdin -v error -y " + arguments);
  ASSERT_EQ(ran.exit_code, 0) << arguments << "\n" << ran.output;
}

std::vector<std::string> ffprobe_values(const std::string& file, const std::string& stream,
                                        const std::string& entries) {
  const Ran ran = run("ffprobe -v quiet -select_streams " + stream + " -show_entries " + entries +
                      " -of default=nokey=1:noprint_wrappers=1 '" + file + "'");
  EXPECT_EQ(ran.exit_code, 0) << ran.output;
  std::vector<std::string> values;
  std::istringstream lines(ran.output);
  for (std::string line; std::getline(lines, line);) values.push_back(line);
  return values;
}

std::vector<Rational> ffprobe_pts(const std::string& file) {
  const auto base = ffprobe_values(file, "v:0", "stream=time_base");
  long long num = 0, den = 1;
  EXPECT_EQ(std::sscanf(base.at(0).c_str(), "%lld/%lld", &num, &den), 2);
  std::vector<Rational> times;
  for (const std::string& ticks : ffprobe_values(file, "v:0", "frame=best_effort_timestamp")) {
    if (ticks.find_first_not_of("-0123456789") != std::string::npos || ticks.empty()) continue;
    times.push_back(Rational::of(std::stoll(ticks)) * Rational(num, den));
  }
  return times;
}

Color color_at(const Picture& picture, double x, double y) {
  const int column = std::min(picture.width - 1, static_cast<int>(x * picture.width));
  const int row = std::min(picture.height - 1, static_cast<int>(y * picture.height));
  const std::size_t at =
      3 * (static_cast<std::size_t>(row) * static_cast<std::size_t>(picture.width) +
           static_cast<std::size_t>(column));
  return {picture.rgb[at], picture.rgb[at + 1], picture.rgb[at + 2]};
}

::testing::AssertionResult is_near(const Color& found, const Color& expected, int tolerance) {
  for (std::size_t c = 0; c < 3; ++c) {
    if (std::abs(found[c] - expected[c]) > tolerance) {
      return ::testing::AssertionFailure()
             << "found (" << found[0] << ", " << found[1] << ", " << found[2] << "), expected ("
             << expected[0] << ", " << expected[1] << ", " << expected[2] << ") +- " << tolerance;
    }
  }
  return ::testing::AssertionSuccess();
}

std::vector<Frame> read_all(const std::string& input, const MediaLimits& limits) {
  const auto source = open_source(input, {.limits = limits});
  std::vector<Frame> frames;
  while (std::optional<Frame> frame = source->next()) frames.push_back(std::move(*frame));
  return frames;
}

Frame read_first(const std::string& input) { return open_source(input)->next().value(); }

std::string input_error(const std::string& input, const MediaLimits& limits) {
  try {
    read_all(input, limits);
  } catch (const Error& error) {
    EXPECT_EQ(error.kind(), ErrorKind::kInput) << error.what();
    EXPECT_EQ(std::string(error.what()).find('\n'), std::string::npos) << error.what();
    return error.what();
  }
  ADD_FAILURE() << input << " could be read";
  return "";
}

Picture make_picture(int width, int height, int step) {
  Picture picture;
  picture.width = width;
  picture.height = height;
  const int side = std::max(4, width / 5), left = (step * 4) % std::max(1, width - side);
  for (int y = 0; y < height; ++y) {
    for (int x = 0; x < width; ++x) {
      const bool in_square =
          x >= left && x < left + side && y >= height / 3 && y < height / 3 + side;
      picture.rgb.push_back(static_cast<std::uint8_t>(in_square ? 230 : 40 + 150 * x / width));
      picture.rgb.push_back(static_cast<std::uint8_t>(in_square ? 120 : 40 + 150 * y / height));
      picture.rgb.push_back(static_cast<std::uint8_t>(in_square ? 30 : 120));
    }
  }
  return picture;
}

double psnr(const Picture& a, const Picture& b) {
  if (a.rgb.size() != b.rgb.size()) return 0;
  double sum = 0;
  for (std::size_t i = 0; i < a.rgb.size(); ++i) {
    const double d = double(a.rgb[i]) - double(b.rgb[i]);
    sum += d * d;
  }
  return 10 * std::log10(255.0 * 255.0 * static_cast<double>(a.rgb.size()) / std::max(sum, 1e-9));
}

NamedPipe::NamedPipe(const std::string& path, const std::string& command) {
  EXPECT_EQ(::mkfifo(path.c_str(), 0600), 0);
  writer_ = ::popen((command + " > " + path).c_str(), "r");
}

NamedPipe::~NamedPipe() { ::pclose(writer_); }

std::optional<fs::path> find_clips() {
  const char* given = std::getenv("PRAXISCOPE_CLIPS");
  const fs::path folder = given != nullptr
                              ? fs::path(given)
                              : fs::path(PRAXISCOPE_SOURCE_DIR) / ".." / "shared" / "clips";
  std::error_code ignored;
  if (!fs::is_directory(folder, ignored)) return std::nullopt;
  return fs::weakly_canonical(folder, ignored);
}

}  // namespace praxiscope::testing
