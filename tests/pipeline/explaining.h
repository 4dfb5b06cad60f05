// What the tests of the whole line share: a small real network, videos that ffmpeg makes, a folder.
#pragma once

#include "praxiscope/error.h"
#include "praxiscope/explain.h"
#include "praxiscope/media.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <nlohmann/json.hpp>
#include <unistd.h>

#include <algorithm>
#include <cmath>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace praxiscope::test {

namespace fs = std::filesystem;
using nlohmann::json;

class Explain : public testing::Test {
 protected:
  void SetUp() override {
    model_ = std::string(PRAXISCOPE_BUILD_DIR) + "/test-models/gap_linear.pt";
    if (!fs::exists(model_))
      GTEST_SKIP() << "no " << model_ << ": made by tools/export/make_test_models.py";
    if (std::system("ffmpeg -version > /dev/null 2>&1") != 0)
      GTEST_SKIP() << "no ffmpeg to make videos with";
    folder_ = fs::path(testing::TempDir()) /
              ("explain" + std::to_string(::getpid()) +
               testing::UnitTest::GetInstance()->current_test_info()->name());
    fs::create_directories(folder_);
  }
  void TearDown() override { fs::remove_all(folder_); }

  std::string path(const std::string& name) const { return (folder_ / name).string(); }

  /// A video with a moving test picture, 25 fps, with sound.
  std::string make_video(const std::string& name, const std::string& size, int frames,
                         const std::string& more = "") const {
    const double seconds = frames / 25.0;
    const std::string command = "ffmpeg -y -loglevel error -f lavfi -i testsrc2=size=" + size +
                                ":rate=25 -f lavfi -i sine=frequency=440 -frames:v " +
                                std::to_string(frames) + " -t " + std::to_string(seconds) + " " +
                                more + " -pix_fmt yuv420p -c:a aac '" + path(name) + "'";
    EXPECT_EQ(std::system(command.c_str()), 0) << command;
    return path(name);
  }

  ExplainOptions options(const std::string& methods, std::vector<std::string> outputs) const {
    ExplainOptions out;
    out.source.model = model_;
    out.source.overrides.preset = "torchvision";
    out.source.overrides.frames = 8;
    out.source.overrides.stride = 1;
    out.source.overrides.fps = "source";
    out.source.overrides.resize = "32x32";
    out.source.overrides.crop = "32x32";
    out.run.device = "cpu";
    out.methods = parse_methods(methods);
    for (const std::string& output : outputs) out.outputs.push_back(path(output));
    return out;
  }

  /// The message of the Error that explaining gives.
  std::string error_of(const ExplainOptions& wish, const std::string& input) {
    try {
      explain(input, wish, progress_);
    } catch (const Error& error) {
      return error.what();
    }
    return "no error";
  }
  json read(const std::string& name) const { return json::parse(std::ifstream(path(name))); }
  std::vector<std::string> files() const {
    std::vector<std::string> names;
    for (const auto& entry : fs::directory_iterator(folder_))
      names.push_back(entry.path().filename().string());
    std::sort(names.begin(), names.end());
    return names;
  }

  std::string model_;
  fs::path folder_;
  Progress progress_;
};

inline std::vector<Frame> decode(const std::string& path) {
  std::vector<Frame> frames;
  const std::unique_ptr<FrameSource> source = open_source(path);
  while (std::optional<Frame> frame = source->next()) frames.push_back(std::move(*frame));
  return frames;
}

inline double mean_difference(const Picture& a, const Picture& b) {
  double sum = 0;
  for (std::size_t i = 0; i < a.rgb.size(); ++i) sum += std::abs(int{a.rgb[i]} - int{b.rgb[i]});
  return sum / static_cast<double>(a.rgb.size());
}

}  // namespace praxiscope::test
