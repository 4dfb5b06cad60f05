// Known colours, encoded by FFmpeg's command line in every way that files do it, must come back.
#include "media/support.h"

namespace praxiscope::testing {
namespace {

struct Coding {
  const char* name;
  const char* format;
  const char* matrix;  ///< of the scale filter
  const char* tag;     ///< -colorspace
  bool is_full;
};

void PrintTo(const Coding& coding, std::ostream* out) { *out << coding.name; }

class ColorTest : public ::testing::TestWithParam<Coding> {};

const std::vector<Color> kPatches = {{255, 0, 0}, {0, 255, 0},     {0, 0, 255},   {255, 255, 255},
                                     {0, 0, 0},   {128, 128, 128}, {200, 90, 40}, {30, 160, 220}};

/// A source of 8 patches side by side, each 32x64 px.
std::string patches() {
  std::string graph;
  for (std::size_t i = 0; i < kPatches.size(); ++i) {
    char text[96];
    std::snprintf(text, sizeof(text), "color=0x%02x%02x%02x:s=32x64:r=5:d=0.4,format=gbrp[p%zu];",
                  kPatches[i][0], kPatches[i][1], kPatches[i][2], i);
    graph += text;
  }
  for (std::size_t i = 0; i < kPatches.size(); ++i) graph += "[p" + std::to_string(i) + "]";
  return graph + "hstack=inputs=8";
}

TEST_P(ColorTest, ComesBack) {
  const Coding& coding = GetParam();
  const TemporaryFolder folder;
  const std::string file = folder.path("patches.mkv");
  const std::string range = coding.is_full ? "pc" : "tv";
  ffmpeg("-filter_complex \"" + patches() + ",scale=out_color_matrix=" + coding.matrix +
         ":out_range=" + range + ":flags=accurate_rnd+full_chroma_inp+full_chroma_int+bicubic," +
         "format=" + coding.format + "\" -c:v ffv1 -color_range " + range +
         (std::string(coding.tag).empty() ? "" : std::string(" -colorspace ") + coding.tag) + " " +
         file);
  const Frame frame = read_first(file);
  ASSERT_EQ(frame.picture->width, 256);
  for (std::size_t i = 0; i < kPatches.size(); ++i) {
    EXPECT_TRUE(is_near(color_at(*frame.picture, (double(i) + 0.5) / 8, 0.5), kPatches[i], 3))
        << "patch " << i;
  }
}

INSTANTIATE_TEST_SUITE_P(
    Codings, ColorTest,
    ::testing::Values(Coding{"Bt601Limited420", "yuv420p", "bt601", "smpte170m", false},
                      Coding{"Bt601Full420", "yuv420p", "bt601", "smpte170m", true},
                      Coding{"Bt709Limited420", "yuv420p", "bt709", "bt709", false},
                      Coding{"Bt709Full420", "yuv420p", "bt709", "bt709", true},
                      Coding{"Bt2020Limited420", "yuv420p", "bt2020", "bt2020nc", false},
                      Coding{"Bt470bgLimited422", "yuv422p", "bt601", "bt470bg", false},
                      Coding{"Bt709Limited422", "yuv422p", "bt709", "bt709", false},
                      Coding{"Bt709Full444", "yuv444p", "bt709", "bt709", true},
                      Coding{"Bt601Limited444", "yuv444p", "bt601", "smpte170m", false},
                      Coding{"Bt709Limited420p10", "yuv420p10le", "bt709", "bt709", false},
                      Coding{"Bt709Full422p10", "yuv422p10le", "bt709", "bt709", true},
                      Coding{"Bt2020Limited420p10", "yuv420p10le", "bt2020", "bt2020nc", false},
                      Coding{"Bt709Limited444p12", "yuv444p12le", "bt709", "bt709", false},
                      Coding{"Bt709Limited420p12", "yuv420p12le", "bt709", "bt709", false},
                      Coding{"UntaggedSdIsBt601", "yuv420p", "bt601", "", false},
                      Coding{"Rgb8", "bgr0", "auto", "", true},
                      Coding{"Rgb16", "rgb48le", "auto", "", true}),
    [](const auto& one) { return std::string(one.param.name); });

TEST(SourceColor, UntaggedHdIsBt709) {
  const TemporaryFolder folder;
  const std::string file = folder.path("hd.mkv");
  ffmpeg(
      "-f lavfi -i color=0xc85a28:s=1280x720:r=5:d=0.2,format=gbrp,"
      "scale=out_color_matrix=bt709:out_range=tv:flags=accurate_rnd,format=yuv420p "
      "-c:v ffv1 " +
      file);
  const auto source = open_source(file);
  EXPECT_EQ(source->info().color, "bt709 limited (untagged)");
  EXPECT_TRUE(is_near(color_at(*source->next()->picture, 0.5, 0.5), {200, 90, 40}, 3));
}

TEST(SourceColor, GrayIsFullRange) {
  const TemporaryFolder folder;
  for (const auto& [format, value] :
       {std::pair("gray", 96), {"gray10le", 385}, {"gray16le", 24672}}) {
    const std::string file = folder.path(std::string(format) + ".mkv");
    ffmpeg("-f lavfi -i color=black:s=64x64:r=5:d=0.2,format=" + std::string(format) +
           ",geq=lum=" + std::to_string(value) + " -c:v ffv1 " + file);
    EXPECT_TRUE(is_near(color_at(*read_first(file).picture, 0.5, 0.5), {96, 96, 96}, 1)) << format;
  }
}

TEST(SourceColor, GrayPictures) {
  const TemporaryFolder folder;
  for (const char* name : {"gray.png", "gray.jpg"}) {
    const std::string file = folder.path(name);
    ffmpeg("-f lavfi -i color=black:s=64x64,format=gray,geq=lum=16 -frames:v 1 -q:v 1 " + file);
    EXPECT_TRUE(is_near(color_at(*read_first(file).picture, 0.5, 0.5), {16, 16, 16}, 2)) << name;
  }
}

TEST(SourceColor, JpegIsFullRangeBt601) {
  const TemporaryFolder folder;
  const std::string file = folder.path("still.jpg");
  ffmpeg(
      "-f lavfi -i color=0xc85a28:s=1600x900,format=gbrp,"
      "scale=out_color_matrix=bt601:out_range=pc,format=yuvj420p -frames:v 1 -q:v 1 " +
      file);
  const auto source = open_source(file);
  EXPECT_TRUE(source->info().is_still);
  EXPECT_FALSE(source->info().frame_rate.has_value());
  EXPECT_TRUE(is_near(color_at(*source->next()->picture, 0.5, 0.5), {200, 90, 40}, 4));
  EXPECT_FALSE(source->next().has_value());
}

TEST(SourceColor, AlphaIsLaidOverBlack) {
  const TemporaryFolder folder;
  for (const char* name : {"half.png", "half.webp"}) {
    const std::string file = folder.path(name);
    ffmpeg("-f lavfi -i color=0xc86428@0.5:s=64x64,format=rgba -frames:v 1 " +
           std::string(name[5] == 'w' ? "-c:v libwebp -lossless 1 " : "") + file);
    // Half of (200, 100, 40).
    EXPECT_TRUE(is_near(color_at(*read_first(file).picture, 0.5, 0.5), {100, 50, 20}, 3)) << name;
  }
}

TEST(SourceColor, SixteenBitPng) {
  const TemporaryFolder folder;
  const std::string file = folder.path("deep.png");
  ffmpeg("-f lavfi -i color=0xc85a28:s=64x64,format=rgb48be -frames:v 1 " + file);
  EXPECT_EQ(open_source(file)->info().pixel_format, "rgb48be");
  EXPECT_TRUE(is_near(color_at(*read_first(file).picture, 0.5, 0.5), {200, 90, 40}, 1));
}

/// A gray (Y' = code, 10 bit, limited) with HDR tags.
Frame hdr_gray(const TemporaryFolder& folder, const char* transfer, int code) {
  const std::string file = folder.path(std::string(transfer) + std::to_string(code) + ".mkv");
  ffmpeg("-f lavfi -i color=black:s=64x64:r=5:d=0.2,format=yuv420p10le,geq=lum=" +
         std::to_string(code) +
         ":cb=512:cr=512 -c:v ffv1 -color_range tv -colorspace bt2020nc "
         "-color_primaries bt2020 -color_trc " +
         transfer + " " + file);
  return read_first(file);
}

int level(const Frame& frame) {
  const Color c = color_at(*frame.picture, 0.5, 0.5);
  EXPECT_LE(std::abs(c[0] - c[1]), 1) << "gray must stay gray";
  EXPECT_LE(std::abs(c[2] - c[1]), 1) << "gray must stay gray";
  return c[1];
}

// Signal levels by ITU-R BT.2408: reference white is 58 % PQ and 75 % HLG; 18 % gray is 38 % both.
constexpr int limited10(double signal) { return static_cast<int>(64 + 876 * signal + 0.5); }

TEST(SourceHdr, PqReferenceWhiteIsNearWhiteAndPeakIsWhite) {
  const TemporaryFolder folder;
  const int white = level(hdr_gray(folder, "smpte2084", limited10(0.58)));
  EXPECT_GE(white, 220);
  EXPECT_LE(white, 245);
  const int peak = level(hdr_gray(folder, "smpte2084", limited10(0.75)));
  EXPECT_GE(peak, 252);
  const int between = level(hdr_gray(folder, "smpte2084", limited10(0.67)));
  EXPECT_GT(between, white);
  EXPECT_LT(between, peak) << "highlights must keep their differences";
}

TEST(SourceHdr, PqMidGrayIsWhatItWouldBeInSdr) {
  const TemporaryFolder folder;
  // 26 cd/m2 of 203: 255 * (26 / 203) ^ (1 / 2.4) = 108.
  EXPECT_NEAR(level(hdr_gray(folder, "smpte2084", limited10(0.38))), 108, 4);
  EXPECT_EQ(level(hdr_gray(folder, "smpte2084", 64)), 0);
}

TEST(SourceHdr, HlgReferenceWhiteAndGray) {
  const TemporaryFolder folder;
  const int white = level(hdr_gray(folder, "arib-std-b67", limited10(0.75)));
  EXPECT_GE(white, 220);
  EXPECT_LE(white, 245);
  EXPECT_NEAR(level(hdr_gray(folder, "arib-std-b67", limited10(0.38))), 108, 8);
  EXPECT_GE(level(hdr_gray(folder, "arib-std-b67", limited10(1.0))), 252);
}

TEST(SourceHdr, SaysSoInTheInfo) {
  const TemporaryFolder folder;
  hdr_gray(folder, "smpte2084", 500);
  EXPECT_EQ(open_source(folder.path("smpte2084500.mkv"))->info().color, "bt2020 PQ limited -> SDR");
}

TEST(SourceHdr, WideGamutSdrIsConverted) {
  const TemporaryFolder folder;
  const std::string file = folder.path("wide.mkv");
  // A red of BT.709 written in BT.2020: linear (0.6274, 0.0691, 0.0164), gamma 2.4 (BT.2087).
  ffmpeg(
      "-f lavfi -i color=0xd2542e:s=64x64:r=5:d=0.2,format=gbrp,"
      "scale=out_color_matrix=bt2020:out_range=tv:flags=accurate_rnd,format=yuv444p10le "
      "-c:v ffv1 -color_range tv -colorspace bt2020nc -color_primaries bt2020 "
      "-color_trc bt709 " +
      file);
  EXPECT_TRUE(is_near(color_at(*read_first(file).picture, 0.5, 0.5), {255, 0, 0}, 16));
}

}  // namespace
}  // namespace praxiscope::testing
