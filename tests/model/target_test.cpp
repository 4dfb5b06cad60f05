// What users write as targets, and what they are told when it cannot be meant.
#include "praxiscope/target.h"

#include "praxiscope/error.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace praxiscope {
namespace {

using testing::HasSubstr;

const std::vector<std::string> kLabels = {"violin",  "cello, violoncello",
                                          "t-shirt", "t",
                                          "shirt",   "playing_guitar",
                                          "crane",   "crane",
                                          "2",       "a-b-c",
                                          "Archery"};

Target only(const std::string& text) {
  const std::vector<TargetWish> wishes = parse_target(text, kLabels);
  EXPECT_EQ(wishes.size(), 1u);
  EXPECT_FALSE(wishes.front().top_rank);
  return wishes.front().fixed.value();
}

std::string message_of(const std::string& text, const std::vector<std::string>& labels = kLabels) {
  try {
    parse_target(text, labels);
  } catch (const Error& error) {
    EXPECT_EQ(error.kind(), ErrorKind::kUsage);
    return error.what();
  }
  return "no error";
}

Target class_target(std::int64_t index) {
  Target target;
  target.class_index = index;
  return target;
}

Target contrast(std::int64_t a, std::int64_t b) {
  Target target = class_target(a);
  target.kind = Target::Kind::kContrast;
  target.other_class_index = b;
  return target;
}

TEST(ParseTarget, TopIsTheFirstRank) {
  const std::vector<TargetWish> wishes = parse_target("top", kLabels);
  ASSERT_EQ(wishes.size(), 1u);
  EXPECT_EQ(wishes[0].top_rank, 1);
  EXPECT_FALSE(wishes[0].fixed);
}

TEST(ParseTarget, TopNStandsForAllRanksUpToN) {
  const std::vector<TargetWish> wishes = parse_target("top3", kLabels);
  ASSERT_EQ(wishes.size(), 3u);
  for (int i = 0; i < 3; ++i) EXPECT_EQ(wishes[i].top_rank, i + 1);
}

TEST(ParseTarget, RefusesMoreRanksThanClasses) {
  EXPECT_EQ(message_of("top12"), "target: \"top12\": found 12 classes, expected 1 to 11");
  EXPECT_EQ(message_of("top0"), "target: \"top0\": found 0 classes, expected 1 to 11");
}

TEST(ParseTarget, FindsLabelsInAnyCaseWithUnderscoresAndBySynonym) {
  EXPECT_EQ(only("violin"), class_target(0));
  EXPECT_EQ(only("  VIOLIN "), class_target(0));
  EXPECT_EQ(only("cello, violoncello"), class_target(1));
  EXPECT_EQ(only("violoncello"), class_target(1));
  EXPECT_EQ(only("playing guitar"), class_target(5));
  EXPECT_EQ(only("archery"), class_target(10));
}

TEST(ParseTarget, TakesIndicesButLabelsWin) {
  EXPECT_EQ(only("4"), class_target(4));
  EXPECT_EQ(only("2"), class_target(8));  // a class is named "2"
}

TEST(ParseTarget, TriesWholeLabelsBeforeContrasts) {
  EXPECT_EQ(only("t-shirt"), class_target(2));
  EXPECT_EQ(only("a-b-c"), class_target(9));
}

TEST(ParseTarget, FindsTheHyphenThatSeparates) {
  EXPECT_EQ(only("violin-cello"), contrast(0, 1));
  EXPECT_EQ(only("violin - cello"), contrast(0, 1));
  EXPECT_EQ(only("violin-t-shirt"), contrast(0, 2));
  EXPECT_EQ(only("a-b-c-t-shirt"), contrast(9, 2));
  EXPECT_EQ(only("0-10"), contrast(0, 10));
  EXPECT_EQ(only("violin-10"), contrast(0, 10));
}

TEST(ParseTarget, RefusesWhatHasTwoMeanings) {
  EXPECT_EQ(message_of("crane"),
            "target: \"crane\" names 2 classes, 6 and 7 among them; give the index instead");
  const std::vector<std::string> labels = {"a", "a-a", "a-a-a"};
  EXPECT_EQ(message_of("a-a-a-a", labels),
            "target: \"a-a-a-a\" can be read as 3 contrasts; give indices: 3-17");
}

TEST(ParseTarget, RefusesAContrastOfAClassWithItself) {
  EXPECT_EQ(message_of("violin-violin"),
            "target: \"violin-violin\" compares class 0 with itself; name two classes");
}

TEST(ParseTarget, RefusesIndicesBeyondTheLastClass) {
  EXPECT_EQ(message_of("11"), "target: no class 11; the network has 11, 0 to 10");
  EXPECT_EQ(message_of("violin-400"), "target: no class 400; the network has 11, 0 to 10");
}

TEST(ParseTarget, SuggestsTheNearestLabel) {
  EXPECT_EQ(message_of("violn"),
            "target: no class \"violn\"; expected a label, an index, A-B, top, topN or "
            "unit:LAYER:CHANNEL; did you mean \"violin\"?");
  EXPECT_THAT(message_of("violoncelo"), HasSubstr("did you mean \"violoncello\""));
  EXPECT_THAT(message_of("violin-archry"), HasSubstr("did you mean \"Archery\""));
  EXPECT_THAT(message_of(""), HasSubstr("no class \"\""));
  EXPECT_THAT(message_of("-1"), HasSubstr("no class \"-1\""));
}

TEST(ParseTarget, ReadsUnits) {
  const Target unit = only("unit:layer4.1.conv2:37");
  EXPECT_EQ(unit.kind, Target::Kind::kUnit);
  EXPECT_EQ(unit.layer, "layer4.1.conv2");
  EXPECT_EQ(unit.channel, 37);
  EXPECT_FALSE(unit.t || unit.y || unit.x);
  EXPECT_EQ(only("unit:backbone/layer4/1:0").layer, "backbone/layer4/1");
  EXPECT_EQ(only("unit:conv3d#7:2").layer, "conv3d#7");
}

TEST(ParseTarget, ReadsPositionsOfUnits) {
  const Target unit = only("unit:conv:2@1,0,13");
  EXPECT_EQ(unit.t, 1);
  EXPECT_EQ(unit.y, 0);
  EXPECT_EQ(unit.x, 13);
  const Target frame = only("unit:conv:2@1,*,");
  EXPECT_EQ(frame.t, 1);
  EXPECT_FALSE(frame.y || frame.x);
}

TEST(ParseTarget, SaysWhatIsWrongWithAUnit) {
  const std::string expected =
      ", expected unit:LAYER:CHANNEL or unit:LAYER:CHANNEL@t,y,x with * for a mean over an axis";
  EXPECT_EQ(message_of("unit:conv"), "target: \"unit:conv\": found no channel" + expected);
  EXPECT_EQ(message_of("unit::3"), "target: \"unit::3\": found no layer" + expected);
  EXPECT_EQ(message_of("unit:conv:x"),
            "target: \"unit:conv:x\": found the channel \"x\"" + expected);
  EXPECT_EQ(message_of("unit:conv:1@2,3"),
            "target: \"unit:conv:1@2,3\": found the position \"2,3\"" + expected);
  EXPECT_EQ(message_of("unit:conv:1@2,3,y"),
            "target: \"unit:conv:1@2,3,y\": found the position \"y\"" + expected);
}

TEST(ParseTarget, WorksWithoutLabels) {
  const std::vector<TargetWish> wishes = parse_target("17-3", {});
  ASSERT_EQ(wishes.size(), 1u);
  EXPECT_EQ(wishes[0].fixed, contrast(17, 3));
}

TEST(DescribeTarget, SaysWhatIsExplained) {
  EXPECT_EQ(describe(class_target(0), kLabels), "violin");
  EXPECT_EQ(describe(class_target(99), kLabels), "class 99");
  EXPECT_EQ(describe(contrast(0, 10), kLabels), "violin - Archery");
  EXPECT_EQ(describe(only("unit:layer4.1.conv2:37"), kLabels), "unit layer4.1.conv2:37");
  EXPECT_EQ(describe(only("unit:conv:2@1,*,*"), kLabels), "unit conv:2@1,*,*");
}

TEST(DescribeTarget, CanBeReadBackForUnits) {
  for (const char* text : {"unit:conv:2@1,*,3", "unit:a.b:0", "unit:a:1@0,0,0"}) {
    const Target unit = only(text);
    std::string again = describe(unit, kLabels);
    again[4] = ':';
    EXPECT_EQ(only(again), unit);
  }
}

}  // namespace
}  // namespace praxiscope
