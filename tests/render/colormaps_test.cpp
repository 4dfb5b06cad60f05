#include "render/colormaps.h"

#include "praxiscope/error.h"
#include "praxiscope/render.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>
#include <utility>
#include <vector>

namespace praxiscope {
namespace {

using Vec3 = std::array<double, 3>;

Vec3 linear(const Rgb& c) {
  Vec3 out{};
  for (std::size_t i = 0; i < 3; ++i) {
    const double v = c[i] / 255.0;
    out[i] = v <= 0.04045 ? v / 12.92 : std::pow((v + 0.055) / 1.055, 2.4);
  }
  return out;
}

/// CIELAB (CIE 1976, D65) from linear sRGB: another space than the one the tables are made in.
Vec3 cielab(const Vec3& c) {
  const double x = (0.4124564 * c[0] + 0.3575761 * c[1] + 0.1804375 * c[2]) / 0.95047;
  const double y = 0.2126729 * c[0] + 0.7151522 * c[1] + 0.0721750 * c[2];
  const double z = (0.0193339 * c[0] + 0.1191920 * c[1] + 0.9503041 * c[2]) / 1.08883;
  const auto f = [](double t) {
    return t > 216.0 / 24389 ? std::cbrt(t) : (24389.0 / 27 * t + 16) / 116;
  };
  return {116 * f(y) - 16, 500 * (f(x) - f(y)), 200 * (f(y) - f(z))};
}

double distance(const Vec3& a, const Vec3& b) {
  return std::hypot(a[0] - b[0], a[1] - b[1], a[2] - b[2]);
}

/// Machado, Oliveira, Fernandes 2009, severity 1.0, on linear sRGB.
using Matrix = std::array<Vec3, 3>;
const std::vector<std::pair<std::string, Matrix>> kDeficiencies{
    {"protanopia",
     {{{0.152286, 1.052583, -0.204868},
       {0.114503, 0.786281, 0.099216},
       {-0.003882, -0.048116, 1.051998}}}},
    {"deuteranopia",
     {{{0.367322, 0.860646, -0.227968},
       {0.280085, 0.672501, 0.047413},
       {-0.011820, 0.042940, 0.968881}}}},
    {"tritanopia",
     {{{1.255528, -0.076749, -0.178779},
       {-0.078411, 0.930809, 0.147602},
       {0.004733, 0.691367, 0.303900}}}}};

Vec3 seen(const Matrix& m, const Rgb& color) {
  const Vec3 c = linear(color);
  Vec3 out{};
  for (std::size_t i = 0; i < 3; ++i) {
    out[i] = std::clamp(m[i][0] * c[0] + m[i][1] * c[1] + m[i][2] * c[2], 0.0, 1.0);
  }
  return cielab(out);
}

const std::vector<std::string> kSequential{"inferno", "magma", "viridis", "cividis"};
const std::vector<std::string> kDiverging{"blue_red", "purple_green"};

TEST(Colormaps, AreTheseSix) {
  EXPECT_THAT(colormaps(), testing::ElementsAre("inferno", "magma", "viridis", "cividis",
                                                "blue_red", "purple_green"));
}

TEST(Colormaps, GrowLighterAllTheWay) {
  for (const std::string& name : kSequential) {
    const ColorTable table = make_color_table(name);
    EXPECT_FALSE(table.is_diverging);
    double last = -1;
    for (int i = 0; i <= 128; ++i) {
      const double lightness = cielab(linear(table.at(i / 128.0)))[0];
      EXPECT_GT(lightness, last) << name << " at " << i;
      last = lightness;
    }
  }
}

// Colours at (8 + 16 k) / 255 from matplotlib 3.11.2, halfway between the control points of the
// tables.
TEST(Colormaps, AgreeWithTheMapsOfThatNameElsewhere) {
  const std::vector<std::pair<std::string, std::array<std::uint32_t, 16>>> references{
      {"inferno",
       {0x040312, 0x150b37, 0x2f0a5b, 0x4a0c6b, 0x64156e, 0x7d1e6d, 0x972766, 0xb0315b, 0xc73e4c,
        0xdb503b, 0xeb6628, 0xf68013, 0xfb9d07, 0xfbbc21, 0xf5db4c, 0xf3f68a}},
      {"magma",
       {0x030312, 0x130d34, 0x29115a, 0x440f76, 0x5d177f, 0x762181, 0x902a81, 0xaa337d, 0xc43c75,
        0xdc4869, 0xef5d5e, 0xf9795d, 0xfd9869, 0xfeb67c, 0xfed395, 0xfcf0b2}},
      {"viridis",
       {0x470d60, 0x482374, 0x453781, 0x3e4989, 0x375b8d, 0x2f6b8e, 0x297a8e, 0x23898e, 0x1f988b,
        0x22a785, 0x32b67a, 0x4ec36b, 0x70cf57, 0x98d83e, 0xc2df23, 0xece51b}},
      {"cividis",
       {0x00285b, 0x053371, 0x273e6e, 0x3b496c, 0x4b546c, 0x5a5f6e, 0x686a71, 0x767676, 0x848279,
        0x938e78, 0xa39a74, 0xb4a76f, 0xc4b468, 0xd5c25e, 0xe7d150, 0xf9e03a}},
  };
  for (const auto& [name, colors] : references) {
    const ColorTable table = make_color_table(name);
    for (std::size_t k = 0; k < colors.size(); ++k) {
      const Rgb& ours = table.at((8.0 + 16.0 * static_cast<double>(k)) / 255);
      const Rgb theirs{static_cast<std::uint8_t>(colors[k] >> 16),
                       static_cast<std::uint8_t>(colors[k] >> 8),
                       static_cast<std::uint8_t>(colors[k])};
      EXPECT_LT(distance(cielab(linear(ours)), cielab(linear(theirs))), 2.3)
          << name << k << ": just noticeable";
    }
  }
}

TEST(Colormaps, StayReadableForColourBlindEyes) {
  for (const auto& [deficiency, matrix] : kDeficiencies) {
    for (const std::string& name : kSequential) {
      const ColorTable table = make_color_table(name);
      for (int i = 0; i < 8; ++i) {
        const Vec3 a = seen(matrix, table.at(i / 8.0)), b = seen(matrix, table.at((i + 1) / 8.0));
        EXPECT_GT(distance(a, b), 6) << name << " for " << deficiency << " at " << i;
        EXPECT_GT(b[0], a[0] - 0.5) << name << " for " << deficiency << " at " << i;
      }
    }
    for (const std::string& name : kDiverging) {
      const ColorTable table = make_color_table(name);
      EXPECT_GT(distance(seen(matrix, table.at(0)), seen(matrix, table.at(1))), 25)
          << name << " for " << deficiency;
      EXPECT_GT(distance(seen(matrix, table.at(0.25)), seen(matrix, table.at(0.75))), 12)
          << name << " for " << deficiency;
    }
  }
}

TEST(Colormaps, DivergeEvenlyFromALightMiddle) {
  for (const std::string& name : kDiverging) {
    const ColorTable table = make_color_table(name);
    EXPECT_TRUE(table.is_diverging);
    const Vec3 middle = cielab(linear(table.at(0.5)));
    EXPECT_LT(std::hypot(middle[1], middle[2]), 2) << "the middle is gray";
    double last_left = middle[0] + 0.1, last_right = last_left;
    for (int i = 1; i <= 32; ++i) {
      const Vec3 left = cielab(linear(table.at(0.5 - i / 64.0))),
                 right = cielab(linear(table.at(0.5 + i / 64.0)));
      EXPECT_LT(left[0], last_left) << name << i;
      EXPECT_LT(right[0], last_right) << name << i;
      EXPECT_NEAR(left[0], right[0], 6) << name << ": both arms weigh the same";
      last_left = left[0], last_right = right[0];
    }
  }
}

/// Equal steps look equal: no step of the diverging formula is more than twice another.
TEST(Colormaps, DivergeInEqualSteps) {
  for (const std::string& name : kDiverging) {
    const ColorTable table = make_color_table(name);
    double least = 1e9, most = 0;
    for (int i = 0; i < 16; ++i) {
      const double step =
          distance(cielab(linear(table.at(i / 16.0))), cielab(linear(table.at((i + 1) / 16.0))));
      least = std::min(least, step), most = std::max(most, step);
    }
    EXPECT_LT(most / least, 2) << name;
  }
}

TEST(Colormaps, AnUnknownNameIsAnErrorThatHelps) {
  try {
    make_color_table("virids");
    FAIL();
  } catch (const Error& error) {
    EXPECT_EQ(error.kind(), ErrorKind::kUsage);
    EXPECT_STREQ(error.what(),
                 "no colormap \"virids\"; expected auto, inferno, magma, viridis, cividis, "
                 "blue_red, purple_green; "
                 "did you mean \"viridis\"?");
  }
}

}  // namespace
}  // namespace praxiscope
