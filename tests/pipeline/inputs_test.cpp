#include "pipeline/annotator.h"
#include "pipeline/settings.h"

#include "praxiscope/error.h"
#include "praxiscope/explain.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>

namespace praxiscope {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
namespace fs = std::filesystem;

template <typename Call>
std::string message_of(ErrorKind kind, const Call& call) {
  try {
    call();
  } catch (const Error& error) {
    EXPECT_EQ(error.kind(), kind) << error.what();
    return error.what();
  }
  ADD_FAILURE() << "expected an error";
  return "";
}

class Inputs : public testing::Test {
 protected:
  Inputs() : folder_(fs::path(testing::TempDir()) / ("inputs" + std::to_string(::getpid()))) {
    fs::create_directories(folder_);
    for (const char* name : {"a.mp4", "b c.mp4", "d.mp4"}) std::ofstream(folder_ / name) << "x";
  }
  ~Inputs() override { fs::remove_all(folder_); }
  std::string path(const std::string& name) const { return (folder_ / name).string(); }
  fs::path folder_;
};

TEST_F(Inputs, ArgumentsExpandInTheirOrder) {
  std::ofstream(folder_ / "list.txt") << "d.mp4 playing cello\na.mp4\n";
  EXPECT_THAT(expand_inputs({"-", path("list.txt"), "img_%05d.jpg", path("*.mp4"), "missing.mp4"}),
              ElementsAre("-", path("d.mp4"), path("a.mp4"), "img_%05d.jpg", path("a.mp4"),
                          path("b c.mp4"), path("d.mp4"), "missing.mp4"));
  EXPECT_THAT(message_of(ErrorKind::kInput, [&] { expand_inputs({path("*.avi")}); }),
              HasSubstr("no file matches"));
  EXPECT_THAT(message_of(ErrorKind::kInput, [&] { expand_inputs({}); }), HasSubstr("no input"));
}

TEST(Scale, ReadsItsThreeForms) {
  EXPECT_EQ(parse_scale("running").kind, ScaleRule::Kind::kRunning);
  EXPECT_EQ(parse_scale("clip").kind, ScaleRule::Kind::kClip);
  const ScaleRule fixed = parse_scale("-0.5:2");
  EXPECT_EQ(fixed.kind, ScaleRule::Kind::kFixed);
  EXPECT_FLOAT_EQ(fixed.fixed.lo, -0.5F);
  EXPECT_FLOAT_EQ(fixed.fixed.hi, 2.0F);
  for (const char* wrong : {"", "2:1", "1:1", "a:b", "1:2:3", "nan:1"}) {
    EXPECT_THAT(message_of(ErrorKind::kUsage, [&] { parse_scale(wrong); }), HasSubstr("LO:HI"));
  }
}

TEST(Settings, BatchIsChosenBySizeAndCanBeSet) {
  InputSpec small;
  small.preparation.crop = Size{112, 112};
  InputSpec large = small;
  large.preparation.crop = Size{224, 224};
  EXPECT_EQ(resolve_batch(0, {small}, "cpu", {}), 4);
  EXPECT_EQ(resolve_batch(0, {large}, "cpu", {}), 1);
  EXPECT_EQ(resolve_batch(7, {large}, "cpu", {}), 7);
  EXPECT_EQ(resolve_batch(0, {small}, "cpu", 2), 2);
  EXPECT_EQ(resolve_batch(2, {small}, "cpu", 2), 2);
  EXPECT_THAT(message_of(ErrorKind::kUsage, [&] { resolve_batch(4, {small}, "cpu", 2); }),
              testing::HasSubstr("batch: found 4, expected 2, which the model's file fixes"));
  EXPECT_THAT(message_of(ErrorKind::kUsage, [&] { resolve_batch(-1, {small}, "cpu", {}); }),
              HasSubstr("found -1"));
  EXPECT_THAT(message_of(ErrorKind::kUsage, [] { resolve_threads(-2); }), HasSubstr("found -2"));
  EXPECT_THAT(message_of(ErrorKind::kUsage, [] { check_precision("fp16"); }),
              HasSubstr("did you mean \"f16\""));
}

TEST(Methods, AreReadWithTheirOptions) {
  const std::vector<MethodChoice> choices =
      parse_methods("grad_cam_pp, grad_cam:weights=per_frame:layer=a.b");
  ASSERT_EQ(choices.size(), 2U);
  EXPECT_EQ(choices[0].id, "grad_cam_pp");
  EXPECT_EQ(choices[1].options.at("weights"), "per_frame");
  EXPECT_EQ(choices[1].options.at("layer"), "a.b");
  EXPECT_THAT(message_of(ErrorKind::kUsage, [] { parse_methods("gradcam"); }),
              HasSubstr("did you mean \"grad_cam\""));
  EXPECT_THAT(message_of(ErrorKind::kUsage, [] { parse_methods("grad_cam:per_frame"); }),
              HasSubstr("name=value"));
  EXPECT_THAT(message_of(ErrorKind::kUsage, [] { parse_methods("grad_cam:weights=half"); }),
              HasSubstr("expected volume or per_frame"));
  EXPECT_THAT(message_of(ErrorKind::kUsage, [] { parse_methods("grad_cam:layr=a"); }),
              HasSubstr("did you mean \"layer\""));
  EXPECT_THAT(message_of(ErrorKind::kUsage, [] { parse_methods("saliency:layer=a"); }),
              HasSubstr("no option \"layer\""));
}

}  // namespace
}  // namespace praxiscope
