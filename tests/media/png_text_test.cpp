// The texts of a .png: found by another reader, with right checksums.
#include "media/support.h"

#include <gmock/gmock.h>

#include <fstream>

namespace praxiscope::testing {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

std::string write_with(const TemporaryFolder& folder, const std::string& comment) {
  const std::string file = folder.path("out.png");
  FrameSinkOptions options;
  options.width = 20;
  options.height = 10;
  options.metadata["comment"] = comment;
  const std::unique_ptr<FrameSink> sink = open_sink(file, options);
  sink->write(make_picture(20, 10, 0), Rational::of(0), Rational::of(1));
  sink->finish();
  sink->publish();
  EXPECT_EQ(read_first(file).picture->rgb, make_picture(20, 10, 0).rgb);
  const Ran strict =
      run("ffmpeg -v error -err_detect crccheck+explode -i " + file + " -f null - 2>&1");
  EXPECT_EQ(strict.output, "");
  std::ifstream in(file, std::ios::binary);
  return {std::istreambuf_iterator<char>(in), {}};
}

TEST(PngText, IsFoundByOtherReaders) {
  const TemporaryFolder folder;
  const std::string bytes = write_with(folder, "{\"layer\":\"features.3\"}");
  EXPECT_THAT(bytes, HasSubstr("tEXtComment"));
  EXPECT_THAT(
      run("ffprobe -v error -show_entries frame_tags=Comment " + folder.path("out.png")).output,
      HasSubstr("{\"layer\":\"features.3\"}"));
}

TEST(PngText, IsUtf8WhereAsciiIsNotEnough) {
  const TemporaryFolder folder;
  const std::string bytes = write_with(folder, "g\xC3\xBCtig");
  EXPECT_THAT(bytes, HasSubstr(std::string("iTXtComment\0\0\0\0\0g\xC3\xBCtig", 22)));
}

TEST(PngText, IsAbsentWithoutMetadata) {
  const TemporaryFolder folder;
  const std::string file = folder.path("plain.png");
  write_png(file, make_picture(20, 10, 0), false);
  std::ifstream in(file, std::ios::binary);
  const std::string bytes{std::istreambuf_iterator<char>(in), {}};
  EXPECT_THAT(bytes, Not(HasSubstr("tEXt")));
}

}  // namespace
}  // namespace praxiscope::testing
