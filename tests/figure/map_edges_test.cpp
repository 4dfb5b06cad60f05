// The sides of a map that lie inside its frame, and that every writer draws them.
#include "figure/map_edges.h"

#include "figure/canvas.h"
#include "figure/pdf_probe.h"
#include "figure/sample.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace praxiscope {
namespace {

using testing::HasSubstr;
using testing::Not;

FigureMap map_at(double x, double y, double width, double height) {
  FigureMap map;
  map.x = x;
  map.y = y;
  map.fraction_width = width;
  map.fraction_height = height;
  return map;
}

TEST(MapEdges, AreThoseInsideTheFrame) {
  EXPECT_TRUE(figure::map_edges(map_at(0, 0, 1, 1), 1).empty());
  EXPECT_TRUE(figure::map_edges(map_at(0.002, 0, 0.996, 1), 1).empty()) << "rounding";
  const auto sides = figure::map_edges(map_at(0.25, 0, 0.5, 1), 2);
  ASSERT_EQ(sides.size(), 2u);
  // Left: light ends where the map begins, dark where light begins.
  EXPECT_DOUBLE_EQ(sides[0].light.right(), 0.25);
  EXPECT_DOUBLE_EQ(sides[0].dark.right(), sides[0].light.x);
  EXPECT_DOUBLE_EQ(sides[1].light.x, 0.75);
  EXPECT_DOUBLE_EQ(sides[1].dark.x, sides[1].light.right());
  for (const auto& side : sides) EXPECT_EQ(side.light.height, 1);
  EXPECT_EQ(figure::map_edges(map_at(0.1, 0.1, 0.8, 0.8), 1).size(), 4u);
}

TEST(MapEdges, AreAsThickAcrossAsDown) {
  const auto edges = figure::map_edges(map_at(0.1, 0.1, 0.8, 0.8), 2.5);
  EXPECT_NEAR(edges[0].light.width * 2.5, edges[2].light.height, 1e-12);
  EXPECT_DOUBLE_EQ(edges[2].light.bottom(), 0.1);
  EXPECT_DOUBLE_EQ(edges[3].light.y, 0.9);
}

std::string forms_of(const Figure& figure) {
  test::PdfProbe probe(make_pdf(figure));
  std::string all;
  probe.for_each([&](QPDFObjectHandle object) {
    if (!object.isStream() || !object.getDict().getKey("/Subtype").isNameAndEquals("/Form")) return;
    const auto bytes = object.getStreamData();
    all.append(reinterpret_cast<const char*>(bytes->getBuffer()), bytes->getSize());
  });
  return all;
}

TEST(MapEdges, AreInPdfFilesWhereTheMapIsACrop) {
  const test::SampleOptions whole{.classes = {"a"}, .methods = {"m"}, .layers = {"l"}, .frames = 2};
  EXPECT_THAT(forms_of(test::sample_figure(whole)), Not(HasSubstr("0.97 g")));
  Figure crop = test::sample_figure(whole);
  for (FigureMap& map : crop.maps) map.x = 0.1, map.fraction_width = 0.8;
  // The light bar ends at 0.1: it begins a 400th before, over the whole height.
  EXPECT_THAT(forms_of(crop), HasSubstr("0.97 g 0.09750 0.00000 0.00250 1.00000 re f"));
}

TEST(MapEdges, AreInPicturesOfOverlaysAlone) {
  Figure figure = test::sample_figure({.classes = {"a"}, .methods = {"m"}, .layers = {"l"}});
  figure.maps[0].x = 0.5;
  figure.maps[0].fraction_width = 0.5;
  test::Canvas canvas(figure, 1200, 1200);
  const figure::Box box{0, 0, 1200, 1200};
  const auto is = [&](double x, double gray) {
    for (const int value : canvas.pixel(x, 600))
      if (std::abs(value - 255 * gray) > 2) return false;
    return true;
  };
  canvas.film_frame({0, 0, FilmView::kOverlay, 0}, box);
  EXPECT_TRUE(is(598, figure::kEdgeLight) && is(595, figure::kEdgeDark));
  canvas.film_frame({0, 0, FilmView::kFrame, 0}, box);
  EXPECT_FALSE(is(598, figure::kEdgeLight) || is(595, figure::kEdgeDark));
}

}  // namespace
}  // namespace praxiscope
