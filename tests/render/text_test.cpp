#include "render/text.h"

#include "render/canvas.h"

#include <gtest/gtest.h>

#include <cmath>
#include <limits>

namespace praxiscope {
namespace {

TEST(Printable, LeavesTextOfAnyScriptAlone) {
  for (const std::string text : {"archery", "\xE3\x83\x90\xE3\x82\xA4", "\xD8\xA7\xD9\x84",
                                 "\xF0\x9F\x8E\xBB", "<b>&amp;</b>", "%s\\n"}) {
    EXPECT_EQ(printable(text), text);
  }
}

TEST(Printable, ShowsControlCharactersAsSymbols) {
  EXPECT_EQ(printable("a\nb\tc"),
            "a\xE2\x90\x8A"
            "b\xE2\x90\x89"
            "c");
  EXPECT_EQ(printable(std::string_view("a\0b", 3)),
            "a\xE2\x90\x80"
            "b");
  EXPECT_EQ(printable("\x1b[31m"), "\xE2\x90\x9B[31m");
  EXPECT_EQ(printable("\x7f"), "\xE2\x90\xA1");
  EXPECT_EQ(printable("\xC2\x85"), "\xEF\xBF\xBD") << "C1 control";
  EXPECT_EQ(printable("\xE2\x80\xAE"
                      "abc"),
            "\xEF\xBF\xBD"
            "abc")
      << "right-to-left override";
  EXPECT_EQ(printable("a\xE2\x80\xA8"
                      "b"),
            "a b")
      << "line separator";
}

TEST(Printable, ReplacesBrokenUtf8) {
  EXPECT_EQ(printable("a\xFF"
                      "b"),
            "a\xEF\xBF\xBD"
            "b");
  EXPECT_EQ(printable("\xE3\x83"), "\xEF\xBF\xBD\xEF\xBF\xBD") << "cut in the middle";
  EXPECT_EQ(printable("\xED\xA0\x80").find('\xED'), std::string::npos) << "surrogate";
}

TEST(Printable, EndsVeryLongText) {
  const std::string shown = printable(std::string(100000, 'x'));
  EXPECT_LT(shown.size(), 500U);
  EXPECT_TRUE(shown.ends_with("\xE2\x80\xA6"));
}

TEST(Durations, AreRoundedBeforeTheyAreSplit) {
  EXPECT_EQ(format_duration(0), "0.00 s");
  EXPECT_EQ(format_duration(59.994), "59.99 s");
  EXPECT_EQ(format_duration(59.996), "1:00.0 min");
  EXPECT_EQ(format_duration(61.25), "1:01.3 min");
  EXPECT_EQ(format_duration(119.96), "2:00.0 min");
  EXPECT_EQ(format_duration(3665.3), "61:05.3 min");
  EXPECT_EQ(format_duration(-0.5), "-0.50 s");
  EXPECT_FALSE(format_duration(std::numeric_limits<double>::infinity()).empty());
  EXPECT_FALSE(format_duration(1e300).empty());
}

TEST(Percents, FitTheirColumn) {
  EXPECT_EQ(format_percent(0), "0.0 %");
  EXPECT_EQ(format_percent(0.0004F), "<0.1 %");
  EXPECT_EQ(format_percent(0.717F), "71.7 %");
  EXPECT_EQ(format_percent(0.9999F), "100 %");
  EXPECT_EQ(format_percent(std::numeric_limits<float>::quiet_NaN()), "\xE2\x80\x93");
  TextPainter text;
  for (const double font_px : {9.0, 13.5, 27.0, 49.0}) {
    for (const float share : {0.0004F, 0.8888F, 0.9999F}) {
      EXPECT_LE(text.width_of(format_percent(share), {.font_px = font_px, .is_bold = true}),
                std::lround(kPercentEm * font_px))
          << font_px;
    }
  }
}

TEST(Numbers, HaveThreeSignificantDigits) {
  const std::string minus = "\xE2\x88\x92";
  EXPECT_EQ(format_number(0), "0");
  EXPECT_EQ(format_number(-0.0), "0");
  EXPECT_EQ(format_number(0.0123456), "0.0123");
  EXPECT_EQ(format_number(-0.5), minus + "0.5");
  EXPECT_EQ(format_number(1), "1");
  EXPECT_EQ(format_number(999.6), "1000");
  EXPECT_EQ(format_number(1234.5), "1230");
  EXPECT_EQ(format_number(9999),
            "1\xC3\x97"
            "10\xE2\x81\xB4")
      << "rounds up to 10000";
  EXPECT_EQ(format_number(1.234e-5),
            "1.23\xC3\x97"
            "10\xE2\x81\xBB\xE2\x81\xB5");
  EXPECT_EQ(format_number(-2.5e12), minus +
                                        "2.5\xC3\x97"
                                        "10\xC2\xB9\xC2\xB2");
  EXPECT_EQ(format_number(0.0009999), "0.001");
  EXPECT_EQ(format_number(0.0123456, 1), "0.01");
  EXPECT_EQ(format_number(std::numeric_limits<double>::quiet_NaN()), "not a number");
  EXPECT_EQ(format_number(-std::numeric_limits<double>::infinity()), minus + "\xE2\x88\x9E");
}

TEST(TextPainter, TakesMarkupLiterally) {
  TextPainter text;
  const TextStyle style{.font_px = 20};
  const int plain = text.width_of("violin", style);
  EXPECT_GT(text.width_of("<b>violin</b>", style), plain + 60) << "seven visible characters more";
  EXPECT_GT(text.width_of("<span size='1'>violin", style), plain + 100);
  EXPECT_GT(text.width_of("&lt;", style), text.width_of("<", style) + 15);
}

TEST(TextPainter, DrawsInsideItsBoxOnly) {
  for (const std::string label :
       {"a very long label that cannot fit", "WWWWWWWWWWWWWWWWWWWWWWWWW",
        "\xD8\xA7\xD9\x84\xD8\xB9\xD8\xB2\xD9\x81 \xD8\xB9\xD9\x84\xD9\x89"}) {
    for (const Align align : {Align::kLeft, Align::kRight, Align::kCenter}) {
      Picture picture{120, 60, std::vector<std::uint8_t>(120 * 60 * 3, 0)};
      const PictureView view{picture.rgb.data(), 120, 60, 360};
      const Rect box{30, 20, 50, 18};
      const Canvas canvas(Rect{0, 0, 120, 60});
      TextPainter().draw(canvas.cairo(), label, box, {.font_px = 14, .align = align});
      canvas.put_on(view);
      int inside = 0;
      for (int y = 0; y < 60; ++y) {
        for (int x = 0; x < 120; ++x) {
          if (picture.rgb[3 * (y * 120 + x)] == 0) continue;
          ASSERT_TRUE(x >= box.x && x < box.right() && y >= box.y && y < box.bottom())
              << x << "," << y;
          ++inside;
        }
      }
      EXPECT_GT(inside, 20) << "something was drawn";
    }
  }
}

TEST(TextPainter, AlignsRightToLeftTextWhereTheColumnSays) {
  const auto first_column = [](Align align) {
    Picture picture{200, 30, std::vector<std::uint8_t>(200 * 30 * 3, 0)};
    const Canvas canvas(Rect{0, 0, 200, 30});
    TextPainter().draw(canvas.cairo(), "\xD8\xA7\xD9\x84\xD8\xB9", {0, 0, 200, 30},
                       {.font_px = 14, .align = align});
    canvas.put_on({picture.rgb.data(), 200, 30, 600});
    for (int x = 0; x < 200; ++x) {
      for (int y = 0; y < 30; ++y) {
        if (picture.rgb[3 * (y * 200 + x)] > 40) return x;
      }
    }
    return -1;
  };
  EXPECT_LT(first_column(Align::kLeft), 10);
  EXPECT_GT(first_column(Align::kRight), 150);
}

}  // namespace
}  // namespace praxiscope
