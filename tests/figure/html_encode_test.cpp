// Bytes and numbers of a page, and texts and inks of its drawings.
#include "figure/html_encode.h"

#include "figure/svg_pen.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <array>
#include <cmath>
#include <limits>
#include <string>
#include <vector>

namespace praxiscope::figure {
namespace {

using testing::HasSubstr;
using testing::Not;

constexpr float kNan = std::numeric_limits<float>::quiet_NaN();
constexpr float kInfinity = std::numeric_limits<float>::infinity();

TEST(Base64, IsThatOfRfc4648) {
  EXPECT_EQ(base64(""), "");
  EXPECT_EQ(base64("f"), "Zg==");
  EXPECT_EQ(base64("fo"), "Zm8=");
  EXPECT_EQ(base64("foobar"), "Zm9vYmFy");
  EXPECT_EQ(base64(std::string("\xFB\xFF\x00", 3)), "+/8A");
}

TEST(CspHash, IsSha256InBase64) {
  EXPECT_EQ(csp_hash("alert('Hello, world.');"),  // of the specification's example
            "sha256-qznLcsROx4GACP2dm0UCKCzCG+HiZ1guq6ZZDob/Tng=");
}

TEST(Half, HasTheKnownBits) {
  EXPECT_EQ(half_from_float(0), 0x0000);
  EXPECT_EQ(half_from_float(-0.0F), 0x8000);
  EXPECT_EQ(half_from_float(1), 0x3C00);
  EXPECT_EQ(half_from_float(-2), 0xC000);
  EXPECT_EQ(half_from_float(65504), 0x7BFF);
  EXPECT_EQ(half_from_float(65520), 0x7C00);
  EXPECT_EQ(half_from_float(-kInfinity), 0xFC00);
  EXPECT_EQ(half_from_float(std::ldexp(1.0F, -14)), 0x0400);
  EXPECT_EQ(half_from_float(std::ldexp(1.0F, -24)), 0x0001);
  EXPECT_EQ(half_from_float(std::ldexp(1.0F, -26)), 0x0000);
  EXPECT_EQ(half_from_float(kNan) & 0x7E00, 0x7E00);
}

TEST(Half, TiesGoToEven) {
  EXPECT_EQ(half_from_float(1 + std::ldexp(1.0F, -11)), 0x3C00);
  EXPECT_EQ(half_from_float(1 + 3 * std::ldexp(1.0F, -11)), 0x3C02);
  EXPECT_EQ(half_from_float(2 - std::ldexp(1.0F, -12)), 0x4000);  // carries into the exponent
  EXPECT_EQ(half_from_float(std::ldexp(1.0F, -14) - std::ldexp(1.0F, -26)), 0x0400);
}

TEST(CommonExponent, IsOfTheLargestFiniteValue) {
  EXPECT_EQ(common_exponent(std::array{0.0F, kNan}), 0);
  EXPECT_EQ(common_exponent(std::array{-1.0F, 0.5F}), 0);
  EXPECT_EQ(common_exponent(std::array{1.01F}), 1);
  EXPECT_EQ(common_exponent(std::array{3e-30F, kInfinity}), -98);
}

TEST(Bytes, AreLittleEndian) {
  EXPECT_EQ(float_bytes(std::array{1.0F}), std::string("\0\0\x80\x3F", 4));
  EXPECT_EQ(half_bytes(std::array{4.0F}, 2), std::string("\0\x3C", 2));
  EXPECT_EQ(half_bytes(std::array{3e-30F}, -98).size(), 2u);
}

TEST(InkPairs, NameOnlyWhatTheThemesDrawDifferently) {
  InkPairs pairs;
  EXPECT_EQ(pairs.css({1, 0, 0}, {1, 0, 0}), "#ff0000");
  EXPECT_EQ(pairs.css({0, 0, 0}, {1, 1, 1}), "var(--ink0)");
  EXPECT_EQ(pairs.css({0, 0, 0, 0.5}, {1, 1, 1, 0.5}), "var(--ink1)");
  EXPECT_EQ(pairs.css({0, 0, 0}, {1, 1, 1}), "var(--ink0)");
  EXPECT_EQ(pairs.declarations(false), "--ink0:#000000;--ink1:#00000080;");
  EXPECT_EQ(pairs.declarations(true), "--ink0:#ffffff;--ink1:#ffffff80;");
}

class SvgTexts : public testing::Test {
 protected:
  InkPairs pairs;
  SvgPen pen{pairs};
  Letter letter{.size = 11};
};

TEST_F(SvgTexts, AreEscaped) {
  pen.text("</text><script>\"&'", {0, 0, 400, 20}, letter);
  EXPECT_THAT(pen.body(), HasSubstr("&lt;/text&gt;&lt;script&gt;&quot;&amp;&#39;</text>"));
}

TEST_F(SvgTexts, EndInAnEllipsisThatFits) {
  pen.text("a name that is much too long", {0, 0, 60, 20}, letter);
  EXPECT_THAT(pen.body(), HasSubstr("\xE2\x80\xA6</text>"));
  EXPECT_THAT(pen.body(), Not(HasSubstr("long")));
}

TEST_F(SvgTexts, AreWholeWhereTheirWidthIsThatOfTheBox) {
  const std::string words = "exactly as wide";
  pen.text(words, {0, 0, pen.width_of(words, letter), 20}, letter);
  EXPECT_THAT(pen.body(), HasSubstr(words + "</text>"));
}

TEST_F(SvgTexts, WrapIntoLinesAndKeepTheirWords) {
  letter.lines = 3;
  pen.text("first second third", {0, 0, pen.width_of("second", letter) + 6, 60}, letter);
  EXPECT_THAT(pen.body(), HasSubstr(">first"));
  EXPECT_THAT(pen.body(), HasSubstr(">second"));
  EXPECT_THAT(pen.body(), HasSubstr(">third"));
}

TEST_F(SvgTexts, KeepCharactersWhole) {
  // A woman singer of five code points: cutting inside would show its parts.
  const std::string singer = "\xF0\x9F\x91\xA9\xF0\x9F\x8F\xBD\xE2\x80\x8D\xF0\x9F\x8E\xA4";
  for (double width = 5; width < 90; width += 3) {
    InkPairs own_pairs;
    SvgPen own(own_pairs);
    own.text("ab" + singer + "cd", {0, 0, width, 20}, letter);
    const bool is_whole = own.body().find(singer) != std::string::npos;
    const bool has_part = own.body().find("\xF0\x9F") != std::string::npos;
    EXPECT_EQ(is_whole, has_part) << width << ": " << own.body();
  }
}

TEST_F(SvgTexts, StandAtTheirSideInBothDirections) {
  pen.text("left", {10, 0, 100, 20}, letter);
  EXPECT_THAT(pen.body(), HasSubstr("<text x=\"10\" y="));
  InkPairs own_pairs;
  SvgPen own(own_pairs);
  own.text("\xD7\xA9\xD7\x9C\xD7\x95\xD7\x9D", {10, 0, 100, 20}, letter);
  EXPECT_THAT(own.body(), HasSubstr("<text x=\"10\" text-anchor=\"end\" direction=\"rtl\" y="));
}

TEST_F(SvgTexts, InksAreCountedAlsoWhereNothingFits) {
  pen.text("words", {0, 0, 0, 0}, letter);
  EXPECT_EQ(pen.inks().size(), 1u);
  EXPECT_EQ(pen.body(), "");
}

TEST(SvgPen, WritesNumbersThatAreNumbers) {
  InkPairs pairs;
  SvgPen pen(pairs);
  pen.fill({-0.001, std::nan(""), -3, 1.5}, {}, 0);
  EXPECT_EQ(pen.body(), "<rect x=\"0\" y=\"0\" width=\"0\" height=\"1.5\" fill=\"#000000\"/>\n");
}

TEST(SvgPen, LinksSayWhereAndWhat) {
  InkPairs pairs;
  SvgPen pen(pairs);
  EXPECT_FALSE(pen.has_links());
  pen.link({0, 0, 10, 10}, 7, "the \"violin\"");
  EXPECT_TRUE(pen.has_links());
  EXPECT_THAT(pen.body(), HasSubstr("<a data-state=\"7\" aria-label=\"the &quot;violin&quot;\">"));
}

}  // namespace
}  // namespace praxiscope::figure
