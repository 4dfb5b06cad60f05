// Pictures stand upright, have square pixels and the right size.
#include "media/orientation.h"
#include "media/support.h"

#include <fstream>

namespace praxiscope::testing {
namespace {

const Color kRed{255, 0, 0}, kGreen{0, 255, 0}, kBlue{0, 0, 255}, kWhite{255, 255, 255};

/// Red, green above; blue, white below. 96x64 px.
const char* const kQuarters =
    "\"color=red:s=48x32:r=5:d=0.6,format=gbrp[a];color=lime:s=48x32:r=5:d=0.6,format=gbrp[b];"
    "color=blue:s=48x32:r=5:d=0.6,format=gbrp[c];color=white:s=48x32:r=5:d=0.6,format=gbrp[d];"
    "[a][b]hstack[t];[c][d]hstack[u];[t][u]vstack,format=yuv444p\"";

using Corners = std::array<Color, 4>;  ///< top left, top right, bottom left, bottom right

void expect_corners(const Picture& picture, const Corners& corners) {
  EXPECT_TRUE(is_near(color_at(picture, 0.2, 0.2), corners[0], 8)) << "top left";
  EXPECT_TRUE(is_near(color_at(picture, 0.8, 0.2), corners[1], 8)) << "top right";
  EXPECT_TRUE(is_near(color_at(picture, 0.2, 0.8), corners[2], 8)) << "bottom left";
  EXPECT_TRUE(is_near(color_at(picture, 0.8, 0.8), corners[3], 8)) << "bottom right";
}

/// Overwrites the matrix of an mp4's video track (ISO 14496-12, 8.3.2): a shown point is
/// (a x + c y, b x + d y).
void write_with_matrix(const std::string& from, const std::string& to, int a, int b, int c, int d) {
  std::ifstream in(from, std::ios::binary);
  std::string bytes((std::istreambuf_iterator<char>(in)), {});
  const std::size_t box = bytes.find("tkhd");
  ASSERT_NE(box, std::string::npos);
  const auto put = [&](std::size_t at, int value) {
    const auto fixed = static_cast<std::uint32_t>(value * 65536);
    for (std::size_t i = 0; i < 4; ++i) {
      bytes[box + 44 + 4 * at + i] = static_cast<char>(fixed >> (24 - 8 * i));
    }
  };
  put(0, a), put(1, b), put(3, c), put(4, d);
  std::ofstream(to, std::ios::binary) << bytes;
}

TEST(SourceGeometry, DisplayMatrixTurnsAndFlips) {
  const TemporaryFolder folder;
  const std::string plain = folder.path("plain.mp4");
  ffmpeg(std::string("-filter_complex ") + kQuarters + " -c:v libx264 -crf 1 " + plain);
  struct Case {
    int a, b, c, d, degrees;
    bool is_mirrored;
    Corners corners;
  };
  const std::vector<Case> cases = {{1, 0, 0, 1, 0, false, {kRed, kGreen, kBlue, kWhite}},
                                   {0, 1, -1, 0, 90, false, {kBlue, kRed, kWhite, kGreen}},
                                   {-1, 0, 0, -1, 180, false, {kWhite, kBlue, kGreen, kRed}},
                                   {0, -1, 1, 0, 270, false, {kGreen, kWhite, kRed, kBlue}},
                                   {-1, 0, 0, 1, 0, true, {kGreen, kRed, kWhite, kBlue}},
                                   {1, 0, 0, -1, 180, true, {kBlue, kWhite, kRed, kGreen}}};
  for (const Case& one : cases) {
    SCOPED_TRACE(std::to_string(one.degrees) + (one.is_mirrored ? " mirrored" : ""));
    const std::string file = folder.path("turned.mp4");
    write_with_matrix(plain, file, one.a, one.b, one.c, one.d);
    const auto source = open_source(file);
    EXPECT_EQ(source->info().rotation_deg, one.degrees);
    EXPECT_EQ(source->info().is_mirrored, one.is_mirrored);
    EXPECT_EQ(source->info().width, one.degrees % 180 == 0 ? 96 : 64);
    EXPECT_EQ(source->info().coded_width, 96);
    const Frame frame = *source->next();
    EXPECT_EQ(frame.picture->width, source->info().width);
    EXPECT_EQ(frame.picture->height, source->info().height);
    expect_corners(*frame.picture, one.corners);
  }
}

/// Puts an EXIF block with an orientation behind the start of a JPEG.
void write_with_exif(const std::string& from, const std::string& to, char orientation) {
  std::ifstream in(from, std::ios::binary);
  std::string jpeg((std::istreambuf_iterator<char>(in)), {});
  const std::string tiff =
      std::string("Exif\0\0MM\0*\0\0\0\x08\0\x01\x01\x12\0\x03\0\0\0\x01\0", 25) + orientation +
      std::string("\0\0\0\0\0\0", 6);
  const auto size = static_cast<char>(tiff.size() + 2);
  std::ofstream out(to, std::ios::binary);
  out << jpeg.substr(0, 2) << "\xff\xe1" << std::string(1, '\0') << size << tiff << jpeg.substr(2);
}

TEST(SourceGeometry, ExifTurnsAndFlips) {
  const TemporaryFolder folder;
  const std::string plain = folder.path("plain.jpg");
  ffmpeg(std::string("-filter_complex ") + kQuarters + " -frames:v 1 -pix_fmt yuvj444p -q:v 1 " +
         plain);
  // EXIF 2.3, table "Orientation": where the stored row 0 and column 0 are shown.
  const std::array<Corners, 8> shown = {{{kRed, kGreen, kBlue, kWhite},
                                         {kGreen, kRed, kWhite, kBlue},
                                         {kWhite, kBlue, kGreen, kRed},
                                         {kBlue, kWhite, kRed, kGreen},
                                         {kRed, kBlue, kGreen, kWhite},
                                         {kBlue, kRed, kWhite, kGreen},
                                         {kWhite, kGreen, kBlue, kRed},
                                         {kGreen, kWhite, kRed, kBlue}}};
  for (int tag = 1; tag <= 8; ++tag) {
    SCOPED_TRACE(tag);
    const std::string file = folder.path("turned.jpg");
    write_with_exif(plain, file, static_cast<char>(tag));
    const Frame frame = read_first(file);
    EXPECT_EQ(frame.picture->width, tag <= 4 ? 96 : 64);
    expect_corners(*frame.picture, shown[static_cast<std::size_t>(tag - 1)]);
  }
}

TEST(SourceGeometry, OrientationNames) {
  EXPECT_EQ(orientation_from_exif(6)->rotation_deg(), 90);
  EXPECT_EQ(orientation_from_exif(8)->rotation_deg(), 270);
  EXPECT_TRUE(orientation_from_exif(2)->is_mirrored());
  EXPECT_EQ(orientation_from_exif(2)->rotation_deg(), 0);
  EXPECT_EQ(orientation_from_exif(4)->rotation_deg(), 180);
  EXPECT_FALSE(orientation_from_exif(0).has_value());
  EXPECT_FALSE(orientation_from_exif(9).has_value());
}

TEST(SourceGeometry, SampleAspectEnlargesTheShorterScaledAxis) {
  const TemporaryFolder folder;
  const std::vector<std::tuple<const char*, int, int>> shapes = {
      {"2/1", 192, 64}, {"1/2", 96, 128}, {"4/3", 128, 64}, {"1/1", 96, 64},
      {"0/1", 96, 64},  {"97/96", 96, 64}};  // one pixel of rounding is not resampled
  for (const auto& [shape, width, height] : shapes) {
    SCOPED_TRACE(shape);
    const std::string file = folder.path("shape.mp4");
    ffmpeg("-f lavfi -i testsrc2=s=96x64:r=5:d=0.4 -vf setsar=" + std::string(shape) +
           " -c:v libx264 -pix_fmt yuv420p " + file);
    const auto source = open_source(file);
    EXPECT_EQ(source->info().width, width);
    EXPECT_EQ(source->info().height, height);
    EXPECT_EQ(source->next()->picture->width, width);
  }
}

TEST(SourceGeometry, SampleAspectIsAppliedBeforeTheTurn) {
  const TemporaryFolder folder;
  ffmpeg("-f lavfi -i testsrc2=s=96x64:r=5:d=0.4 -vf setsar=2 -c:v libx264 -pix_fmt yuv420p " +
         folder.path("wide.mp4"));
  write_with_matrix(folder.path("wide.mp4"), folder.path("tall.mp4"), 0, 1, -1, 0);
  const auto source = open_source(folder.path("tall.mp4"));
  EXPECT_EQ(source->info().width, 64);
  EXPECT_EQ(source->info().height, 192);
}

TEST(SourceGeometry, OddSizesKeepEveryPixel) {
  const TemporaryFolder folder;
  for (const char* format : {"yuv420p", "yuv422p", "yuv444p"}) {
    const std::string file = folder.path(std::string(format) + ".mkv");
    ffmpeg("-f lavfi -i testsrc=s=35x21:r=5:d=0.4 -pix_fmt " + std::string(format) + " -c:v ffv1 " +
           file);
    const Frame frame = read_first(file);
    EXPECT_EQ(frame.picture->width, 35);
    EXPECT_EQ(frame.picture->height, 21);
    EXPECT_EQ(frame.picture->rgb.size(), 35u * 21 * 3);
  }
}

TEST(SourceGeometry, PicturesAgreeWithFfmpegsOwnConversion) {
  const TemporaryFolder folder;
  const std::string file = folder.path("clip.mp4");
  ffmpeg(
      "-f lavfi -i testsrc2=s=322x242:r=5:d=1 -c:v libx264 -crf 10 -pix_fmt yuv420p "
      "-colorspace bt709 -color_primaries bt709 -color_trc bt709 -color_range tv " +
      file);
  ffmpeg("-i " + file +
         " -vf scale=in_h_chr_pos=0:in_v_chr_pos=128:flags=bicubic+accurate_rnd+full_chroma_int,"
         "format=rgb24 " +
         folder.path("own_%d.png"));
  const std::vector<Frame> frames = read_all(file);
  ASSERT_EQ(frames.size(), 5u);
  for (std::size_t i = 0; i < frames.size(); ++i) {
    const Frame own = read_first(folder.path("own_" + std::to_string(i + 1) + ".png"));
    EXPECT_GT(psnr(*frames[i].picture, *own.picture), 45) << i;
  }
}

}  // namespace
}  // namespace praxiscope::testing
