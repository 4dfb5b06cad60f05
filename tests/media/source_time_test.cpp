// Every frame has its exact time, whatever the container does.
#include "media/pts_clock.h"
#include "media/support.h"

#include <algorithm>

namespace praxiscope::testing {
namespace {

std::vector<Rational> pts_of(const std::vector<Frame>& frames) {
  std::vector<Rational> times;
  for (const Frame& frame : frames) times.push_back(frame.pts);
  return times;
}

void expect_ffprobe_times(const std::string& file) {
  SCOPED_TRACE(file);
  const std::vector<Frame> frames = read_all(file);
  EXPECT_EQ(pts_of(frames), ffprobe_pts(file));
  Progress progress;
  EXPECT_EQ(read_pts(file, progress), pts_of(frames));
  for (std::size_t i = 0; i < frames.size(); ++i) {
    EXPECT_EQ(frames[i].index, static_cast<std::int64_t>(i));
    EXPECT_GT(frames[i].duration, Rational());
    if (i + 1 < frames.size()) {
      EXPECT_EQ(frames[i].pts + frames[i].duration, frames[i + 1].pts);
    }
  }
}

TEST(SourceTime, ConstantRatesInEveryContainer) {
  const TemporaryFolder folder;
  const std::vector<std::pair<const char*, const char*>> kinds = {
      {"mp4", "25"}, {"mov", "30000/1001"}, {"mkv", "60"}, {"ts", "25"}, {"webm", "30000/1001"}};
  for (const auto& [ending, rate] : kinds) {
    const std::string file = folder.path(std::string("rate.") + ending);
    const std::string codec = std::string(ending) == "webm" ? "libvpx -b:v 200k" : "libx264";
    ffmpeg(std::string("-f lavfi -i testsrc2=s=64x48:d=0.4:r=") + rate + " -c:v " + codec +
           " -pix_fmt yuv420p " + file);
    expect_ffprobe_times(file);
  }
}

TEST(SourceTime, AviHasNoTimesOfItsOwn) {
  const TemporaryFolder folder;
  const std::string file = folder.path("clip.avi");
  ffmpeg("-f lavfi -i testsrc2=s=64x48:d=1:r=30000/1001 -c:v mpeg4 " + file);
  const std::vector<Frame> frames = read_all(file);
  ASSERT_EQ(frames.size(), 30u);
  for (std::size_t i = 0; i < frames.size(); ++i) {
    EXPECT_EQ(frames[i].pts, Rational(static_cast<std::int64_t>(i) * 1001, 30000));
  }
}

TEST(SourceTime, NtscRateStaysAFraction) {
  const TemporaryFolder folder;
  const std::string file = folder.path("ntsc.mp4");
  ffmpeg("-f lavfi -i testsrc2=s=64x48:d=1:r=30000/1001 -c:v libx264 -pix_fmt yuv420p " + file);
  const auto source = open_source(file);
  EXPECT_EQ(source->info().frame_rate, Rational(30000, 1001));
  const std::vector<Frame> frames = read_all(file);
  ASSERT_EQ(frames.size(), 30u);
  EXPECT_EQ(frames[29].pts, Rational(29 * 1001, 30000));
  EXPECT_EQ(frames[29].duration, Rational(1001, 30000));
}

TEST(SourceTime, VariableFrameRate) {
  const TemporaryFolder folder;
  for (const char* ending : {"mp4", "mkv"}) {
    const std::string file = folder.path(std::string("vfr.") + ending);
    ffmpeg(
        "-f lavfi -i testsrc2=s=64x48:d=3:r=25 -vf \"select='lt(mod(n*n,7),3)'\" -vsync vfr "
        "-c:v libx264 -pix_fmt yuv420p " +
        file);
    expect_ffprobe_times(file);
    const std::vector<Frame> frames = read_all(file);
    EXPECT_TRUE(std::any_of(frames.begin(), frames.end(), [&](const Frame& frame) {
      return frame.duration != frames[0].duration;
    }));
  }
}

TEST(SourceTime, StartAboveZeroIsKept) {
  const TemporaryFolder folder;
  for (const char* ending : {"mp4", "mkv", "ts"}) {
    const std::string file = folder.path(std::string("late.") + ending);
    ffmpeg(
        "-f lavfi -i testsrc2=s=64x48:d=1:r=25 -output_ts_offset 7 -c:v libx264 "
        "-pix_fmt yuv420p " +
        file);
    expect_ffprobe_times(file);
    EXPECT_GE(read_first(file).pts, Rational::of(7));
  }
}

TEST(SourceTime, RawStreamsWithoutTimesGetTheirRate) {
  const TemporaryFolder folder;
  const std::string file = folder.path("raw.h264");
  ffmpeg("-f lavfi -i testsrc2=s=64x48:d=1:r=25 -c:v libx264 -bf 2 -pix_fmt yuv420p " + file);
  const std::vector<Frame> frames = read_all(file);
  ASSERT_EQ(frames.size(), 25u);
  for (std::size_t i = 1; i < frames.size(); ++i) EXPECT_GT(frames[i].pts, frames[i - 1].pts);
  EXPECT_NEAR((frames[24].pts - frames[0].pts).to_double(), 0.96, 0.1);
}

TEST(SourceTime, ChangeOfSizeIsScaledToTheFirst) {
  const TemporaryFolder folder;
  ffmpeg("-f lavfi -i testsrc2=s=96x64:d=0.4:r=10 -c:v libx264 -pix_fmt yuv420p " +
         folder.path("a.ts"));
  ffmpeg(
      "-f lavfi -i testsrc2=s=64x32:d=0.4:r=10 -output_ts_offset 0.4 -c:v libx264 "
      "-pix_fmt yuv420p " +
      folder.path("b.ts"));
  ASSERT_EQ(
      run("cat " + folder.path("a.ts") + " " + folder.path("b.ts") + " > " + folder.path("both.ts"))
          .exit_code,
      0);
  const auto source = open_source(folder.path("both.ts"));
  int count = 0;
  while (const auto frame = source->next()) {
    ++count;
    EXPECT_EQ(frame->picture->width, 96);
    EXPECT_EQ(frame->picture->height, 64);
  }
  EXPECT_EQ(count, 8);
  const auto warnings = source->take_warnings();
  EXPECT_TRUE(std::any_of(warnings.begin(), warnings.end(), [](const std::string& text) {
    return text.find("size changes from 96x64 to 64x32 px") != std::string::npos;
  }));
}

TEST(SourceTime, GluedFilesGoForward) {
  const TemporaryFolder folder;
  ffmpeg("-f lavfi -i testsrc2=s=64x48:d=2:r=10 -c:v libx264 -pix_fmt yuv420p " +
         folder.path("a.ts"));
  ASSERT_EQ(run("cat " + folder.path("a.ts") + " " + folder.path("a.ts") + " > " +
                folder.path("twice.ts"))
                .exit_code,
            0);
  const auto source = open_source(folder.path("twice.ts"));
  std::optional<Rational> last;
  int count = 0;
  while (const auto frame = source->next()) {
    EXPECT_TRUE(!last || frame->pts > *last) << count;
    last = frame->pts;
    ++count;
  }
  EXPECT_EQ(count, 40);
  // The seam is also a damage to the transport stream; each is said once, not once a frame.
  const auto warnings = source->take_warnings();
  EXPECT_LE(warnings.size(), 2u);
  EXPECT_TRUE(std::any_of(warnings.begin(), warnings.end(), [](const std::string& text) {
    return text.find("time stamps that repeat or go back") != std::string::npos;
  }));
}

TEST(PtsClock, FillsWhatIsMissing) {
  PtsClock clock(4, 100);
  EXPECT_EQ(clock.stamp(std::nullopt, 0), 0);
  EXPECT_EQ(clock.stamp(std::nullopt, 5), 4);
  EXPECT_EQ(clock.stamp(std::nullopt, 0), 9);
  EXPECT_EQ(clock.stamp(20, 0), 20);
  EXPECT_EQ(clock.missing(), 3);
  EXPECT_EQ(clock.mended(), 0);
}

TEST(PtsClock, SetsRepeatedStampsApart) {
  PtsClock clock(4, 100);
  EXPECT_EQ(clock.stamp(10, 4), 10);
  EXPECT_EQ(clock.stamp(10, 4), 11);
  EXPECT_EQ(clock.stamp(14, 4), 14);
  EXPECT_EQ(clock.stamp(12, 4), 15);
  EXPECT_EQ(clock.stamp(18, 4), 18);
  EXPECT_EQ(clock.mended(), 2);
}

TEST(PtsClock, ContinuesAfterAJumpBack) {
  PtsClock clock(4, 100);
  EXPECT_EQ(clock.stamp(1000, 4), 1000);
  EXPECT_EQ(clock.stamp(0, 4), 1004);
  EXPECT_EQ(clock.stamp(4, 4), 1008);
  EXPECT_EQ(clock.mended(), 1);
}

TEST(PtsClock, ForgetsASingleStrayStamp) {
  PtsClock clock(4, 100);
  EXPECT_EQ(clock.stamp(1000, 4), 1000);
  EXPECT_EQ(clock.stamp(3, 4), 1004);
  EXPECT_EQ(clock.stamp(1008, 4), 1008);
  EXPECT_EQ(clock.stamp(1012, 4), 1012);
}

}  // namespace
}  // namespace praxiscope::testing
