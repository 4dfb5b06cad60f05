#include "core/text.h"

#include <gtest/gtest.h>

#include <algorithm>

namespace praxiscope {
namespace {

const std::vector<std::string> kMethods = {"cam",       "grad_cam", "grad_cam_pp", "layer_cam",
                                           "hires_cam", "saliency", "xgrad_cam"};

TEST(FindSimilar, FindsTyposSwapsAndParts) {
  EXPECT_EQ(find_similar("gard_cam", kMethods).front(), "grad_cam");
  EXPECT_EQ(find_similar("Saliancy", kMethods).front(), "saliency");
  EXPECT_EQ(find_similar("hires", kMethods).front(), "hires_cam");
}

TEST(FindSimilar, GivesNothingForSomethingElse) {
  EXPECT_TRUE(find_similar("integrated_gradients", kMethods).empty());
  EXPECT_TRUE(find_similar("", kMethods).empty());
}

TEST(FindSimilar, GivesAtMostWhatWasAskedAndNoneTwice) {
  EXPECT_EQ(find_similar("cam", kMethods, 2).size(), 2u);
  const std::vector<std::string> twice = {"layer4", "layer4"};
  EXPECT_EQ(find_similar("layer5", twice).size(), 1u);
}

TEST(DidYouMean, ReadsAsASentence) {
  const std::vector<std::string> names = {"layer3", "layer4"};
  EXPECT_EQ(did_you_mean("layer", names), "; did you mean \"layer3\" or \"layer4\"?");
  EXPECT_EQ(did_you_mean("conv", names), "");
}

TEST(NaturalLess, CountsNumbersAsNumbers) {
  std::vector<std::string> names = {"a10", "a2", "a1", "b1", "a02", "a", "a2b"};
  std::sort(names.begin(), names.end(), natural_less);
  EXPECT_EQ(names, (std::vector<std::string>{"a", "a1", "a02", "a2", "a2b", "a10", "b1"}));
}

TEST(NaturalLess, IsAStrictOrder) {
  const std::vector<std::string> names = {"",   "1",    "01",  "001", "1a",
                                          "a1", "a01b", "a1b", "9",   "10"};
  for (const std::string& a : names) {
    EXPECT_FALSE(natural_less(a, a)) << a;
    for (const std::string& b : names) {
      EXPECT_TRUE(a == b || natural_less(a, b) != natural_less(b, a)) << a << " " << b;
      for (const std::string& c : names) {
        if (natural_less(a, b) && natural_less(b, c)) {
          EXPECT_TRUE(natural_less(a, c)) << a << " " << b << " " << c;
        }
      }
    }
  }
}

TEST(InQuotes, KeepsAMessageOnOneLine) {
  EXPECT_EQ(in_quotes("a b"), "\"a b\"");
  EXPECT_EQ(in_quotes("a\"b\\c"), R"("a\"b\\c")");
  EXPECT_EQ(in_quotes("a\nb\x1b[31m"), R"("a\x0ab\x1b[31m")");
  EXPECT_EQ(in_quotes("çello"), "\"çello\"");
}

TEST(WithoutControls, KeepsForeignTextFromSteeringATerminal) {
  EXPECT_EQ(without_controls("a\x1b[2Jb\n\x7f"), "a?[2Jb??");
  EXPECT_EQ(without_controls("a\xc2\x9b"
                             "2J"),
            "a?2J")
      << "CSI as one character";
  EXPECT_EQ(without_controls("\xc2\xa9 \xc3\xa7"
                             "ello"),
            "\xc2\xa9 \xc3\xa7"
            "ello");
}

TEST(Split, KeepsEmptyParts) {
  EXPECT_EQ(split("a,,b", ','), (std::vector<std::string>{"a", "", "b"}));
  EXPECT_EQ(split("", ','), std::vector<std::string>{""});
  EXPECT_EQ(trimmed(" \t a b \n"), "a b");
  EXPECT_EQ(trimmed("  "), "");
}

}  // namespace
}  // namespace praxiscope
