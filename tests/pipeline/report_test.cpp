// What results say of themselves, and that they say a number in one way.
#include "pipeline/report.h"

#include "methods/fake_model.h"

#include <ATen/ATen.h>
#include <gtest/gtest.h>

#include <cmath>

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

}  // namespace
}  // namespace praxiscope
