// Sources made of numbers for the tests of clip.
#pragma once

#include "praxiscope/clip.h"
#include "praxiscope/error.h"

#include <gmock/gmock.h>

#include <cstdint>
#include <filesystem>
#include <functional>
#include <memory>
#include <string>
#include <vector>

namespace praxiscope::test {

inline void expect_error(const std::function<void()>& action, ErrorKind kind,
                         const std::string& part) {
  try {
    action();
    FAIL() << "no error";
  } catch (const Error& error) {
    EXPECT_EQ(error.kind(), kind);
    EXPECT_THAT(error.what(), testing::HasSubstr(part));
  }
}

/// A folder of its own for each test.
class InFolder : public testing::Test {
 protected:
  void SetUp() override {
    const testing::TestInfo* test = testing::UnitTest::GetInstance()->current_test_info();
    folder_ = std::filesystem::temp_directory_path() /
              (std::string("praxiscope_") + test->test_suite_name() + test->name());
    std::filesystem::remove_all(folder_);
    std::filesystem::create_directories(folder_);
  }
  void TearDown() override { std::filesystem::remove_all(folder_); }

  std::string path(const std::string& name) const { return (folder_ / name).string(); }

  std::filesystem::path folder_;
};

/// A picture of one gray value.
inline std::shared_ptr<const Picture> gray(int width, int height, std::uint8_t value) {
  auto out = std::make_shared<Picture>();
  out->width = width;
  out->height = height;
  out->rgb.assign(static_cast<std::size_t>(width) * height * 3, value);
  return out;
}

/// Frame i has the gray value i (mod 256) and the given time.
inline Frame frame_at(std::int64_t index, Rational pts, Rational duration) {
  Frame out;
  out.picture = gray(8, 6, static_cast<std::uint8_t>(index));
  out.index = index;
  out.pts = pts;
  out.duration = duration;
  return out;
}

inline std::vector<Frame> constant_rate(std::int64_t count, Rational fps, Rational begin = {}) {
  std::vector<Frame> out;
  for (std::int64_t i = 0; i < count; ++i) {
    out.push_back(frame_at(i, begin + Rational::of(i) / fps, fps.inverse()));
  }
  return out;
}

inline std::vector<Rational> times_of(const std::vector<Frame>& frames) {
  std::vector<Rational> out;
  for (const Frame& frame : frames) out.push_back(frame.pts);
  return out;
}

/// One input without resize, bytes kept as 0..255.
inline InputSpec raw_input(int frames, int stride, std::optional<Rational> fps = {}) {
  InputSpec out;
  out.frames = frames;
  out.stride = stride;
  out.fps = fps;
  out.preparation.range = {0, 255};
  return out;
}

inline std::vector<Clip> cut_all(const std::vector<Frame>& frames,
                                 const std::vector<InputSpec>& inputs, const std::string& sampling,
                                 std::optional<int> hop = {}) {
  ClipSampling wish = parse_sampling(sampling);
  wish.hop = hop;
  const auto cutter = make_clip_cutter(inputs, wish, times_of(frames), "cpu");
  std::vector<Clip> out;
  for (const Frame& frame : frames) {
    for (Clip& clip : cutter->push(frame)) out.push_back(std::move(clip));
  }
  for (Clip& clip : cutter->finish()) out.push_back(std::move(clip));
  return out;
}

inline std::vector<std::int64_t> indices(const Clip& clip, std::size_t input = 0) {
  std::vector<std::int64_t> out;
  for (const ClipFrame& frame : clip.inputs[input].frames) out.push_back(frame.source_index);
  return out;
}

inline std::vector<std::vector<std::int64_t>> all_indices(const std::vector<Clip>& clips) {
  std::vector<std::vector<std::int64_t>> out;
  for (const Clip& clip : clips) out.push_back(indices(clip));
  return out;
}

}  // namespace praxiscope::test
