// Options: what is accepted, and what is said of everything else.
#include "cli/options.h"

#include "praxiscope/error.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace praxiscope::cli {
namespace {

using testing::HasSubstr;

const OptionGroup kGroup{"Group",
                         {{"method", 'm', OptionKind::kValue, "LIST", "cam", "how"},
                          {"output", 'o', OptionKind::kRepeatable, "FILE", "", "where"},
                          {"range", 0, OptionKind::kValue, "LO,HI", "", "values"},
                          {"bars", 0, OptionKind::kValue, "N", "3", "bars"},
                          {"force", 'f', OptionKind::kFlag, "", "", "replace"}}};
const OptionGroup* const kGroups[] = {&kGroup};

Options parse(const std::vector<std::string>& words) {
  return parse_options("explain", kGroups, words);
}

std::string message_of(const std::vector<std::string>& words) {
  try {
    parse(words);
  } catch (const Error& error) {
    EXPECT_EQ(error.kind(), ErrorKind::kUsage);
    return error.what();
  }
  return "no error";
}

TEST(Options, TakeValuesInEveryCustomaryForm) {
  EXPECT_EQ(parse({"--method", "a"}).text("method"), "a");
  EXPECT_EQ(parse({"--method=a"}).text("method"), "a");
  EXPECT_EQ(parse({"-m", "a"}).text("method"), "a");
  EXPECT_EQ(parse({"-ma"}).text("method"), "a");
  EXPECT_EQ(parse({}).text("method"), "cam");
  EXPECT_FALSE(parse({}).has("method"));
  EXPECT_EQ(parse({}).given("method"), std::nullopt);
}

TEST(Options, KeepsRepeatedValuesInOrder) {
  EXPECT_EQ(parse({"-o", "b", "--output", "a", "-oc"}).list("output"),
            (std::vector<std::string>{"b", "a", "c"}));
  EXPECT_TRUE(parse({}).list("output").empty());
}

TEST(Options, TakesNegativeNumbersAsValues) {
  EXPECT_EQ(parse({"--range", "-1,1"}).text("range"), "-1,1");
}

TEST(Options, LeavesArgumentsInOrderAndADashAlone) {
  const Options options = parse({"x.mp4", "-f", "-", "--", "--method"});
  EXPECT_EQ(options.arguments(), (std::vector<std::string>{"x.mp4", "-", "--method"}));
  EXPECT_TRUE(options.flag("force"));
}

TEST(Options, SuggestsTheNearestOption) {
  EXPECT_EQ(message_of({"--methud", "cam"}),
            "explain: no option \"--methud\"; did you mean \"--method\"? (see: praxiscope explain "
            "--help)");
  EXPECT_THAT(message_of({"--zzzzzz"}), HasSubstr("no option \"--zzzzzz\" (see"));
  EXPECT_THAT(message_of({"-z"}), HasSubstr("no option \"-z\""));
}

TEST(Options, DoesNotGuessFromThePrefix) {
  EXPECT_THAT(message_of({"--meth", "cam"}), HasSubstr("did you mean \"--method\"?"));
}

TEST(Options, SaysWhenAValueIsMissingOrTooMuch) {
  EXPECT_THAT(message_of({"--method"}), HasSubstr("option \"--method\" needs a value"));
  EXPECT_THAT(message_of({"-m", "-f"}), HasSubstr("needs a value"));
  EXPECT_THAT(message_of({"--force=yes"}), HasSubstr("option \"--force\" takes no value"));
}

TEST(Options, RefusesAValueGivenTwice) {
  EXPECT_THAT(message_of({"-m", "a", "-m", "b"}),
              HasSubstr("option \"--method\" is given 2 times, expected once"));
}

TEST(Options, ChecksNumbers) {
  const auto bars = [](const std::string& text) {
    return parse({"--bars", text}).integer("bars", 0, 9);
  };
  EXPECT_EQ(bars("7"), 7);
  for (const char* wrong : {"", "x", "7x", "10", "-1", "1.5", "99999999999999999999"}) {
    try {
      bars(wrong);
      ADD_FAILURE() << wrong;
    } catch (const Error& error) {
      EXPECT_EQ(std::string(error.what()), "option \"--bars\": found \"" + std::string(wrong) +
                                               "\", expected a whole number from 0 to 9");
    }
  }
  EXPECT_EQ(parse({"--bars", "0.5"}).number("bars", 0, 1), 0.5);
  EXPECT_THROW(parse({"--bars", "nan"}).number("bars", 0, 1), Error);
  EXPECT_THROW(parse({"--bars", "2"}).number("bars", 0, 1), Error);
}

TEST(Options, SuggestsAmongChoices) {
  const std::vector<std::string> choices{"inferno", "viridis"};
  EXPECT_EQ(parse({"--method", "viridis"}).choice("method", choices), "viridis");
  try {
    parse({"--method", "virids"}).choice("method", choices);
    ADD_FAILURE();
  } catch (const Error& error) {
    EXPECT_STREQ(error.what(),
                 "option \"--method\": found \"virids\", expected one of inferno, viridis; did you "
                 "mean \"viridis\"?");
  }
}

}  // namespace
}  // namespace praxiscope::cli
