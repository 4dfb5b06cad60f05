// Presets: the numbers are compared through goldens in prepare_test.cpp; here what they promise.
#include "praxiscope/error.h"
#include "praxiscope/preparation.h"

#include <gmock/gmock.h>

#include <set>

namespace praxiscope {
namespace {

TEST(Presets, HaveUniqueNamesShortSummariesAndSources) {
  std::set<std::string> names;
  for (const Preset& preset : presets()) {
    EXPECT_TRUE(names.insert(preset.name).second) << preset.name;
    EXPECT_LE(preset.summary.size(), 60U) << preset.name;
    EXPECT_FALSE(preset.source.empty()) << preset.name;
    EXPECT_FALSE(preset.inputs.empty()) << preset.name;
    EXPECT_EQ(find_preset(preset.name).name, preset.name);
  }
  for (const char* family : {"torchvision", "slowfast", "pytorchvideo", "x3d", "mmaction2",
                             "mmaction2_c3d", "i3d_rgb", "i3d_flow", "c3d"}) {
    EXPECT_TRUE(names.contains(family)) << family;
  }
}

TEST(Presets, NamesTheNearestForATypo) {
  try {
    find_preset("torchvison");
    FAIL() << "no error";
  } catch (const Error& error) {
    EXPECT_EQ(error.kind(), ErrorKind::kUsage);
    EXPECT_THAT(error.what(), testing::HasSubstr("no preset \"torchvison\"; did you mean "
                                                 "\"torchvision\""));
  }
}

TEST(Presets, SlowFastDrawsAQuarterOfTheFastFramesForTheSlowPathway) {
  const Preset& preset = find_preset("slowfast");
  ASSERT_EQ(preset.inputs.size(), 2U);
  EXPECT_EQ(preset.inputs[0].name, "slow");
  EXPECT_EQ(preset.inputs[0].frames_of, "fast");
  EXPECT_EQ(4 * preset.inputs[0].frames, preset.inputs[1].frames);
}

}  // namespace
}  // namespace praxiscope
