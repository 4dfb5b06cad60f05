// What info says of models and media, on a fake library.
#include "cli/fake_library.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

namespace praxiscope::test {
namespace {

using nlohmann::json;
using testing::HasSubstr;
using testing::StartsWith;

class Info : public testing::Test {
 protected:
  void SetUp() override { make_fresh(); }
};

TEST_F(Info, TellsModelsFromMedia) {
  const Outcome model = run({"info", "strings", "--frames", "8"});
  EXPECT_EQ(model.status, 0) << model.err;
  EXPECT_EQ(fake().info_overrides.frames, 8);
  for (const char* part :
       {"torch.export 8.17", "16 frames, shorter side 128 (bilinear, antialias), crop 112x112",
        "1x3x16x112x112", "time: 16", "4: cello, violin, drums?[2J, ...",
        "stem (default for methods)"}) {
    EXPECT_THAT(model.out, HasSubstr(part));
  }
  EXPECT_THAT(model.out,
              HasSubstr("stem   Conv3d             64x16x56x56   1x2x2  3x7x7      28.3 k\n"));
  EXPECT_THAT(model.out,
              HasSubstr("pool   AdaptiveAvgPool3d     64x1x1x1       -    all           -\n"));
  EXPECT_EQ(model.err, "warning: no model.json\n");
  EXPECT_THAT(run({"info", "strings", "--layers"}).out, StartsWith("layer  type"));

  const Outcome media = run({"info", "x.mp4"});
  EXPECT_EQ(media.status, 0);
  EXPECT_THAT(media.out, HasSubstr("1080 x 1920 px (stored 1920 x 1080), turned 90 degrees\n"));
  EXPECT_THAT(media.out, HasSubstr("30000/1001 frames per second (29.970)"));
}

TEST_F(Info, AsJson) {
  const json model = json::parse(run({"info", "strings", "--json", "-q"}).out);
  EXPECT_EQ(model["schema"], "praxiscope.info.model/1");
  EXPECT_EQ(model["layers"][0]["receptive_field"]["size"], (json{3, 7, 7}));
  EXPECT_EQ(model["layers"][2]["receptive_field"], nullptr);
  EXPECT_EQ(model["inputs"][0]["crop"]["height"], 112);
  EXPECT_EQ(model["labels"][2], "drums\x1b[2J");
  const json media = json::parse(run({"info", "x.mp4", "--json"}).out);
  EXPECT_EQ(media["schema"], "praxiscope.info.media/1");
  EXPECT_EQ(media["frame_rate"], "30000/1001");
  EXPECT_EQ(media["frame_count_from_header"], nullptr);
}

TEST_F(Info, ReportsEachArgument) {
  EXPECT_EQ(run({"info", "missing.mp4"}).status, 3);
  EXPECT_EQ(run({"info", "broken.pt"}).status, 4);
  const Outcome both = run({"info", "broken.pt", "x.mp4"});
  EXPECT_EQ(both.status, 4);
  EXPECT_THAT(both.out, HasSubstr("x.mp4"));
  EXPECT_THAT(both.err, HasSubstr("error: no model \"broken.pt\""));
}

}  // namespace
}  // namespace praxiscope::test
