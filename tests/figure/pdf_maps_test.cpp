// Maps as a PDF file stores them: sizes, samples, colours; and that other programs draw them as
// the figure means them.
#include "figure/pdf_maps.h"

#include "figure/canvas.h"
#include "figure/page_layout.h"
#include "figure/pdf_pack.h"
#include "figure/pdf_pen.h"
#include "figure/pdf_probe.h"
#include "figure/sample.h"

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <qpdf/Buffer.hh>
#include <qpdf/Pl_Buffer.hh>
#include <qpdf/Pl_Flate.hh>

#include <cmath>
#include <cstdlib>
#include <limits>

namespace praxiscope {
namespace {

using figure::MapGrid;
using figure::MapShades;

constexpr float kNan = std::numeric_limits<float>::quiet_NaN();

FigureMap make_map(int width, int height, std::vector<float> values) {
  FigureMap map;
  map.frames = 1;
  map.width = width;
  map.height = height;
  map.values = std::move(values);
  return map;
}

TEST(PdfMaps, CoarseOnesAreRefinedAndFineOnesFitTheFigure) {
  const auto grid = [](int width, int height, int frames) {
    const MapGrid g = figure::choose_map_grid(make_map(width, height, {}), frames);
    return std::pair(g.width, g.height);
  };
  EXPECT_EQ(grid(7, 7, 64 * 16), std::pair(28, 28));
  EXPECT_EQ(grid(14, 7, 64 * 16), std::pair(28, 14));
  EXPECT_EQ(grid(7, 7, 16), std::pair(56, 56)) << "and is finer";
  EXPECT_EQ(grid(56, 56, 16), std::pair(56, 56));
  EXPECT_EQ(grid(224, 112, 16), std::pair(112, 56)) << "a small figure keeps detail";
  const auto [width, height] = grid(224, 224, 64 * 16);
  EXPECT_LE(width * height * 64 * 16, 1'000'000);
  EXPECT_GE(width, 28);
  EXPECT_EQ(grid(1, 1, 1), std::pair(56, 56));
  EXPECT_EQ(grid(1000, 1, 1), std::pair(112, 1));
}

TEST(PdfMaps, AreCoarsenedByMeansOfWhatIsThere) {
  const FigureMap map = make_map(4, 2, {1, 3, kNan, kNan, 5, 7, kNan, 9});
  EXPECT_THAT(figure::resize_map(map, 0, {2, 1}), testing::ElementsAre(4, 9));
  const FigureMap none = make_map(2, 1, {kNan, kNan});
  EXPECT_TRUE(std::isnan(figure::resize_map(none, 0, {1, 1})[0]));
}

std::string opacity_samples(const std::vector<float>& values, const MapShades& shades) {
  return figure::opacity_samples(figure::color_samples(values, shades),
                                 figure::opacities_of(shades));
}

TEST(PdfMaps, HaveSamplesAlongTheScale) {
  figure::ColorTables tables;
  const MapShades shades({.colormap = "inferno", .lo = 0, .hi = 2}, 0.5, FilmView::kOverlay,
                         tables);
  const std::vector<float> values{-1, 0, 1, 2, 3, kNan};
  const std::string colors = figure::color_samples(values, shades);
  EXPECT_EQ(colors, std::string("\x00\x00\x7F\xFE\xFE\xFF", 6));
  const std::string opacities = opacity_samples(values, shades);
  EXPECT_EQ(opacities[1], '\0');
  EXPECT_EQ(static_cast<unsigned char>(opacities[3]), 128);
  EXPECT_EQ(opacities[5], '\0') << "nothing is laid over where there is no value";
  EXPECT_GT(static_cast<unsigned char>(opacities[2]), 64) << "half a value is more than half seen";
}

TEST(PdfMaps, OfSignedValuesFadeAroundZero) {
  figure::ColorTables tables;
  const MapShades shades({.colormap = "blue_red", .lo = -1, .hi = 1, .is_signed = true}, 1.0,
                         FilmView::kOverlay, tables);
  const std::string opacities = opacity_samples({-1, 0, 1}, shades);
  EXPECT_EQ(static_cast<unsigned char>(opacities[0]), 255);
  EXPECT_EQ(static_cast<unsigned char>(opacities[1]), 0);
  EXPECT_EQ(static_cast<unsigned char>(opacities[2]), 255);
}

TEST(PdfMaps, HavePalettesOfTheScale) {
  figure::ColorTables tables;
  const MapShades shades({.colormap = "viridis"}, 0.5, FilmView::kOverlay, tables);
  const std::string palette = figure::palette_of(shades);
  ASSERT_EQ(palette.size(), 768U);
  const Rgb last = shades.at_position(1).rgb;
  for (std::size_t i = 0; i < 3; ++i)
    EXPECT_EQ(static_cast<std::uint8_t>(palette[3 * 254 + i]), last[i]);
}

/// The filter's inverse by the PNG specification, 9.2.
std::string restore_rows(const std::string& rows, std::size_t width) {
  std::string out;
  for (std::size_t i = 0; i < rows.size(); ++i) {
    const std::size_t x = i % (width + 1);
    if (x == 0) continue;
    const std::size_t at = out.size();
    const auto byte = [&](bool is_there, std::size_t back) {
      return is_there ? static_cast<int>(static_cast<std::uint8_t>(out[at - back])) : 0;
    };
    const int a = byte(x > 1, 1), b = byte(at >= width, width),
              c = byte(x > 1 && at >= width, width + 1), p = a + b - c;
    const int pa = std::abs(p - a), pb = std::abs(p - b), pc = std::abs(p - c);
    const int guess = pa <= pb && pa <= pc ? a : pb <= pc ? b : c;
    out += static_cast<char>(rows[i] + guess);
  }
  return out;
}

TEST(PdfMaps, RowsCanBeRestored) {
  std::string samples;
  for (int i = 0; i < 60; ++i) samples += static_cast<char>(i * i * 37 % 256);
  const std::string rows = figure::predict_rows(samples, 12);
  EXPECT_EQ(rows.size(), samples.size() + 5);
  EXPECT_EQ(restore_rows(rows, 12), samples);
}

TEST(PdfStandIns, AreToldFromOtherImages) {
  const auto image = [](const std::string& pixel) { return pixel + pixel + pixel + pixel; };
  EXPECT_EQ(figure::stand_in_number(image("\x81\x02\x7F")), (1U << 14) + (2U << 7) + 127);
  EXPECT_EQ(figure::stand_in_number(image("\x80\x01\x01")), 129U);
  EXPECT_EQ(figure::stand_in_number(image("\x01\x01\x01")), std::nullopt);
  EXPECT_EQ(figure::stand_in_number(image("\x80\x80\x01")), std::nullopt);
  EXPECT_EQ(figure::stand_in_number("\x80\x01\x01"), std::nullopt) << "one pixel";
  std::string uneven = image("\x80\x01\x01");
  uneven[0] = '\x81';
  EXPECT_EQ(figure::stand_in_number(uneven), std::nullopt);
}

/// A picture of a page as pdftoppm writes it.
struct Ppm {
  int width = 0, height = 0;
  std::size_t begin = 0;
  std::string bytes;
  int at(int x, int y, int c) const {
    return static_cast<std::uint8_t>(
        bytes[begin + static_cast<std::size_t>((y * width + x) * 3 + c)]);
  }
};

std::optional<Ppm> draw_page(const std::string& pdf, int page) {
  const auto says =
      test::run_tool("pdftoppm", fmt::format("-r 72 -f {0} -l {0} {{file}}", page + 1), pdf);
  if (!says) return std::nullopt;
  Ppm picture{.bytes = says->words};
  int begin = 0;
  if (std::sscanf(picture.bytes.c_str(), "P6 %d %d 255%n", &picture.width, &picture.height,
                  &begin) != 2)
    return Ppm{};
  picture.begin = static_cast<std::size_t>(begin) + 1;
  return picture;
}

/// Colours of overlay, map and frame, as another program draws them from the file, against ours.
TEST(PdfMaps, AreDrawnAsTheFigureMeansThem) {
  for (const int clips : {1, 2}) {  // the second one's map covers only a part of the frame
    const Figure figure =
        test::sample_figure({.classes = {"one"}, .layers = {"a"}, .clips = clips, .frames = 3});
    const std::string pdf = make_pdf(figure);
    for (std::size_t s = 0; s < figure.states.size(); ++s) {
      const auto page = draw_page(pdf, static_cast<int>(s));
      if (!page) GTEST_SKIP() << "pdftoppm is not installed: colours were not compared";
      ASSERT_GT(page->width, 0);
      test::Canvas canvas(figure, page->width, page->height);
      const figure::PageLayout layout = figure::lay_out_page({figure}, canvas);
      const PanelId player = figure.states[s].panels[0];
      const figure::Box box = layout.panels[0];
      draw_panel(figure.panels[static_cast<std::size_t>(player)], box, {figure}, canvas);
      double sum = 0;
      int count = 0;
      for (int y = static_cast<int>(box.y) + 4; y < box.bottom() - 4; y += 5) {
        for (int x = static_cast<int>(box.x) + 4; x < box.right() - 4; x += 5) {
          const std::vector<int> ours = canvas.pixel(x + 0.5, y + 0.5);
          for (int c = 0; c < 3; ++c, ++count)
            sum += std::abs(ours[static_cast<std::size_t>(c)] - page->at(x, y, c));
        }
      }
      // Viewers enlarge pictures each in their way: a few levels at edges, and none elsewhere.
      EXPECT_LT(sum / count, 2.5) << "state " << s << " of " << clips << " clips";
    }
  }
}

/// The scale's colours likewise: a file stores them as an image, pictures draw them.
TEST(PdfMaps, ScalesAreDrawnInTheirColours) {
  const Figure figure = test::sample_figure({.classes = {"one"}, .layers = {"a"}, .frames = 2});
  const std::string pdf = make_pdf(figure);
  for (std::size_t s = 0; s < figure.states.size(); ++s) {
    const auto page = draw_page(pdf, static_cast<int>(s));
    if (!page) GTEST_SKIP() << "pdftoppm is not installed: colours were not compared";
    test::Canvas canvas(figure, page->width, page->height);
    const figure::PageLayout layout = figure::lay_out_page({figure}, canvas);
    std::size_t k = 0;
    const auto panel_at = [&](std::size_t i) -> const FigurePanel& {
      return figure.panels[static_cast<std::size_t>(figure.states[s].panels[i])];
    };
    while (!std::holds_alternative<ScalePanel>(panel_at(k).content)) ++k;
    const figure::Box box = layout.panels[k];
    draw_panel(panel_at(k), box, {figure}, canvas);
    const double y = box.y + 25;  // in the ramp, under the heading
    for (int x = static_cast<int>(box.x) + 3; x < box.right() - 3; x += 7) {
      const std::vector<int> ours = canvas.pixel(x + 0.5, y);
      for (int c = 0; c < 3; ++c)
        EXPECT_NEAR(ours[static_cast<std::size_t>(c)], page->at(x, static_cast<int>(y), c), 6)
            << "state " << s << " at " << x;
    }
  }
}

TEST(PdfStandIns, AreNotInTheFile) {
  const test::PdfProbe probe(make_pdf(test::study_figure()));
  probe.for_each([](QPDFObjectHandle object) {
    if (!object.isStream() || !object.getDict().getKey("/Subtype").isNameAndEquals("/Image"))
      return;
    EXPECT_GT(object.getDict().getKey("/Width").getIntValue(), 2);
  });
}

TEST(Packer, PacksWhatOthersUnpack) {
  figure::Packer packer;
  for (const std::string& bytes : {std::string(), std::string(5000, 'a'), std::string("map")}) {
    const std::string packed = packer.pack(bytes);
    Pl_Buffer unpacked("unpacked");
    Pl_Flate flate("flate", &unpacked, Pl_Flate::a_inflate);
    flate.writeString(packed);
    flate.finish();
    const std::shared_ptr<Buffer> out = unpacked.getBufferSharedPointer();
    EXPECT_EQ(std::string(reinterpret_cast<const char*>(out->getBuffer()), out->getSize()), bytes);
  }
}

}  // namespace
}  // namespace praxiscope
