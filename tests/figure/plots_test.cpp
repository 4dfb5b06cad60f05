// Plots: axes, curves and points. With PRAXISCOPE_FIGURE_LOOK=FOLDER they are written there to be
// looked at.
#include "figure/canvas.h"
#include "figure/panels.h"
#include "figure/panels/parts.h"
#include "figure/sample.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <random>
#include <set>

namespace praxiscope {
namespace {

using test::Drawn;
using testing::ElementsAre;

constexpr double kNan = std::numeric_limits<double>::quiet_NaN();

LinesPanel lines_of(std::vector<double> x, std::vector<double> y) {
  LinesPanel panel;
  panel.title = "when";
  panel.x_label = "time (s)";
  panel.y_label = "mean of the map";
  LinesPanel::Line line;
  line.label = "mean";
  line.x = std::move(x);
  line.y = std::move(y);
  panel.lines.push_back(line);
  return panel;
}

/// Polylines of more than two points or inside the plot: no grid lines.
std::vector<std::vector<figure::Point>> curves_of(const Drawn& drawn) {
  std::vector<std::vector<figure::Point>> curves;
  for (const auto& line : drawn.lines) {
    if (line.size() > 2) curves.push_back(line);
  }
  return curves;
}

TEST(Lines, RunInsideThePlotThatIsToldToCursors) {
  const Figure figure = test::sample_figure();
  const LinesPanel panel = lines_of({1, 2, 3}, {0.2, 0.8, 0.1});
  const auto canvas = test::draw_tidy(figure, panel, 320, 140, "lines");
  test::Canvas probe(figure, 1, 1);
  const figure::PlotArea area = figure::plot_area(panel, {8, 8, 320, 140}, {figure}, probe);
  EXPECT_EQ(area.x_begin, 1);
  EXPECT_EQ(area.x_end, 3);
  EXPECT_EQ(area.y_begin, 0);
  const auto curves = curves_of(canvas->drawn);
  ASSERT_EQ(curves.size(), 1U);
  EXPECT_NEAR(curves[0].front().first, area.box.x, 1e-6);
  EXPECT_NEAR(curves[0].back().first, area.box.right(), 1e-6);
  const double share = (curves[0][1].second - area.box.y) / area.box.height;
  EXPECT_NEAR(share, 1 - 0.8 / area.y_end, 1e-6);
}

TEST(Lines, BreakWhereThereIsNoValue) {
  const Figure figure = test::sample_figure();
  const auto canvas =
      test::draw_tidy(figure, lines_of({0, 1, 2, 3, 4, 5, 6, 7}, {1, 2, 1, kNan, 2, 3, 1, kNan}),
                      320, 140, "lines_gap");
  ASSERT_EQ(curves_of(canvas->drawn).size(), 2U);
  EXPECT_EQ(curves_of(canvas->drawn)[0].size(), 3U);
  EXPECT_EQ(curves_of(canvas->drawn)[1].size(), 3U);
}

TEST(Lines, ShowASingleMomentAsADot) {
  const Figure figure = test::sample_figure();
  const auto canvas = test::draw_tidy(figure, lines_of({4.2}, {0.3}), 320, 140, "lines_still");
  EXPECT_EQ(canvas->drawn.dots.size(), 1U);
}

TEST(Lines, SayThatThereIsNothing) {
  const Figure figure = test::sample_figure();
  EXPECT_TRUE(test::draw_tidy(figure, lines_of({1, 2}, {kNan, kNan}), 320, 140, "lines_nan")
                  ->drawn.has_text("no values"));
  LinesPanel none;
  EXPECT_TRUE(test::draw_tidy(figure, none, 320, 140, "lines_none")->drawn.has_text("no values"));
}

TEST(Lines, StayInsideTheirBoxWithAnyNumbers) {
  const Figure figure = test::sample_figure();
  const double huge = 1e300, tiny = 1e-300;
  for (const std::vector<double>& y : {std::vector<double>{0, 0, 0},
                                       {-1, -2, -3},
                                       {5, 5, 5},
                                       {1e-7, 3e-7, 2e-7},
                                       {-12345678, 0, 98765432},
                                       {-huge, 0, huge},
                                       {tiny, 2 * tiny, 0}})
    test::draw_tidy(figure, lines_of({0.1, 0.2, 0.3}, y), 320, 140, "lines_numbers");
}

TEST(Lines, MarkTheStretchAndNameIt) {
  const Figure figure = test::sample_figure();
  LinesPanel panel = lines_of({0, 5, 10}, {0.2, 0.8, 0.1});
  panel.marked = std::pair(4.0, 6.0);
  panel.is_percent = true;
  const auto canvas = test::draw_tidy(figure, panel, 800, 148, "lines_marked");
  test::Canvas probe(figure, 1, 1);
  const figure::PlotArea area = figure::plot_area(panel, {8, 8, 800, 148}, {figure}, probe);
  ASSERT_FALSE(canvas->drawn.fills.empty());
  EXPECT_NEAR(canvas->drawn.fills[0].box.x, area.box.x + 0.4 * area.box.width, 1e-6);
  EXPECT_NEAR(canvas->drawn.fills[0].box.width, 0.2 * area.box.width, 1e-6);
  EXPECT_TRUE(canvas->drawn.has_text("this clip"));
  EXPECT_TRUE(canvas->drawn.has_text("100 %"));
  panel.marked = std::pair(0.0, 0.01);  // under the title: not named, still seen
  const auto first = test::draw_tidy(figure, panel, 800, 148, "lines_marked_first");
  EXPECT_FALSE(first->drawn.has_text("this clip"));
  EXPECT_GE(first->drawn.fills[0].box.width, 2);
}

TEST(Lines, NameTheirColoursAtAnySize) {
  const Figure figure = test::sample_figure();
  for (const auto& labels : {test::odd_labels(), test::many_labels(12)}) {
    LinesPanel panel = lines_of({0, 1}, {0, 1});
    panel.lines.clear();
    for (std::size_t i = 0; i < labels.size(); ++i) {
      LinesPanel::Line line;
      line.label = labels[i];
      line.color = static_cast<int>(i);
      line.is_strong = i == 2;
      line.x = {0, 1, 2};
      line.y = {0.1 * static_cast<double>(i), 0.5, 0.3};
      panel.lines.push_back(line);
    }
    for (const double width : {240.0, 368.0, 700.0, 1152.0})
      test::draw_tidy(
          figure, panel, width, 160,
          "lines_" + std::to_string(labels.size()) + "_" + std::to_string(static_cast<int>(width)));
  }
}

TEST(Legend, KeepsTheTargetAndCountsTheRest) {
  const Figure figure = test::sample_figure();
  LinesPanel panel = lines_of({0, 1}, {0, 1});
  panel.lines.assign(12, panel.lines[0]);
  for (std::size_t i = 0; i < panel.lines.size(); ++i)
    panel.lines[i].label = test::many_labels(12)[i];
  panel.lines[11].is_strong = true;
  const auto canvas = test::draw_tidy(figure, panel, 240, 140, "lines_many");
  EXPECT_TRUE(canvas->drawn.has_text("action 12"));
  EXPECT_TRUE(std::any_of(canvas->drawn.texts.begin(), canvas->drawn.texts.end(),
                          [](const Drawn::Text& text) { return text.words.ends_with(" more"); }));
}

TEST(NiceTicks, AreRoundFewAndDistinct) {
  std::mt19937 random(7);
  std::uniform_real_distribution<double> exponent(-9, 9), share(-1, 1);
  for (int i = 0; i < 2000; ++i) {
    const double width = std::pow(10, exponent(random)), begin = 3 * width * share(random);
    for (const int most : {2, 4, 9}) {
      const auto ticks = figure::nice_ticks({begin, begin + width}, most, false);
      ASSERT_GE(ticks.size(), most >= 4 ? 2U : 1U) << begin << " " << width;
      ASSERT_LE(ticks.size(), static_cast<std::size_t>(most));
      std::set<std::string> labels;
      for (const figure::Tick& tick : ticks) {
        EXPECT_GE(tick.value, begin - 1e-6 * width);
        EXPECT_LE(tick.value, begin + width + 1e-6 * width);
        labels.insert(tick.label);
      }
      if (std::abs(begin) < 2 * width) {
        EXPECT_EQ(labels.size(), ticks.size()) << begin << " " << width;
      }
    }
  }
}

TEST(NiceTicks, AreWrittenAlike) {
  const auto labels_of = [](double begin, double end, int most, bool is_percent) {
    std::vector<std::string> labels;
    for (const figure::Tick& tick : figure::nice_ticks({begin, end}, most, is_percent))
      labels.push_back(tick.label);
    return labels;
  };
  EXPECT_THAT(labels_of(0, 1, 3, true), ElementsAre("0 %", "50 %", "100 %"));
  EXPECT_THAT(labels_of(0, 0.01, 3, true), ElementsAre("0.0 %", "0.5 %", "1.0 %"));
  EXPECT_THAT(labels_of(4.2, 5.4, 7, false),
              ElementsAre("4.2", "4.4", "4.6", "4.8", "5.0", "5.2", "5.4"));
  EXPECT_THAT(labels_of(-1, 1, 3, false), ElementsAre("\xE2\x88\x92"
                                                      "1",
                                                      "0", "1"));
}

TEST(Scatter, LeadsFromItsPoints) {
  const Figure figure = test::study_figure();
  ScatterPanel panel;
  panel.title = "codes";
  panel.x_label = "first axis";
  panel.y_label = "second axis";
  panel.colors = test::odd_labels();
  panel.points = {{0, 0, 0, "a", 1, false},
                  {1, 1, 1, "right edge: a long label", -1, true},
                  {kNan, 1, 0, "nowhere", 1, false},
                  {0.5, 0.2, 9, "c", -1, false}};
  const auto canvas = test::draw_tidy(figure, panel, 368, 280, "scatter");
  ASSERT_EQ(canvas->drawn.links.size(), 1U);
  EXPECT_EQ(canvas->drawn.links[0].state, 1);
  EXPECT_EQ(canvas->drawn.links[0].alt, "a");
  EXPECT_TRUE(canvas->drawn.has_text("right edge: a long label"));
  EXPECT_FALSE(canvas->drawn.has_text("nowhere"));
  test::draw_tidy(figure, ScatterPanel{}, 368, 280, "scatter_none");
}

}  // namespace
}  // namespace praxiscope
