// What results say of themselves, and that they say a number in one way.
#include "pipeline/report.h"

#include "methods/fake_model.h"

#include <ATen/ATen.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include <cmath>
#include <cstdlib>
#include <filesystem>
#include <fstream>

namespace praxiscope {
namespace {

using nlohmann::json;

TEST(Report, SaysHowEachInputIsPrepared) {
  const auto model = testing::gap_network();
  InputSpec& spec = model->manifest().inputs.at(0);
  spec.fps = Rational(30000, 1001);
  spec.preparation.short_side = 256;
  spec.preparation.crop = Size{224, 200};
  spec.spacing = Spacing::kSpread;
  const json header = header_json("praxiscope.explain/1", "a.mp4", {}, *model, {},
                                  {.device = "cpu", .threads = 1, .seed = 7}, 1);
  const json& input = header.at("model").at("inputs").at(0);
  EXPECT_EQ(input.at("fps"), "30000/1001");
  EXPECT_EQ(input.at("short_side"), 256);
  EXPECT_TRUE(input.at("exact").is_null());
  EXPECT_TRUE(input.at("frames_of").is_null());
  EXPECT_EQ(input.at("crop"), (json{{"height", 224}, {"width", 200}}));
  EXPECT_EQ(input.at("spacing"), "spread");
  EXPECT_EQ(header.at("run").at("precision"), "f32");
  EXPECT_EQ(header.at("run").at("seed"), 7);
}

TEST(Report, WritesAFloatAsItsShortestDecimal) {
  const json top = top_json({{"a", 3, 0.15584007F, -2.5F}, {"b", 4, 0, std::nanf("")}});
  EXPECT_EQ(top.dump(), R"([{"index":3,"label":"a","logit":-2.5,"probability":0.15584007},)"
                        R"({"index":4,"label":"b","logit":null,"probability":0.0}])");
}

std::string bytes_of(const std::filesystem::path& path) {
  std::ifstream in(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(in), {}};
}

TEST(Report, EveryFileSaysHowItWasMade) {
  const std::string model = std::string(PRAXISCOPE_BUILD_DIR) + "/test-models/gap_linear.pt";
  if (!std::filesystem::exists(model) || std::system("ffmpeg -version > /dev/null 2>&1") != 0)
    GTEST_SKIP() << "no " << model << " or no ffmpeg";
  const std::filesystem::path folder =
      std::filesystem::path(::testing::TempDir()) / ("report" + std::to_string(::getpid()));
  std::filesystem::create_directories(folder);
  const std::string video = folder / "in.mp4", picture = folder / "in.png";
  for (const auto& [path, frames] : {std::pair{video, 8}, {picture, 1}}) {
    ASSERT_EQ(std::system(("ffmpeg -y -loglevel error -f lavfi -i testsrc2=size=64x64:rate=25 "
                           "-frames:v " +
                           std::to_string(frames) + " '" + path + "'")
                              .c_str()),
              0);
  }
  ExplainOptions options;
  options.source.model = model;
  options.source.overrides.frames = 8;
  options.source.overrides.resize = "32x32";
  options.source.overrides.crop = "32x32";
  options.run.device = "cpu";
  options.run.seed = 4711;
  options.methods = parse_methods("grad_cam");
  Progress progress;
  options.outputs = {folder / "out.mp4", folder / "out.npz"};
  explain(video, options, progress);
  options.outputs = {folder / "out.png"};
  explain(picture, options, progress);
  for (const std::string text : {"\"seed\":4711", "\"precision\":\"f32\"",
                                 "\"sha256\":", "\"short_side\":", "\"interpolation\":"}) {
    std::string wide;  // as NumPy stores text
    for (const char c : text) wide += c + std::string(3, '\0');
    EXPECT_NE(bytes_of(folder / "out.mp4").find(text), std::string::npos) << text;
    EXPECT_NE(bytes_of(folder / "out.png").find(text), std::string::npos) << text;
    EXPECT_NE(bytes_of(folder / "out.npz").find(wide), std::string::npos) << text;
  }
  std::filesystem::remove_all(folder);
}

}  // namespace
}  // namespace praxiscope
