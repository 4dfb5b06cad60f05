#include "praxiscope/options.h"

#include "praxiscope/error.h"
#include "praxiscope/progress.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace praxiscope {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;

constexpr OptionSpec kSpecs[] = {{"weights", "volume", "volume|per_frame", "how to average"},
                                 {"steps", "50", "int", "number of steps"},
                                 {"sigma", "0.15", "float", "noise, part of the range"}};

std::string usage_error(const std::map<std::string, std::string>& given,
                        std::span<const OptionSpec> specs = kSpecs) {
  try {
    OptionValues values("grad_cam", specs, given);
  } catch (const Error& error) {
    EXPECT_EQ(error.kind(), ErrorKind::kUsage);
    return error.what();
  }
  ADD_FAILURE() << "nothing was thrown";
  return "";
}

TEST(OptionValues, HoldsDefaultsAndGivenValues) {
  const OptionValues values("grad_cam", kSpecs, {{"steps", "8"}});
  EXPECT_EQ(values.text("weights"), "volume");
  EXPECT_EQ(values.integer("steps"), 8);
  EXPECT_DOUBLE_EQ(values.number("sigma"), 0.15);
  EXPECT_EQ(values.differences(), "steps=8");
}

TEST(OptionValues, NamesTheWrongOptionAndTheRightOnes) {
  EXPECT_THAT(usage_error({{"step", "8"}}),
              AllOf(HasSubstr("grad_cam: no option \"step\""), HasSubstr("weights, steps, sigma"),
                    HasSubstr("did you mean \"steps\"?")));
  EXPECT_THAT(usage_error({{"x", "1"}}, {}), HasSubstr("has no options; found \"x\""));
}

TEST(OptionValues, NamesTheWrongValue) {
  EXPECT_THAT(usage_error({{"weights", "volum"}}),
              AllOf(HasSubstr("found \"volum\", expected volume or per_frame"),
                    HasSubstr("did you mean \"volume\"?")));
  EXPECT_THAT(usage_error({{"steps", "8.5"}}), HasSubstr("expected a whole number"));
  EXPECT_THAT(usage_error({{"sigma", "much"}}), HasSubstr("expected a number"));
}

TEST(OptionValues, UndeclaredNamesAreADefect) {
  const OptionValues values("grad_cam", kSpecs, {});
  EXPECT_THROW(values.text("nothing"), Error);
}

TEST(ErrorKinds, AreTheExitCodes) {
  EXPECT_EQ(Error(ErrorKind::kInput, "x").exit_code(), 3);
  EXPECT_EQ(Error(ErrorKind::kCancelled, "x").exit_code(), 130);
  EXPECT_STREQ(Error(ErrorKind::kInput, "x").with_context("clip 2").what(), "clip 2: x");
}

TEST(Progress, StopsOnlyWhenAsked) {
  Progress progress;
  EXPECT_NO_THROW(progress.check_cancelled());
  progress.cancel();
  EXPECT_THROW(progress.check_cancelled(), Error);
}

}  // namespace
}  // namespace praxiscope
