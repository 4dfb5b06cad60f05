// What is written can be read by others: FFmpeg's command line looks at every file.
#include "media/support.h"

#include <gmock/gmock.h>
#include <sys/resource.h>

#include <csignal>
#include <fstream>
#include <set>

namespace praxiscope::testing {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;

FrameSinkOptions options_for(int width, int height, const Rational& tick = Rational(1, 1000)) {
  FrameSinkOptions options;
  options.width = width;
  options.height = height;
  options.time_base = tick;
  options.frame_rate = Rational::of(25);
  return options;
}

/// Writes one picture for every time; the last is shown for `last`.
std::vector<std::string> write(const std::string& path, const FrameSinkOptions& options,
                               const std::vector<Rational>& times, const Rational& last) {
  const auto sink = open_sink(path, options);
  for (std::size_t i = 0; i < times.size(); ++i) {
    const Rational duration = i + 1 < times.size() ? times[i + 1] - times[i] : last;
    sink->write(make_picture(options.width, options.height, static_cast<int>(i)), times[i],
                duration);
  }
  sink->finish();
  EXPECT_FALSE(std::filesystem::exists(path)) << "finish() must not publish";
  sink->publish();
  return sink->take_warnings();
}

std::vector<Rational> regular(int count, const Rational& step, const Rational& begin = {}) {
  std::vector<Rational> times;
  for (int i = 0; i < count; ++i) times.push_back(begin + Rational::of(i) * step);
  return times;
}

std::string output_error_of(const std::function<void()>& act, ErrorKind kind = ErrorKind::kOutput) {
  try {
    act();
  } catch (const Error& error) {
    EXPECT_EQ(error.kind(), kind) << error.what();
    return error.what();
  }
  ADD_FAILURE() << "nothing was thrown";
  return "";
}

struct Kind {
  const char* ending;
  const char* codec;
};

void PrintTo(const Kind& kind, std::ostream* out) { *out << kind.ending; }

class VideoSinkTest : public ::testing::TestWithParam<Kind> {};

TEST_P(VideoSinkTest, GivesBackPicturesAndTimes) {
  const auto [ending, codec] = GetParam();
  const TemporaryFolder folder;
  const std::string file = folder.path(std::string("out") + ending);
  const auto times = regular(30, Rational(1, 25));
  EXPECT_THAT(write(file, options_for(96, 64, Rational(1, 25)), times, Rational(1, 25)),
              ElementsAre());
  EXPECT_EQ(ffprobe_values(file, "v:0", "stream=codec_name,width,height,pix_fmt"),
            (std::vector<std::string>{codec, "96", "64", "yuv420p"}));
  EXPECT_EQ(ffprobe_values(file, "v:0", "stream=color_range,color_space"),
            (std::vector<std::string>{"tv", "bt709"}));
  EXPECT_EQ(ffprobe_pts(file), times);
  const std::vector<Frame> frames = read_all(file);
  ASSERT_EQ(frames.size(), 30u);
  for (std::size_t i = 0; i < frames.size(); ++i) {
    EXPECT_GT(psnr(*frames[i].picture, make_picture(96, 64, static_cast<int>(i))), 30) << i;
  }
  EXPECT_EQ(folder.names().size(), 1u) << "no temporary file may stay";
}

INSTANTIATE_TEST_SUITE_P(Endings, VideoSinkTest,
                         ::testing::Values(Kind{".mp4", "h264"}, Kind{".mov", "h264"},
                                           Kind{".mkv", "h264"}, Kind{".webm", "vp9"}),
                         [](const auto& one) { return std::string(one.param.ending + 1); });

TEST(VideoSink, TheEndingDecidesInUpperCaseToo) {
  const TemporaryFolder folder;
  const std::vector<std::pair<const char*, const char*>> kinds = {{"a.MKV", "matroska,webm"},
                                                                  {"b.WebM", "matroska,webm"},
                                                                  {"c.Mov", "mov,mp4"},
                                                                  {"d.GIF", "gif"}};
  for (const auto& [name, container] : kinds) {
    SCOPED_TRACE(name);
    write(folder.path(name), options_for(64, 48), regular(3, Rational(1, 25)), Rational(1, 25));
    EXPECT_TRUE(open_source(folder.path(name))->info().container.starts_with(container));
  }
  EXPECT_EQ(open_source(folder.path("b.WebM"))->info().codec, "vp9");
}

TEST(VideoSink, KeepsExactTimesOfTheSource) {
  const TemporaryFolder folder;
  const std::vector<std::pair<Rational, std::vector<Rational>>> clocks = {
      {Rational(1001, 30000), regular(20, Rational(1001, 30000))},
      {Rational(1, 90000), regular(20, Rational(3003, 90000), Rational(7, 1))},
      {Rational(1, 600), {Rational(), Rational(1, 600), Rational(1, 10), Rational(3, 2)}},
      {Rational(1, 12800), regular(5, Rational(1, 25), Rational(1, 50))}};
  for (const auto& [tick, times] : clocks) {
    for (const char* ending : {".mp4", ".mov"}) {
      SCOPED_TRACE(tick.to_string() + ending);
      const std::string file = folder.path("out" + std::to_string(tick.den()) + ending);
      write(file, options_for(64, 48, tick), times, Rational(1, 10));
      EXPECT_EQ(ffprobe_pts(file), times);
      const std::vector<Frame> frames = read_all(file);
      EXPECT_EQ(frames.back().duration.rounded_to(tick), Rational(1, 10).rounded_to(tick))
          << "the last picture's duration";
    }
  }
}

TEST(VideoSink, MatroskaKeepsMilliseconds) {
  const TemporaryFolder folder;
  const std::vector<Rational> times = {Rational(2, 1), Rational(2040, 1000), Rational(2500, 1000)};
  for (const char* ending : {".mkv", ".webm"}) {
    write(folder.path(std::string("out") + ending), options_for(64, 48, Rational(1, 90000)), times,
          Rational(1, 10));
    EXPECT_EQ(ffprobe_pts(folder.path(std::string("out") + ending)), times);
  }
}

TEST(VideoSink, OddSizesArePaddedByRepetition) {
  const TemporaryFolder folder;
  for (const char* ending : {".mp4", ".webm"}) {
    const std::string file = folder.path(std::string("odd") + ending);
    write(file, options_for(35, 21), regular(3, Rational(1, 25)), Rational(1, 25));
    EXPECT_EQ(ffprobe_values(file, "v:0", "stream=width,height,pix_fmt"),
              (std::vector<std::string>{"36", "22", "yuv420p"}));
    const Frame frame = read_first(file);
    const Color last = color_at(*frame.picture, 0.999, 0.1);
    EXPECT_TRUE(is_near(last, color_at(make_picture(35, 21, 0), 0.999, 0.1), 25));
  }
  write(folder.path("one.mp4"), options_for(1, 1), {Rational()}, Rational(1, 1));
  EXPECT_EQ(read_all(folder.path("one.mp4")).size(), 1u);
}

TEST(VideoSink, ColoursComeBack) {
  const TemporaryFolder folder;
  for (const char* ending : {".mp4", ".webm", ".gif", ".png"}) {
    for (const Color& color : {Color{200, 90, 40}, Color{30, 160, 220}, Color{255, 255, 255}}) {
      Picture picture = make_picture(64, 64, 0);
      for (std::size_t i = 0; i < picture.rgb.size(); ++i) {
        picture.rgb[i] = static_cast<std::uint8_t>(color[i % 3]);
      }
      FrameSinkOptions options = options_for(64, 64);
      options.overwrite = true;
      const std::string file = folder.path(std::string("flat") + ending);
      const auto sink = open_sink(file, options);
      sink->write(picture, Rational(), Rational(1, 25));
      sink->finish();
      sink->publish();
      EXPECT_TRUE(is_near(color_at(*read_first(file).picture, 0.5, 0.5), color, 4)) << ending;
    }
  }
}

TEST(VideoSink, Mp4BeginsWithItsIndex) {
  const TemporaryFolder folder;
  write(folder.path("out.mp4"), options_for(64, 48), regular(5, Rational(1, 25)), Rational(1, 25));
  std::ifstream in(folder.path("out.mp4"), std::ios::binary);
  const std::string bytes((std::istreambuf_iterator<char>(in)), {});
  EXPECT_LT(bytes.find("moov"), bytes.find("mdat"));
}

TEST(VideoSink, SmallVideosHaveTheSameBytesAHundredTimes) {
  const TemporaryFolder folder;
  FrameSinkOptions options = options_for(64, 48);
  options.overwrite = true;
  std::set<std::string> seen;
  for (int i = 0; i < 100; ++i) {
    const auto sink = open_sink(folder.path("out.mp4"), options);
    for (int t = 0; t < 12; ++t) {
      sink->write(make_picture(64, 48, t), Rational(t, 25), Rational(1, 25));
    }
    sink->finish();
    sink->publish();
    std::ifstream in(folder.path("out.mp4"), std::ios::binary);
    seen.emplace(std::istreambuf_iterator<char>(in), std::istreambuf_iterator<char>());
  }
  EXPECT_EQ(seen.size(), 1u);
}

TEST(VideoSink, SameInputSameBytes) {
  const TemporaryFolder folder;
  for (const char* ending : {".mp4", ".mkv", ".webm", ".gif", ".png"}) {
    std::string bytes[2];
    for (std::string& each : bytes) {
      FrameSinkOptions options = options_for(64, 48);
      options.metadata["comment"] = "praxiscope";
      const std::string file = folder.path(std::string("out") + ending);
      write(file, options, regular(std::string(ending) == ".png" ? 1 : 12, Rational(1, 25)),
            Rational(1, 25));
      std::ifstream in(file, std::ios::binary);
      each.assign((std::istreambuf_iterator<char>(in)), {});
      std::filesystem::remove(file);
    }
    EXPECT_EQ(bytes[0], bytes[1]) << ending;
  }
}

TEST(VideoSink, WritesMetadata) {
  const TemporaryFolder folder;
  FrameSinkOptions options = options_for(64, 48);
  options.metadata["comment"] = "layer4, \"cello\"";
  write(folder.path("out.mp4"), options, regular(3, Rational(1, 25)), Rational(1, 25));
  EXPECT_THAT(
      run("ffprobe -v error -show_entries format_tags=comment " + folder.path("out.mp4")).output,
      HasSubstr("layer4, \"cello\""));
}

TEST(GifSink, KeepsTimesWithoutDrift) {
  const TemporaryFolder folder;
  const std::string file = folder.path("out.gif");
  // 30000/1001 a second does not fit hundredths: each time is rounded, the error must not add up.
  const auto times = regular(61, Rational(1001, 30000), Rational(5, 1));
  write(file, options_for(64, 48), times, Rational(1, 2));
  const std::vector<Frame> frames = read_all(file);
  ASSERT_EQ(frames.size(), 61u);
  for (std::size_t i = 0; i < frames.size(); ++i) {
    EXPECT_LE(std::abs((frames[i].pts - (times[i] - times[0])).to_double()), 0.00501) << i;
    EXPECT_GT(psnr(*frames[i].picture, make_picture(64, 48, static_cast<int>(i))), 27) << i;
  }
  EXPECT_EQ(frames.back().duration, Rational(1, 2));
}

TEST(GifSink, LeavesOutWhatAGifCannotShow) {
  const TemporaryFolder folder;
  const auto warnings = write(folder.path("fast.gif"), options_for(64, 48),
                              regular(100, Rational(1, 100)), Rational(1, 100));
  EXPECT_THAT(warnings, ElementsAre(HasSubstr("at most 50 frames a second")));
  EXPECT_EQ(read_all(folder.path("fast.gif")).size(), 50u);
}

TEST(PngSink, GivesBackEveryPixel) {
  const TemporaryFolder folder;
  const Picture picture = make_picture(35, 21, 2);
  write_png(folder.path("a.png"), picture, false);
  EXPECT_EQ(read_first(folder.path("a.png")).picture->rgb, picture.rgb);
  EXPECT_EQ(ffprobe_values(folder.path("a.png"), "v:0", "stream=codec_name,width,height,pix_fmt"),
            (std::vector<std::string>{"png", "35", "21", "rgb24"}));
  EXPECT_THAT(output_error_of([&] { write_png(folder.path("a.png"), picture, false); }),
              HasSubstr("it exists already"));
  write_png(folder.path("a.png"), picture, true);
}

TEST(PngSink, TakesOnePicture) {
  const TemporaryFolder folder;
  const auto sink = open_sink(folder.path("a.png"), options_for(8, 8));
  EXPECT_THAT(output_error_of([&] { sink->finish(); }), HasSubstr("no picture came"));
  sink->write(make_picture(8, 8, 0), Rational(), Rational::of(1));
  EXPECT_THAT(output_error_of(
                  [&] { sink->write(make_picture(8, 8, 1), Rational::of(1), Rational::of(1)); }),
              HasSubstr("second picture"));
}

TEST(SinkErrors, NamesTheEnding) {
  const TemporaryFolder folder;
  EXPECT_THAT(output_error_of([&] { open_sink(folder.path("a.mp5"), options_for(8, 8)); },
                              ErrorKind::kUsage),
              ::testing::AllOf(HasSubstr("found the ending \".mp5\""), HasSubstr(".webm")));
  EXPECT_THAT(output_error_of([&] { open_sink(folder.path("no/a.mp4"), options_for(8, 8)); }),
              HasSubstr("there is no folder"));
  std::ofstream(folder.path("there.mp4")) << "kept";
  EXPECT_THAT(output_error_of([&] { open_sink(folder.path("there.mp4"), options_for(8, 8)); }),
              HasSubstr("use --force"));
}

TEST(SinkErrors, LeavesNothingWhenDropped) {
  const TemporaryFolder folder;
  for (const char* ending : {".mp4", ".mkv", ".webm", ".gif", ".png"}) {
    {
      const auto sink = open_sink(folder.path(std::string("a") + ending), options_for(32, 32));
      sink->write(make_picture(32, 32, 0), Rational(), Rational(1, 25));
      EXPECT_EQ(folder.names().size(), 1u) << "the temporary file";
    }
    EXPECT_THAT(folder.names(), ElementsAre()) << ending;
  }
}

TEST(SinkErrors, NoPictureIsNoFile) {
  const TemporaryFolder folder;
  for (const char* ending : {".mp4", ".gif"}) {
    const auto sink = open_sink(folder.path(std::string("a") + ending), options_for(32, 32));
    EXPECT_THAT(output_error_of([&] { sink->finish(); }), HasSubstr("no picture came"));
  }
}

TEST(SinkErrors, WrongSizeIsADefect) {
  const TemporaryFolder folder;
  const auto sink = open_sink(folder.path("a.mp4"), options_for(32, 32));
  EXPECT_THAT(
      output_error_of([&] { sink->write(make_picture(30, 32, 0), Rational(), Rational::of(1)); },
                      ErrorKind::kInternal),
      HasSubstr("30x32"));
}

/// Lets files grow to a few bytes only, as a full disk would.
class SmallDisk {
 public:
  explicit SmallDisk(rlim_t bytes) {
    std::signal(SIGXFSZ, SIG_IGN);
    ::getrlimit(RLIMIT_FSIZE, &before_);
    const rlimit small{bytes, before_.rlim_max};
    ::setrlimit(RLIMIT_FSIZE, &small);
  }
  ~SmallDisk() { ::setrlimit(RLIMIT_FSIZE, &before_); }

 private:
  rlimit before_{};
};

TEST(SinkErrors, FullDiskIsSaidAndLeavesNothing) {
  const TemporaryFolder folder;
  for (const char* ending : {".mp4", ".mkv", ".webm", ".gif", ".png"}) {
    SCOPED_TRACE(ending);
    const std::string message = output_error_of([&] {
      const SmallDisk disk(2000);
      const auto sink = open_sink(folder.path(std::string("a") + ending), options_for(256, 256));
      for (int i = 0; i < (std::string(ending) == ".png" ? 1 : 200); ++i) {
        sink->write(make_picture(256, 256, i), Rational(i, 25), Rational(1, 25));
      }
      sink->finish();
      sink->publish();
    });
    EXPECT_THAT(message, HasSubstr("make room"));
    EXPECT_THAT(folder.names(), ElementsAre());
  }
}

}  // namespace
}  // namespace praxiscope::testing
