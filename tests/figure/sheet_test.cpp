// Contact sheets. With PRAXISCOPE_FIGURE_LOOK=FOLDER they are written there to be looked at.
#include "figure/sheet.h"

#include "figure/canvas.h"
#include "figure/sample.h"

#include "praxiscope/error.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <functional>

namespace praxiscope {
namespace {

TEST(Sheet, HasTheChosenWidth) {
  const Figure figure = test::sample_figure();
  for (const int width : {600, 1200, 2400}) {
    const Picture sheet = make_sheet(figure, width, 2);
    EXPECT_EQ(sheet.width, width);
    EXPECT_EQ(sheet.rgb.size(),
              3U * static_cast<std::size_t>(sheet.width) * static_cast<std::size_t>(sheet.height));
    test::look_at(sheet, "sheet_" + std::to_string(width));
  }
}

TEST(Sheet, RefusesOtherWidths) {
  const Figure figure = test::sample_figure();
  for (const int width : {-1, 0, 599, 8001}) {
    try {
      make_sheet(figure, width);
      FAIL() << "expected an error for " << width;
    } catch (const Error& error) {
      EXPECT_EQ(error.kind(), ErrorKind::kUsage);
      EXPECT_THAT(error.what(), testing::HasSubstr("600 to 8000"));
    }
  }
}

TEST(Sheet, ShowsOneOverlayForEachCombination) {
  const Figure figure = test::sample_figure();
  const std::vector<StateId> states = figure::sheet_states(figure);
  EXPECT_EQ(states.size(), 3U * 2 * 2);
  for (const StateId state : states)
    EXPECT_EQ(figure.states[static_cast<std::size_t>(state)].choice.back(), 0);
}

TEST(Sheet, ShowsAllStatesOfAFigureWithoutOverlays) {
  EXPECT_EQ(figure::sheet_states(test::study_figure()).size(), 2U);
  for (const int width : {800, 1600})
    test::look_at(make_sheet(test::study_figure(), width), "sheet_study_" + std::to_string(width));
}

TEST(Sheet, BeginsWithTheOverview) {
  Figure figure = test::sample_figure();
  const auto overlays = figure::sheet_states(figure);
  figure.panels.push_back(
      {PanelPlace::kMain, 1, TextPanel{.title = "all", .paragraphs = {}}, "all"});
  FigureState overview = figure.states.front();
  overview.panels = {static_cast<PanelId>(figure.panels.size()) - 1};
  const auto place = static_cast<StateId>(figure.states.size());
  figure.states.push_back(overview);
  figure.states.push_back(overview);
  const auto states = figure::sheet_states(figure);
  ASSERT_EQ(states.size(), overlays.size() + 1) << "one overview is enough";
  EXPECT_EQ(states.front(), place);
  EXPECT_TRUE(std::equal(overlays.begin(), overlays.end(), states.begin() + 1));
  EXPECT_EQ(figure::in_order_of_tabs(figure, states).front(), place);
}

TEST(Sheet, ShowsWhatAFigureOpensOnInTheOrderOfItsTabs) {
  Figure figure = test::sample_figure();
  std::reverse(figure.states.begin(), figure.states.end());
  const auto states = figure::sheet_states(figure);
  EXPECT_TRUE(std::is_sorted(states.begin(), states.end())) << "where a figure opens comes first";
  const auto drawn = figure::in_order_of_tabs(figure, states);
  EXPECT_TRUE(std::is_sorted(drawn.begin(), drawn.end(), std::greater<>()));
}

TEST(Sheet, HasTheOpeningStateWhereThereIsRoomForOne) {
  Figure figure = test::sample_figure();
  const Picture first = make_sheet(figure, 800, 1);
  std::rotate(figure.states.begin(),
              figure.states.begin() + static_cast<std::ptrdiff_t>(figure.states.size() / 2),
              figure.states.end());
  EXPECT_NE(make_sheet(figure, 800, 1).rgb, first.rgb);
}

TEST(Sheet, GrowsWithItsStatesAsFarAsAllowed) {
  const Figure figure = test::sample_figure();
  const int one = make_sheet(figure, 800, 1).height, three = make_sheet(figure, 800, 3).height;
  EXPECT_GT(three, 2 * one);
  EXPECT_EQ(make_sheet(figure, 800, 12).height, make_sheet(figure, 800, 99).height);
}

TEST(Sheet, LeavesOutWhatNoPictureCanHold) {
  test::SampleOptions options;
  options.classes = test::many_labels(100);
  options.methods = {"Grad-CAM"};
  options.layers = {"layer4"};
  options.width = options.height = 32;
  options.frames = 2;
  const Picture sheet = make_sheet(test::sample_figure(options), 600, 100);
  EXPECT_LE(sheet.height, 32000);
  EXPECT_GT(sheet.height, 25000);
  // The last line is there: what is left out is said.
  const auto last = sheet.rgb.end() - 3 * 600 * 40;
  EXPECT_TRUE(std::any_of(last, sheet.rgb.end(), [](std::uint8_t value) { return value < 128; }));
}

/// Inks of a stretch of rows from the bottom.
bool has_words(const Picture& sheet, int from_bottom, int rows) {
  const auto row = static_cast<std::ptrdiff_t>(sheet.width) * 3;
  const auto begin = sheet.rgb.end() - from_bottom * row;
  return std::any_of(begin, begin + rows * row, [](std::uint8_t value) { return value < 160; });
}

TEST(Sheet, EndsWithItsFootnoteAndNotWithItsProvenance) {
  Figure figure = test::sample_figure({.classes = {"one"}, .methods = {"CAM"}, .layers = {"a"}});
  figure.provenance = std::string(3000, 'x');
  const Picture bare = make_sheet(figure, 800);
  figure.footnote = "strings-rgb · 16 frames every 2, 224×224 · praxiscope 0.1.0";
  const Picture told = make_sheet(figure, 800);
  test::look_at(told, "sheet_footnote");
  EXPECT_GT(told.height, bare.height);
  EXPECT_LE(told.height, bare.height + 30) << "one line";
  EXPECT_TRUE(has_words(told, 26, 6));
  EXPECT_FALSE(has_words(bare, 26, 6));
}

TEST(Sheet, KeepsThePrintedPagesShapeWhenNobodySaysHowMany) {
  for (const auto& [width, height] : {std::pair{224, 224}, {480, 160}, {120, 360}}) {
    const Figure figure = test::sample_figure({.width = width, .height = height});
    const Picture sheet = make_sheet(figure, 1200);
    const Picture one = make_sheet(figure, 1200, 1);
    EXPECT_LE(sheet.height, std::max(1800 + 1, one.height));
    // One more would be too many.
    int count = 1;
    while (make_sheet(figure, 1200, count).height < sheet.height) ++count;
    EXPECT_EQ(make_sheet(figure, 1200, count).height, sheet.height);
    EXPECT_GT(make_sheet(figure, 1200, count + 1).height, 1800);
  }
}

TEST(Sheet, IsTheSameEveryTime) {
  const Figure figure = test::sample_figure();
  EXPECT_EQ(make_sheet(figure, 700, 1).rgb, make_sheet(figure, 700, 1).rgb);
}

TEST(Sheet, KeepsItsMarginsFree) {
  test::SampleOptions options;
  options.classes = test::odd_labels();
  options.title = options.subtitle = test::odd_labels().back();
  Figure figure = test::sample_figure(options);
  figure.footnote = std::string(3000, 'x');
  const Picture sheet = make_sheet(figure, 900, 3);
  test::look_at(sheet, "sheet_odd");
  for (int y = 0; y < sheet.height; ++y) {
    for (const int x : {2, 20, sheet.width - 20, sheet.width - 3}) {
      const std::size_t at =
          3 * (static_cast<std::size_t>(y) * static_cast<std::size_t>(sheet.width) +
               static_cast<std::size_t>(x));
      ASSERT_EQ(sheet.rgb[at], 255) << x << " " << y;
    }
  }
}

TEST(Sheet, TakesFilmsOfAnyLengthAndShape) {
  for (const auto& [width, height, frames] :
       {std::tuple{120, 360, 16}, {360, 120, 16}, {320, 180, 1}, {224, 168, 64}}) {
    test::SampleOptions options;
    options.width = width;
    options.height = height;
    options.frames = frames;
    test::look_at(make_sheet(test::sample_figure(options), 1000, 1),
                  "sheet_" + std::to_string(width) + "x" + std::to_string(height) + "x" +
                      std::to_string(frames));
  }
}

}  // namespace
}  // namespace praxiscope
