// The pen for Cairo surfaces, the inks, and how maps become colours.
#include "figure/cairo_pen.h"
#include "figure/canvas.h"
#include "figure/map_shades.h"
#include "figure/sample.h"
#include "figure/theme.h"

#include "praxiscope/error.h"

#include <cairo-pdf.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <limits>

namespace praxiscope {
namespace {

using figure::Box;
using figure::ColorTables;
using figure::FilmFrame;
using figure::Letter;
using figure::MapShades;

constexpr float kNan = std::numeric_limits<float>::quiet_NaN();

/// One film of one frame of 64x64 px in one colour with a map of 2x2 cells over its right half.
Figure plain_figure() {
  Figure figure;
  Picture gray{.width = 64, .height = 64, .rgb = std::vector<std::uint8_t>(64 * 64 * 3, 128)};
  figure.pictures.push_back(encode_picture(gray, 95));
  figure.films.push_back({"clip", {0}, {0.0}, {0}, {}});
  FigureMap map;
  map.frames = 1;
  map.height = map.width = 2;
  map.values = {1, 1, 1, 1};
  map.x = 0.5;
  map.fraction_width = 0.5;
  map.scale = {"inferno", 0, 1, false};
  map.opacity = 1;
  figure.maps.push_back(map);
  return figure;
}

TEST(CairoPen, NeverWritesOutsideItsBox) {
  const Figure figure = plain_figure();
  for (const std::string& label : test::odd_labels()) {
    for (const int lines : {1, 3}) {
      test::Canvas canvas(figure, 200, 100, 2);
      canvas.fill({0, 0, 200, 100}, {1, 1, 1});
      canvas.text(label, {50, 40, 60, 22}, {.size = 11, .lines = lines});
      for (double y = 0.25; y < 100; y += 0.5) {
        for (double x = 0.25; x < 200; x += 0.5) {
          const bool is_near = x > 48 && x < 112 && y > 36 && y < 66;
          if (!is_near) {
            ASSERT_EQ(canvas.pixel(x, y), (std::vector<int>{255, 255, 255}))
                << label << x << " " << y;
          }
        }
      }
    }
  }
}

TEST(CairoPen, KeepsAWholeTextInABoxOfItsOwnWidth) {
  const Figure figure = plain_figure();
  const Letter letter{.size = 11, .ink = {0, 0, 0}};
  const auto drawn = [&](double extra) {
    test::Canvas canvas(figure, 200, 40, 2);
    canvas.fill({0, 0, 200, 40}, {1, 1, 1});
    const std::string words = "violin, bowed";
    canvas.text(words, {10, 10, canvas.width_of(words, letter) + extra, 20}, letter);
    std::vector<int> row;
    for (double x = 0.25; x < 200; x += 0.5) row.push_back(canvas.pixel(x, 22)[0]);
    return row;
  };
  EXPECT_EQ(drawn(0), drawn(50));  // no ellipsis came in
}

TEST(CairoPen, KeepsTextAsTextOnPdfPages) {
  const Figure figure = plain_figure();
  std::string bytes;
  const auto append = [](void* out, const unsigned char* data, unsigned int length) {
    static_cast<std::string*>(out)->append(reinterpret_cast<const char*>(data), length);
    return CAIRO_STATUS_SUCCESS;
  };
  cairo_surface_t* surface = cairo_pdf_surface_create_for_stream(append, &bytes, 300, 100);
  cairo_t* cairo = cairo_create(surface);
  figure::CairoPen(cairo, figure).text("violin \xE6\x8B\x89", {10, 10, 200, 20}, {.size = 11});
  cairo_destroy(cairo);
  cairo_surface_destroy(surface);
  EXPECT_THAT(bytes, testing::HasSubstr("/ToUnicode"));
  EXPECT_THAT(bytes, testing::HasSubstr("/FontFile"));
}

TEST(CairoPen, ColoursTheMapOnlyWhereItLies) {
  const Figure figure = plain_figure();
  test::Canvas canvas(figure, 100, 100);
  canvas.film_frame({0, 0, FilmView::kOverlay, 0}, {0, 0, 100, 100});
  const std::vector<int> left = canvas.pixel(20, 50), right = canvas.pixel(80, 50);
  for (const int value : left) EXPECT_NEAR(value, 128, 2);
  EXPECT_NEAR(right[0], 0xFC, 3);  // the end of inferno
  EXPECT_NEAR(right[1], 0xFF, 3);
  EXPECT_NEAR(right[2], 0xA4, 3);
}

TEST(CairoPen, ShowsNoMapInAFrameAndNoFrameInAMap) {
  const Figure figure = plain_figure();
  test::Canvas canvas(figure, 200, 100);
  canvas.film_frame({0, 0, FilmView::kFrame, 0}, {0, 0, 100, 100});
  for (const int value : canvas.pixel(80, 50)) EXPECT_NEAR(value, 128, 2);
  canvas.film_frame({0, 0, FilmView::kMap, 0}, {100, 0, 100, 100});
  EXPECT_GT(canvas.pixel(120, 50)[0], 200);  // the ground of a map, not the frame
}

TEST(CairoPen, PlaysTheFrameThatTellsMost) {
  Figure figure = test::sample_figure();
  FigureMap& map = figure.maps[0];
  const std::size_t cells = static_cast<std::size_t>(map.height * map.width);
  std::fill(map.values.begin(), map.values.end(), 0.0F);
  map.values[9 * cells + 3] = 2;
  map.values[12 * cells + 3] = 5;
  EXPECT_EQ(figure::telling_frame(figure, 0, 0), 12);
  figure.films[0].is_padding[12] = true;
  EXPECT_EQ(figure::telling_frame(figure, 0, 0), 9);
  map.values[9 * cells + 3] = kNan;
  EXPECT_EQ(figure::telling_frame(figure, 0, 0), 0);
  EXPECT_EQ(figure::telling_frame(figure, 0, -1), 0);
}

TEST(CairoPen, NamesThePictureThatItCannotRead) {
  Figure figure = plain_figure();
  for (const std::string& jpeg :
       {std::string("no picture"), std::string(), figure.pictures[0].jpeg.substr(0, 20)}) {
    figure.pictures[0].jpeg = jpeg;
    test::Canvas canvas(figure, 10, 10);
    try {
      canvas.picture(0, {0, 0, 10, 10});
      FAIL() << "expected an error";
    } catch (const Error& error) {
      EXPECT_EQ(error.kind(), ErrorKind::kInternal);
      EXPECT_THAT(error.what(), testing::HasSubstr("picture 0"));
    }
  }
}

TEST(CairoPen, RefusesAPictureOfAnotherSizeThanItSays) {
  Figure figure = plain_figure();
  figure.pictures[0].width = 32;
  test::Canvas canvas(figure, 10, 10);
  EXPECT_THROW(canvas.picture(0, {0, 0, 10, 10}), Error);
}

TEST(MapShades, GrowInOpacityFromTheBeginning) {
  ColorTables tables;
  const MapShades shades({"inferno", 0, 2, false}, 0.6, FilmView::kOverlay, tables);
  EXPECT_EQ(shades.of(0).opacity, 0);
  EXPECT_NEAR(shades.of(1).opacity, 0.6 * std::pow(0.5, 0.75), 1e-9);
  EXPECT_NEAR(shades.of(2).opacity, 0.6, 1e-9);
  EXPECT_NEAR(shades.of(99).opacity, 0.6, 1e-9);
  EXPECT_EQ(shades.of(kNan).opacity, 0);
}

TEST(MapShades, OfSignedMapsGrowToBothSides) {
  ColorTables tables;
  const MapShades shades({"blue_red", -2, 2, true}, 0.6, FilmView::kOverlay, tables);
  EXPECT_EQ(shades.of(0).opacity, 0);
  EXPECT_NEAR(shades.of(-1).opacity, shades.of(1).opacity, 1e-9);
  EXPECT_GT(shades.of(-2).rgb[2], shades.of(-2).rgb[0]);
  EXPECT_GT(shades.of(2).rgb[0], shades.of(2).rgb[2]);
}

TEST(MapShades, OfAMapAloneAreOpaqueWhereThereIsAValue) {
  ColorTables tables;
  const MapShades shades({"viridis", 0, 1, false}, 0.6, FilmView::kMap, tables);
  EXPECT_EQ(shades.of(0).opacity, 1);
  EXPECT_EQ(shades.of(kNan).opacity, 0);
}

TEST(MapShades, OfAConstantMapHaveOneColour) {
  ColorTables tables;
  const MapShades shades({"inferno", 3, 3, false}, 0.6, FilmView::kOverlay, tables);
  EXPECT_EQ(shades.position_of(3), 0);
  EXPECT_EQ(MapShades({"blue_red", 0, 0, true}, 0.6, FilmView::kOverlay, tables).position_of(0),
            0.5);
}

FigureMap map_of(int height, int width, std::vector<float> values) {
  FigureMap map;
  map.frames = 1;
  map.height = height;
  map.width = width;
  map.values = std::move(values);
  return map;
}

TEST(StretchMap, KeepsTheValuesOfCellCentres) {
  const FigureMap map = map_of(2, 3, {1, -2, 3, 4, 7, -6});
  const std::vector<float> stretched = figure::stretch_map(map, 0, 15, 10);  // 5 px a cell
  for (int y = 0; y < 2; ++y) {
    for (int x = 0; x < 3; ++x)
      EXPECT_NEAR(stretched[static_cast<std::size_t>((5 * y + 2) * 15 + 5 * x + 2)],
                  map.values[static_cast<std::size_t>(3 * y + x)], 1e-5);
  }
}

TEST(StretchMap, InventsNoValues) {
  // A lone peak: a cubic without bounds would fall below 0 around it.
  const FigureMap map = map_of(3, 3, {0, 0, 0, 0, 1, 0, 0, 0, 0});
  for (const float value : figure::stretch_map(map, 0, 60, 60)) {
    EXPECT_GE(value, 0);
    EXPECT_LE(value, 1);
  }
}

TEST(StretchMap, LeavesTheGapOfAMissingValueWhereItIs) {
  const FigureMap map = map_of(1, 3, {1, kNan, 1});
  const std::vector<float> stretched = figure::stretch_map(map, 0, 30, 1);
  EXPECT_EQ(stretched[2], 1);
  EXPECT_TRUE(std::isnan(stretched[14]));
  EXPECT_EQ(stretched[27], 1);
  const auto missing = std::count_if(stretched.begin(), stretched.end(),
                                     [](float value) { return std::isnan(value); });
  EXPECT_NEAR(static_cast<double>(missing), 10, 1);
}

double luminance(const figure::Ink& ink) {
  const auto linear = [](double v) {
    return v <= 0.04045 ? v / 12.92 : std::pow((v + 0.055) / 1.055, 2.4);
  };
  return 0.2126 * linear(ink.r) + 0.7152 * linear(ink.g) + 0.0722 * linear(ink.b);
}

double contrast(const figure::Ink& a, const figure::Ink& b) {
  const double x = luminance(a), y = luminance(b);
  return (std::max(x, y) + 0.05) / (std::min(x, y) + 0.05);
}

TEST(Theme, CanBeRead) {
  for (const bool is_dark : {false, true}) {
    const figure::Theme& look = figure::theme(is_dark);
    EXPECT_GE(contrast(look.text, look.paper), 7);
    EXPECT_GE(contrast(look.text, look.faint), 7);  // tabs
    EXPECT_GE(contrast(look.soft_text, look.paper), 4.5);
    EXPECT_GE(contrast(look.accent, look.paper), 4.5);  // the chosen tab's words
    for (int color = -1; color < 9; ++color)
      EXPECT_GE(contrast(figure::class_ink(color, is_dark), look.paper), 3) << color;
  }
}

TEST(Theme, HasSevenColoursAndANeutralOne) {
  for (const bool is_dark : {false, true}) {
    std::vector<std::array<double, 3>> seen;
    for (int color = -1; color < 7; ++color) {
      const figure::Ink ink = figure::class_ink(color, is_dark);
      seen.push_back({ink.r, ink.g, ink.b});
    }
    for (std::size_t i = 0; i < seen.size(); ++i)
      EXPECT_EQ(std::count(seen.begin(), seen.end(), seen[i]), 1);
    const figure::Ink eighth = figure::class_ink(7, is_dark);
    EXPECT_EQ(seen[0], (std::array<double, 3>{eighth.r, eighth.g, eighth.b}));
  }
}

}  // namespace
}  // namespace praxiscope
