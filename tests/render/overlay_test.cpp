#include "render/overlay.h"

#include <gtest/gtest.h>

#include <cmath>
#include <limits>
#include <random>

namespace praxiscope {
namespace {

struct Sheet {
  Picture picture;
  PictureView view() {
    return {picture.rgb.data(), picture.width, picture.height,
            3 * static_cast<std::ptrdiff_t>(picture.width)};
  }
  Rgb at(int x, int y) const {
    const std::uint8_t* p =
        picture.rgb.data() + 3 * (static_cast<std::size_t>(y) * picture.width + x);
    return {p[0], p[1], p[2]};
  }
};

Sheet gray_sheet(int width, int height, std::uint8_t level = 100) {
  return {{width, height,
           std::vector<std::uint8_t>(static_cast<std::size_t>(3) * width * height, level)}};
}

const ColorTable kInferno = make_color_table("inferno"), kBlueRed = make_color_table("blue_red");

/// A single cell colours what lies nearer than one cell to its centre, and nothing else.
void expect_one_hot(int cell_x, int cell_y, const PixelMap& map, int width, int height) {
  Sheet sheet = gray_sheet(width, height);
  at::Tensor values = at::zeros({6, 8});
  values[cell_y][cell_x] = 1;
  blend_map(sheet.view(), values, map, {&kInferno, {0, 1}, 1.0});
  // At the map's own edge the cell reaches to the edge of the crop, which is 1/2 cell away.
  const double x_lo = map.offset_x + map.scale_x * (cell_x == 0 ? 0 : cell_x - 0.5);
  const double x_hi = map.offset_x + map.scale_x * (cell_x == 7 ? 8 : cell_x + 1.5);
  const double y_lo = map.offset_y + map.scale_y * (cell_y == 0 ? 0 : cell_y - 0.5);
  const double y_hi = map.offset_y + map.scale_y * (cell_y == 5 ? 6 : cell_y + 1.5);
  for (int y = 0; y < height; ++y) {
    for (int x = 0; x < width; ++x) {
      const bool is_inside = x + 0.5 > x_lo && x + 0.5 < x_hi && y + 0.5 > y_lo && y + 0.5 < y_hi;
      EXPECT_EQ(sheet.at(x, y) != (Rgb{100, 100, 100}), is_inside) << "pixel " << x << "," << y;
    }
  }
}

TEST(Overlay, AOneHotCellColoursExactlyItsPixels) {
  // 10 x 12 source pixels a cell, a crop in the middle of the picture. The factors keep pixel
  // centres a good part of a cell away from the border, where the colour has not grown to one step
  // yet.
  expect_one_hot(3, 2, {10, 20, 12, 9}, 130, 90);
  expect_one_hot(0, 0, {10, 20, 12, 9}, 130, 90);
  expect_one_hot(7, 5, {10, 20, 12, 9}, 130, 90);
  expect_one_hot(4, 1, {2, -3, 2, -1}, 30, 20);  // the picture is smaller than the crop
  expect_one_hot(3, 3, {7.5, 4.25, 5.5, 2.75}, 80, 60);
}

TEST(Overlay, ValuesLieWhereTorchPutsThem) {
  at::manual_seed(1);
  const at::Tensor values = at::rand({7, 9});
  const int scale = 13;
  Sheet sheet = gray_sheet(9 * scale, 7 * scale, 60);
  blend_map(sheet.view(), values, {scale, 0, scale, 0}, {&kInferno, {0, 1}, 0.8});
  const at::Tensor large =
      at::upsample_bilinear2d(values.view({1, 1, 7, 9}), {7 * scale, 9 * scale}, false)
          .view({7 * scale, 9 * scale});
  for (int y = 0; y < 7 * scale; ++y) {
    for (int x = 0; x < 9 * scale; ++x) {
      const double value = large[y][x].item<float>();
      const double alpha = 0.8 * std::pow(value, 0.75);
      const Rgb& color = kInferno.at(value);
      for (std::size_t c = 0; c < 3; ++c) {
        ASSERT_NEAR(sheet.at(x, y)[c], 60 * (1 - alpha) + color[c] * alpha, 1.6) << x << "," << y;
      }
    }
  }
}

TEST(Overlay, TheStrongestValueGetsTheEndColourAndTheWeakestNone) {
  Sheet sheet = gray_sheet(4, 4);
  blend_map(sheet.view(), at::full({2, 2}, 5.0), {2, 0, 2, 0}, {&kInferno, {1, 5}, 1.0});
  EXPECT_EQ(sheet.at(1, 1), (Rgb{252, 255, 164}));
  sheet = gray_sheet(4, 4);
  blend_map(sheet.view(), at::full({2, 2}, 1.0), {2, 0, 2, 0}, {&kInferno, {1, 5}, 1.0});
  EXPECT_EQ(sheet.at(1, 1), (Rgb{100, 100, 100}));
}

TEST(Overlay, SignedMapsHaveNoColourAtZero) {
  Sheet sheet = gray_sheet(6, 2);
  const ColorScale scale = make_color_scale(kBlueRed, {-1, 4}, true, 1.0);
  EXPECT_EQ(scale.range.lo, -4);
  EXPECT_EQ(scale.range.hi, 4);
  const at::Tensor values = at::tensor({-4.0F, 0.0F, 4.0F}).view({1, 3});
  blend_map(sheet.view(), values, {2, 0, 2, 0}, scale);
  EXPECT_GT(sheet.at(0, 0)[2], sheet.at(0, 0)[0]) << "negative is blue";
  EXPECT_GT(sheet.at(5, 0)[0], sheet.at(5, 0)[2]) << "positive is red";
  sheet = gray_sheet(6, 2);
  blend_map(sheet.view(), at::zeros({1, 3}), {2, 0, 2, 0}, scale);
  for (int x = 0; x < 6; ++x) {
    for (std::size_t c = 0; c < 3; ++c) EXPECT_NEAR(sheet.at(x, 0)[c], 100, 1);
  }
}

TEST(Overlay, ASignedMapInASequentialTableHasNoColourAtZeroEither) {
  const ColorScale scale = make_color_scale(kInferno, {-1, 4}, true, 1.0);
  EXPECT_EQ(scale.range.lo, -4);
  Sheet sheet = gray_sheet(6, 2);
  blend_map(sheet.view(), at::zeros({1, 3}), {2, 0, 2, 0}, scale);
  for (int x = 0; x < 6; ++x) {
    for (std::size_t c = 0; c < 3; ++c) EXPECT_NEAR(sheet.at(x, 0)[c], 100, 1);
  }
  blend_map(sheet.view(), at::tensor({-4.0F, 0.0F, 4.0F}).view({1, 3}), {2, 0, 2, 0}, scale);
  EXPECT_EQ(sheet.at(0, 0), kInferno.at(0)) << "the strongest negative value is seen";
  EXPECT_EQ(sheet.at(5, 0), kInferno.at(1));
  const float nan = std::numeric_limits<float>::quiet_NaN();
  sheet = gray_sheet(4, 4);
  blend_map(sheet.view(), at::full({2, 2}, nan), {2, 0, 2, 0}, scale);
  for (std::size_t c = 0; c < 3; ++c) EXPECT_NEAR(sheet.at(1, 1)[c], 100, 1);
}

TEST(Overlay, AnUnsignedMapInADivergingTableHasNoColourAtZero) {
  const ColorScale scale = make_color_scale(kBlueRed, {0, 4}, false, 1.0);
  EXPECT_EQ(scale.range.lo, -4);
  EXPECT_TRUE(scale.is_centered);
  EXPECT_FALSE(make_color_scale(kInferno, {0, 4}, false, 1.0).is_centered);
}

TEST(Overlay, ValuesThatAreNotFiniteGetNoColour) {
  Sheet sheet = gray_sheet(4, 4);
  const float nan = std::numeric_limits<float>::quiet_NaN();
  blend_map(sheet.view(), at::full({2, 2}, nan), {2, 0, 2, 0}, {&kInferno, {0, 1}, 1.0});
  blend_map(sheet.view(), at::full({2, 2}, INFINITY), {2, 0, 2, 0}, {&kInferno, {0, 1}, 1.0});
  EXPECT_EQ(sheet.picture.rgb, gray_sheet(4, 4).picture.rgb);
}

TEST(Overlay, AnUnusableScaleDrawsNothing) {
  const float nan = std::numeric_limits<float>::quiet_NaN();
  for (const ValueRange range : {ValueRange{0, 0}, ValueRange{1, 0}, ValueRange{nan, 1},
                                 ValueRange{0, INFINITY}, ValueRange{0, 1e-42F}}) {
    EXPECT_FALSE(is_usable(range));
    Sheet sheet = gray_sheet(4, 4);
    blend_map(sheet.view(), at::ones({2, 2}), {2, 0, 2, 0}, {&kInferno, range, 1.0});
    EXPECT_EQ(sheet.picture.rgb, gray_sheet(4, 4).picture.rgb);
  }
}

TEST(Overlay, ACropOutsideThePictureDrawsNothing) {
  Sheet sheet = gray_sheet(4, 4);
  blend_map(sheet.view(), at::ones({2, 2}), {2, 10, 2, 0}, {&kInferno, {0, 1}, 1.0});
  blend_map(sheet.view(), at::ones({2, 2}), {2, -10, 2, 0}, {&kInferno, {0, 1}, 1.0});
  EXPECT_EQ(sheet.picture.rgb, gray_sheet(4, 4).picture.rgb);
}

TEST(Overlay, TheOutlineStaysOutsideTheCropAndInThePicture) {
  Sheet sheet = gray_sheet(20, 12);
  const CropRect crop = covered_pixels({1, 5, 1, 0}, {12, 10}, 20, 12);
  EXPECT_EQ(crop.x_begin, 5);
  EXPECT_EQ(crop.x_end, 15);
  EXPECT_EQ(crop.y_end, 12);
  outline_crop(sheet.view(), crop, 1);
  for (int y = 0; y < 12; ++y) {
    for (int x = 0; x < 20; ++x) {
      const Rgb color = sheet.at(x, y);
      if (x == 4 || x == 15) {
        EXPECT_GT(color[0], 100) << x;
      } else if (x == 3 || x == 16) {
        EXPECT_LT(color[0], 100) << x;
      } else {
        EXPECT_EQ(color[0], 100) << x << "," << y;
      }
    }
  }
}

TEST(Overlay, AWholePictureHasNoOutline) {
  Sheet sheet = gray_sheet(8, 8);
  outline_crop(sheet.view(), covered_pixels({2, 0, 2, 0}, {4, 4}, 8, 8), 1);
  EXPECT_EQ(sheet.picture.rgb, gray_sheet(8, 8).picture.rgb);
}

}  // namespace
}  // namespace praxiscope
