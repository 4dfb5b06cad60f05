// Flow fields from files: what is taken for what, and what is refused.
#include "clip/flow_files.h"

#include "clip/flow_middlebury.h"
#include "clip/synthetic.h"

#include "praxiscope/error.h"

#include <ATen/ATen.h>
#include <gmock/gmock.h>

#include <filesystem>
#include <fstream>
#include <functional>

namespace praxiscope {
namespace {

namespace fs = std::filesystem;
using test::expect_error;
using testing::HasSubstr;

constexpr int kWidth = 48, kHeight = 40;

double middle(const at::Tensor& values) { return values.flatten().median().item<double>(); }

class FlowReaders : public test::InFolder {
 protected:
  void write_gray(const std::string& name, std::uint8_t value) const {
    fs::create_directories(fs::path(path(name)).parent_path());
    const auto picture = test::gray(kWidth, kHeight, value);
    std::ofstream file(path(name), std::ios::binary);
    file << "P6\n" << kWidth << ' ' << kHeight << "\n255\n";
    file.write(reinterpret_cast<const char*>(picture->rgb.data()),
               static_cast<std::streamsize>(picture->rgb.size()));
  }
};

TEST_F(FlowReaders, PairsOfPicturesAreSharesOfTheBound) {
  for (int i = 0; i < 3; ++i) {
    write_gray("v_Cello_g01_x_000" + std::to_string(i) + ".ppm", static_cast<std::uint8_t>(i * 51));
    write_gray("v_Cello_g01_y_000" + std::to_string(i) + ".ppm", 255);
  }
  const auto reader = open_flow(folder_.string());
  for (int i = 0; i < 3; ++i) {
    const auto field = reader->next();
    ASSERT_TRUE(field);
    EXPECT_TRUE(field->is_share);
    EXPECT_NEAR(middle(field->values[0]), 2.0 * i * 51 / 255 - 1, 1e-5);
    EXPECT_NEAR(middle(field->values[1]), 1, 1e-5);
  }
  EXPECT_FALSE(reader->next());
}

TEST_F(FlowReaders, PairsMayLieInFoldersOfTheirOwn) {
  for (const char* axis : {"u", "v"}) {
    for (int i = 8; i < 12; ++i)
      write_gray(std::string(axis) + "/frame" + std::to_string(i) + ".ppm",
                 static_cast<std::uint8_t>(axis[0] == 'u' ? i : 100 + i));
  }
  const auto reader = open_flow(folder_.string());
  for (int i = 8; i < 12; ++i) {  // in the order of numbers
    const auto field = reader->next();
    ASSERT_TRUE(field);
    EXPECT_NEAR(middle(field->values[0]), i / 127.5 - 1, 1e-5);
    EXPECT_NEAR(middle(field->values[1]), (100 + i) / 127.5 - 1, 1e-5);
  }
}

TEST_F(FlowReaders, RefusesWhatIsNoFlow) {
  expect_error([&] { open_flow(folder_.string()); }, ErrorKind::kInput, "found no flow");
  expect_error([&] { open_flow(path("missing.flo"))->next(); }, ErrorKind::kInput, "missing.flo");
  for (const char* told : {"option \"--flow\"", "there is no such file",
                           "expected tvl1, dis, a folder", "check the path"})
    expect_error([&] { open_flow(path("nodir")); }, ErrorKind::kInput, told);
  std::ofstream(path("note.txt")) << "no flow";
  expect_error([&] { open_flow(path("note.txt")); }, ErrorKind::kInput, "option \"--flow\"");
  write_gray("flow_x_1.ppm", 1);
  expect_error([&] { open_flow(folder_.string()); }, ErrorKind::kInput, "without its other half");
  std::ofstream(path("a.flo")) << "no flow at all";
  expect_error([&] { open_flow(path("a.flo"))->next(); }, ErrorKind::kInput, "PIEH");
  write_flo(path("a.flo"), at::ones({2, kHeight, kWidth}));
  fs::resize_file(path("a.flo"), 500);
  expect_error([&] { open_flow(path("a.flo"))->next(); }, ErrorKind::kInput, "bytes of vectors");
}

TEST_F(FlowReaders, AFloFileIsReadAsItWasWritten) {
  const at::Tensor flow = at::randn({2, 7, 5});
  write_flo(path("a.flo"), flow);
  EXPECT_EQ(fs::file_size(path("a.flo")), 12U + 4 * 2 * 7 * 5);
  EXPECT_TRUE(read_flo(path("a.flo")).equal(flow));
  const at::Tensor unknown = flow.clone();
  unknown[0][3][3] = 1.6e9;
  write_flo(path("a.flo"), unknown);
  EXPECT_EQ(read_flo(path("a.flo"))[0][3][3].item<float>(), 0);
}

}  // namespace
}  // namespace praxiscope
