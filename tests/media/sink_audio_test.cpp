// The sound of the source arrives in the written file, on the same clock.
#include "media/support.h"

#include <gmock/gmock.h>

#include <cmath>
#include <cstdint>
#include <fstream>

namespace praxiscope::testing {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;

/// A clip of 3 s whose sound is silent but for one beep from 1.0 to 1.2 s.
void make_source(const std::string& file, const std::string& audio_codec) {
  ffmpeg(
      "-f lavfi -i testsrc2=s=64x48:r=25:d=3 -f lavfi -i \"sine=f=1000:r=48000:d=3,"
      "volume='between(t,1,1.2)':eval=frame,asetnsamples=480\" -c:v libx264 -bf 0 -pix_fmt yuv420p "
      "-c:a " +
      audio_codec + " -shortest " + file);
}

std::vector<std::string> copy(const std::string& from, const std::string& to,
                              const Rational& begin = {}, const Rational& end = Rational::of(99)) {
  const auto source = open_source(from);
  FrameSinkOptions options;
  options.width = source->info().width;
  options.height = source->info().height;
  options.time_base = source->info().time_base;
  options.frame_rate = source->info().frame_rate;
  options.audio_from = from;
  const auto sink = open_sink(to, options);
  while (const auto frame = source->next()) {
    if (frame->pts < begin || frame->pts >= end) continue;
    sink->write(*frame->picture, frame->pts, frame->duration);
  }
  sink->finish();
  sink->publish();
  return sink->take_warnings();
}

/// Seconds at which the sound first gets loud, on the file's own clock.
double beep_time(const TemporaryFolder& folder, const std::string& file) {
  const std::string raw = folder.path("sound.raw");
  // Silence is put in front of a stream that begins late, so that samples count from 0.
  ffmpeg("-copyts -i " + file +
         " -map 0:a -af aresample=async=1:first_pts=0 -ac 1 -ar 8000 "
         "-f s16le " +
         raw);
  std::ifstream in(raw, std::ios::binary);
  std::int16_t sample = 0;
  for (int i = 0; in.read(reinterpret_cast<char*>(&sample), 2); ++i) {
    if (std::abs(sample) > 1000) return i / 8000.0;
  }
  return -1;
}

double audio_seconds(const std::string& file) {
  const auto last = ffprobe_values(file, "a:0", "packet=pts_time");
  return last.empty() ? 0 : std::stod(last.back());
}

struct Case {
  const char* name;
  const char* codec;      ///< of the source
  const char* container;  ///< of the source
  const char* ending;     ///< of the output
  const char* expected;   ///< codec of the output
  bool is_copied;
};

void PrintTo(const Case& one, std::ostream* out) { *out << one.name; }

class AudioTest : public ::testing::TestWithParam<Case> {};

TEST_P(AudioTest, StaysWithThePicture) {
  const Case& one = GetParam();
  const TemporaryFolder folder;
  const std::string from = folder.path(std::string("from") + one.container);
  const std::string to = folder.path(std::string("to") + one.ending);
  make_source(from, one.codec);
  const auto warnings = copy(from, to);
  if (one.is_copied) {
    EXPECT_THAT(warnings, ElementsAre());
  } else {
    EXPECT_THAT(warnings, ElementsAre(HasSubstr("re-encoded as")));
  }
  EXPECT_EQ(ffprobe_values(to, "a:0", "stream=codec_name"), std::vector<std::string>{one.expected});
  EXPECT_NEAR(beep_time(folder, to), beep_time(folder, from), 0.03);
  const double begin = ffprobe_pts(to).at(0).to_double();  // a transport stream begins above 0
  EXPECT_NEAR(beep_time(folder, to) - begin, 1.0, 0.06);
  EXPECT_NEAR(audio_seconds(to) - begin, 2.95, 0.12);
  EXPECT_EQ(read_all(to).size(), 75u);
}

INSTANTIATE_TEST_SUITE_P(
    Kinds, AudioTest,
    ::testing::Values(Case{"AacToMp4", "aac", ".mp4", ".mp4", "aac", true},
                      Case{"AacInTsToMp4", "aac", ".ts", ".mp4", "aac", true},
                      Case{"Mp3ToMov", "libmp3lame", ".mkv", ".mov", "mp3", true},
                      Case{"OpusToMkv", "libopus", ".mkv", ".mkv", "opus", true},
                      Case{"VorbisToWebm", "libvorbis", ".mkv", ".webm", "vorbis", true},
                      Case{"OpusToMp4", "libopus", ".mkv", ".mp4", "aac", false},
                      Case{"PcmToMp4", "pcm_s16le", ".avi", ".mp4", "aac", false},
                      Case{"AacToWebm", "aac", ".mp4", ".webm", "opus", false}),
    [](const auto& one) { return std::string(one.param.name); });

TEST(SinkAudio, IsTrimmedToThePictures) {
  const TemporaryFolder folder;
  make_source(folder.path("from.mp4"), "aac");
  copy(folder.path("from.mp4"), folder.path("to.mp4"), Rational(1, 2), Rational(2, 1));
  EXPECT_NEAR(audio_seconds(folder.path("to.mp4")), 2.0, 0.1);
  const auto times = ffprobe_values(folder.path("to.mp4"), "a:0", "packet=pts_time");
  EXPECT_NEAR(std::stod(times.at(0)), 0.45, 0.1);
  EXPECT_NEAR(beep_time(folder, folder.path("to.mp4")), 1.0, 0.05);
  EXPECT_EQ(ffprobe_pts(folder.path("to.mp4")).at(0), Rational(13, 25));
}

TEST(SinkAudio, FileWithoutSoundIsNoTrouble) {
  const TemporaryFolder folder;
  ffmpeg("-f lavfi -i testsrc2=s=64x48:r=25:d=0.4 -pix_fmt yuv420p " + folder.path("from.mp4"));
  EXPECT_THAT(copy(folder.path("from.mp4"), folder.path("to.mp4")), ElementsAre());
  EXPECT_THAT(ffprobe_values(folder.path("to.mp4"), "a", "stream=codec_name"), ElementsAre());
}

TEST(SinkAudio, GifHasNoneAndPipesCannotGiveIt) {
  const TemporaryFolder folder;
  make_source(folder.path("from.mp4"), "aac");
  EXPECT_THAT(copy(folder.path("from.mp4"), folder.path("to.gif")), ElementsAre());
  FrameSinkOptions options;
  options.width = options.height = 32;
  options.audio_from = "-";
  EXPECT_THAT(open_sink(folder.path("to.mp4"), options)->take_warnings(),
              ElementsAre(HasSubstr("sound of a pipe is left out")));
}

TEST(SinkAudio, UnreadableSoundIsAWarning) {
  const TemporaryFolder folder;
  std::ofstream(folder.path("broken.mp4")) << "no sound here";
  FrameSinkOptions options;
  options.width = options.height = 32;
  options.audio_from = folder.path("broken.mp4");
  const auto sink = open_sink(folder.path("to.mp4"), options);
  sink->write(make_picture(32, 32, 0), Rational(), Rational::of(1));
  sink->finish();
  sink->publish();
  EXPECT_THAT(sink->take_warnings(), ElementsAre(HasSubstr("audio: left out: cannot read")));
}

}  // namespace
}  // namespace praxiscope::testing
