// Everything a user can name as input: animations, sequences, folders, pipes; and what to say of
// what is no media.
#include "media/support.h"

#include <fcntl.h>
#include <gmock/gmock.h>
#include <unistd.h>

#include <fstream>

namespace praxiscope::testing {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;

/// Puts a file in the place of standard input while it lives.
class AsStandardInput {
 public:
  /// @param command  whose output is read through a pipe.
  explicit AsStandardInput(const std::string& command) : before_(::dup(STDIN_FILENO)) {
    pipe_ = ::popen(command.c_str(), "r");
    ::dup2(::fileno(pipe_), STDIN_FILENO);
  }
  ~AsStandardInput() {
    ::dup2(before_, STDIN_FILENO);
    ::close(before_);
    ::pclose(pipe_);
  }

 private:
  int before_;
  std::FILE* pipe_;
};

/// Three frames of plain red, lime, blue, 5 a second.
const char* const kThree =
    "\"color=black:s=32x24:r=5:d=0.6,format=gbrp,"
    "geq=r='255*eq(N,0)':g='255*eq(N,1)':b='255*eq(N,2)'\"";

void expect_three(const std::vector<Frame>& frames, int tolerance) {
  ASSERT_EQ(frames.size(), 3u);
  EXPECT_TRUE(is_near(color_at(*frames[0].picture, 0.5, 0.5), {255, 0, 0}, tolerance));
  EXPECT_TRUE(is_near(color_at(*frames[1].picture, 0.5, 0.5), {0, 255, 0}, tolerance));
  EXPECT_TRUE(is_near(color_at(*frames[2].picture, 0.5, 0.5), {0, 0, 255}, tolerance));
}

TEST(SourceKinds, Animations) {
  const TemporaryFolder folder;
  const std::vector<std::pair<const char*, const char*>> kinds = {
      {"three.gif", "-pix_fmt rgb8"},
      {"three.apng", "-f apng -pix_fmt rgb24"},
      {"three.png", "-f apng -pix_fmt rgb24"},
      {"three.webp", "-c:v libwebp_anim -lossless 1 -pix_fmt bgra"}};
  for (const auto& [name, options] : kinds) {
    SCOPED_TRACE(name);
    const std::string file = folder.path(name);
    ffmpeg(std::string("-filter_complex ") + kThree + " " + options + " " + file);
    const std::vector<Frame> frames = read_all(file);
    expect_three(frames, 3);
    EXPECT_EQ(frames[1].pts, Rational(1, 5));
    EXPECT_EQ(frames[2].pts, Rational(2, 5));
    Progress progress;
    EXPECT_EQ(read_pts(file, progress).size(), 3u);
    EXPECT_FALSE(open_source(file)->info().is_still);
  }
}

TEST(SourceKinds, StillsAreOneFrame) {
  const TemporaryFolder folder;
  for (const char* name : {"a.png", "a.jpg", "a.bmp", "a.tiff", "a.webp", "a.gif", "a.ppm"}) {
    SCOPED_TRACE(name);
    ffmpeg(std::string("-f lavfi -i color=red:s=33x25,format=rgb24 -frames:v 1 ") +
           folder.path(name));
    const auto source = open_source(folder.path(name));
    EXPECT_TRUE(source->info().is_still);
    EXPECT_EQ(source->info().width, 33);
    EXPECT_FALSE(source->info().frame_rate.has_value());
    const auto frame = source->next();
    ASSERT_TRUE(frame.has_value());
    EXPECT_GT(frame->duration, Rational());
    EXPECT_FALSE(source->next().has_value());
    EXPECT_TRUE(source->take_warnings().empty());
  }
}

TEST(SourceKinds, NumberPatternsStartAnywhere) {
  const TemporaryFolder folder;
  ffmpeg(std::string("-filter_complex ") + kThree + " -start_number 98 " +
         folder.path("img_%05d.png"));
  const std::vector<Frame> frames = read_all(folder.path("img_%05d.png"));
  expect_three(frames, 2);
  EXPECT_EQ(frames[2].pts, Rational(2, 25));
  EXPECT_EQ(frames[2].duration, Rational(1, 25));
  EXPECT_EQ(frames[2].index, 2);
}

TEST(SourceKinds, NumberPatternSaysWhatIsMissing) {
  const TemporaryFolder folder;
  ffmpeg(std::string("-filter_complex ") + kThree + " " + folder.path("%d.png"));
  std::filesystem::remove(folder.path("2.png"));
  const auto source = open_source(folder.path("%d.png"));
  EXPECT_THAT(source->take_warnings().at(0), HasSubstr("1 numbers are missing between 1 and 3"));
  EXPECT_EQ(read_all(folder.path("%d.png")).size(), 2u);
}

TEST(SourceKinds, FoldersInNaturalOrder) {
  const TemporaryFolder folder;
  ffmpeg(std::string("-filter_complex ") + kThree + " " + folder.path("%d.png"));
  // By characters 10.png would come before 9.png.
  std::filesystem::rename(folder.path("3.png"), folder.path("10.png"));
  std::filesystem::rename(folder.path("2.png"), folder.path("9.png"));
  std::ofstream(folder.path("notes.txt")) << "not a picture";
  const auto source = open_source(folder.path(""));
  EXPECT_EQ(source->info().frame_rate, Rational::of(25));
  EXPECT_EQ(source->info().frame_count_from_header, 3);
  expect_three(read_all(folder.path("")), 2);
  expect_three(read_all(folder.path("*.png")), 2);
}

TEST(SourceKinds, SequenceOfMixedSizesIsScaledToTheFirst) {
  const TemporaryFolder folder;
  ffmpeg("-f lavfi -i color=red:s=32x24 -frames:v 1 " + folder.path("1.png"));
  ffmpeg("-f lavfi -i color=blue:s=64x48 -frames:v 1 " + folder.path("2.jpg"));
  const auto source = open_source(folder.path(""));
  int count = 0;
  while (const auto frame = source->next()) {
    EXPECT_EQ(frame->picture->width, 32);
    ++count;
  }
  EXPECT_EQ(count, 2);
  EXPECT_THAT(source->take_warnings(), ::testing::Contains(HasSubstr("scaled to the first")));
}

TEST(SourceKinds, BrokenPictureOfASequenceIsLeftOut) {
  const TemporaryFolder folder;
  ffmpeg(std::string("-filter_complex ") + kThree + " " + folder.path("%d.png"));
  std::ofstream(folder.path("2.png")) << "no picture at all";
  const auto source = open_source(folder.path(""));
  std::vector<Rational> times;
  while (const auto frame = source->next()) times.push_back(frame->pts);
  EXPECT_EQ(times, (std::vector<Rational>{Rational(), Rational(2, 25)}));
  EXPECT_THAT(source->take_warnings(), ::testing::ElementsAre(HasSubstr("2.png")));
}

TEST(SourceKinds, NamesWithPercentAndColonAreFiles) {
  const TemporaryFolder folder;
  for (const char* name : {"100%.png", "a%d.png", "concat:b.png", "it's [1].png"}) {
    SCOPED_TRACE(name);
    ffmpeg("-f lavfi -i color=red:s=32x24 -frames:v 1 " + folder.path("plain.png"));
    std::filesystem::rename(folder.path("plain.png"), folder.path(name));
    EXPECT_EQ(read_all(folder.path(name)).size(), 1u);
  }
}

TEST(SourceKinds, PipesOfVideoAnimationAndStill) {
  const TemporaryFolder folder;
  ffmpeg(std::string("-filter_complex ") + kThree + " -c:v ffv1 " + folder.path("three.mkv"));
  ffmpeg(std::string("-filter_complex ") + kThree +
         " -c:v libwebp_anim -lossless 1 -pix_fmt bgra " + folder.path("three.webp"));
  ffmpeg(std::string("-filter_complex ") + kThree +
         " -c:v libx264 -crf 1 -pix_fmt yuv444p -movflags +faststart " + folder.path("three.mp4"));
  for (const char* name : {"three.mkv", "three.webp", "three.mp4"}) {
    SCOPED_TRACE(name);
    const AsStandardInput input("cat " + folder.path(name));
    expect_three(read_all("-"), 8);
  }
  const AsStandardInput input(
      "ffmpeg -v error -f lavfi -i color=red:s=32x24 -frames:v 1 "
      "-f image2pipe -c:v png -");
  const auto source = open_source("-");
  EXPECT_TRUE(source->info().is_still);
}

TEST(SourceKinds, PipeOfManyPicturesIsASequence) {
  const AsStandardInput input(std::string("ffmpeg -v error -filter_complex ") + kThree +
                              " -f image2pipe -c:v png -");
  expect_three(read_all("-"), 2);
}

TEST(SourceKinds, Mp4WithItsIndexAtTheEndCannotBePiped) {
  const TemporaryFolder folder;
  ffmpeg("-f lavfi -i testsrc2=s=320x240:d=4 -c:v libx264 -pix_fmt yuv420p " +
         folder.path("end.mp4"));
  const AsStandardInput input("cat " + folder.path("end.mp4"));
  EXPECT_THAT(input_error("-"), AllOf(HasSubstr("index is at its end"), HasSubstr("+faststart")));
}

TEST(SourceKinds, NamedPipesAreReadOnceAndSayThatTheyAreLive) {
  const TemporaryFolder folder;
  ffmpeg(std::string("-filter_complex ") + kThree + " -c:v ffv1 " + folder.path("three.mkv"));
  EXPECT_FALSE(open_source(folder.path("three.mkv"))->info().is_live);
  const NamedPipe pipe(folder.path("pipe"), "sleep 0.3; cat " + folder.path("three.mkv"));
  const auto source = open_source(folder.path("pipe"));
  EXPECT_TRUE(source->info().is_live);
  std::vector<Frame> frames;
  while (auto frame = source->next()) frames.push_back(std::move(*frame));
  expect_three(frames, 8);
}

TEST(SourceKinds, PipesCannotBeReadTwice) {
  Progress progress;
  EXPECT_THROW(
      {
        try {
          read_pts("-", progress);
        } catch (const Error& error) {
          EXPECT_EQ(error.kind(), ErrorKind::kUsage);
          EXPECT_THAT(error.what(), HasSubstr("passes only once"));
          throw;
        }
      },
      Error);
}

TEST(SourceErrors, MissingFileNamesItsNeighbour) {
  const TemporaryFolder folder;
  ffmpeg("-f lavfi -i color=red:s=32x24 -frames:v 1 " + folder.path("bikes.png"));
  EXPECT_THAT(input_error(folder.path("bike.png")),
              AllOf(HasSubstr("there is no such file"), HasSubstr("did you mean \"bikes.png\"?")));
  EXPECT_THAT(input_error(""), HasSubstr("the name is empty"));
}

TEST(SourceErrors, NamesWhatWasFound) {
  const TemporaryFolder folder;
  const auto write = [&](const char* name, const std::string& bytes) {
    std::ofstream(folder.path(name), std::ios::binary) << bytes;
    return folder.path(name);
  };
  EXPECT_THAT(input_error(write("empty.mp4", "")), HasSubstr("found an empty file"));
  EXPECT_THAT(input_error(write("text.mp4", "just some words\n")), HasSubstr("found text"));
  EXPECT_THAT(input_error(write("notes.txt", "just some words\n")), HasSubstr("found text"));
  EXPECT_THAT(input_error(write("doc.mp4", "%PDF-1.7\n\xff\xfe")), HasSubstr("found a PDF"));
  EXPECT_THAT(input_error(write("data.zip", "PK\x03\x04\xff\xff")), HasSubstr("zip archive"));
  EXPECT_THAT(input_error(write("cut.mp4", std::string("\0\0\0\x18"
                                                       "ftypisom\0\0\0\0isommp42\0\0\xff\xff"
                                                       "mdat",
                                                       32))),
              HasSubstr("without a readable index"));
  EXPECT_THAT(input_error(write("photo.heic", std::string("\0\0\0\x18"
                                                          "ftypheic\0\0\0\0mif1heic",
                                                          24))),
              AllOf(HasSubstr("HEIC"), HasSubstr("convert it to JPEG")));
  std::string noise;
  for (int i = 0; i < 5000; ++i) noise += static_cast<char>((i * 7919) >> 3);
  EXPECT_THAT(input_error(write("noise.bin", noise)), HasSubstr("no known media format"));
}

TEST(SourceErrors, SoundOnlyAndCoverArtAreNoVideo) {
  const TemporaryFolder folder;
  ffmpeg("-f lavfi -i sine=d=1 " + folder.path("tone.wav"));
  EXPECT_THAT(input_error(folder.path("tone.wav")), HasSubstr("found sound only (pcm_s16le)"));
  ffmpeg("-f lavfi -i color=red:s=64x64 -frames:v 1 " + folder.path("cover.png"));
  ffmpeg("-i " + folder.path("tone.wav") + " -i " + folder.path("cover.png") +
         " -map 0 -map 1 -c:v copy -disposition:v attached_pic " + folder.path("song.mp3"));
  EXPECT_THAT(input_error(folder.path("song.mp3")),
              HasSubstr("found sound only (mp3) with a cover picture"));
}

TEST(SourceErrors, AbsurdSizesAreRefusedBeforeDecoding) {
  const TemporaryFolder folder;
  ffmpeg("-f lavfi -i color=red:s=400x200 -frames:v 1 " + folder.path("big.png"));
  ffmpeg("-f lavfi -i color=red:s=400x200:d=0.2 " + folder.path("big.mp4"));
  for (const char* name : {"big.png", "big.mp4"}) {
    EXPECT_THAT(input_error(folder.path(name), {.max_side_px = 300, .max_pixels = 1 << 20}),
                AllOf(HasSubstr("found 400x200 px"), HasSubstr("at most 300 px a side")));
    input_error(folder.path(name), {.max_side_px = 1000, .max_pixels = 70000});
  }
}

TEST(SourceErrors, FoldersWithoutPictures) {
  const TemporaryFolder folder;
  EXPECT_THAT(input_error(folder.path("")), HasSubstr("a folder without pictures"));
  EXPECT_THAT(input_error(folder.path("x_%03d.png")), HasSubstr("no file that fits"));
  EXPECT_THAT(input_error(folder.path("*.png")), HasSubstr("no file that fits"));
  ffmpeg("-f lavfi -i testsrc2=s=32x32:d=0.2 " + folder.path("a.mp4"));
  ffmpeg("-f lavfi -i testsrc2=s=32x32:d=0.2 " + folder.path("b.mp4"));
  EXPECT_THAT(input_error(folder.path("*.mp4")), HasSubstr("several files that are not pictures"));
}

TEST(SourceDamage, CutOffVideoGivesItsBeginningAndOneWarning) {
  const TemporaryFolder folder;
  const std::string whole = folder.path("whole.mp4"), cut = folder.path("cut.mp4");
  ffmpeg(
      "-f lavfi -i testsrc2=s=320x240:d=4:r=25 -c:v libx264 -pix_fmt yuv420p "
      "-movflags +faststart " +
      whole);
  const auto half = std::filesystem::file_size(whole) / 2;
  ASSERT_EQ(run("head -c " + std::to_string(half) + " " + whole + " > " + cut).exit_code, 0);
  const auto source = open_source(cut);
  int count = 0;
  while (source->next()) ++count;
  EXPECT_GT(count, 20);
  EXPECT_LT(count, 90);
  const auto warnings = source->take_warnings();
  ASSERT_EQ(warnings.size(), 1u);
  EXPECT_THAT(warnings[0], AllOf(HasSubstr("cut.mp4"), HasSubstr("damaged")));
}

}  // namespace
}  // namespace praxiscope::testing
