// Each panel type but the plots: what it draws, where its clicks lead, and that nothing overlaps or
// leaves its box. With PRAXISCOPE_FIGURE_LOOK=FOLDER the panels are written there to be looked at.
#include "figure/panels.h"

#include "figure/canvas.h"
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

using figure::Box;
using test::Drawn;
using test::words_of;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

constexpr double kNan = std::numeric_limits<double>::quiet_NaN();

// ------------------------------------------------------------------------------------- strip

TEST(Strip, ChoosesSixteenFramesEvenly) {
  const std::vector<int> shown = figure::shown_frames(64);
  ASSERT_EQ(shown.size(), 16U);
  EXPECT_EQ(shown.front(), 0);
  EXPECT_EQ(shown.back(), 63);
  for (std::size_t i = 1; i < shown.size(); ++i) {
    EXPECT_GE(shown[i] - shown[i - 1], 4);
    EXPECT_LE(shown[i] - shown[i - 1], 5);
  }
  EXPECT_THAT(figure::shown_frames(1), ElementsAre(0));
  EXPECT_THAT(figure::shown_frames(3), ElementsAre(0, 1, 2));
}

TEST(Strip, LeadsToEveryEnlargedFrameAndTellsTheTime) {
  test::SampleOptions options;
  options.padding = 2;
  const Figure figure = test::sample_figure(options);
  const StripPanel panel{0, 0, FilmView::kOverlay};
  const auto canvas =
      test::draw_tidy(figure, panel, 760, test::wanted_height(figure, panel, 760), "strip");
  ASSERT_EQ(canvas->drawn.links.size(), 16U);
  for (int t = 0; t < 16; ++t) EXPECT_EQ(canvas->drawn.links[static_cast<std::size_t>(t)].frame, t);
  EXPECT_THAT(canvas->drawn.links[2].alt, HasSubstr("frame 3 of 16, 4.36 s"));
  EXPECT_TRUE(canvas->drawn.has_text("4.36 s"));
  EXPECT_EQ(std::count_if(canvas->drawn.texts.begin(), canvas->drawn.texts.end(),
                          [](const Drawn::Text& text) { return text.words == "repeated"; }),
            2);
}

TEST(Strip, KeepsItsFramesApart) {
  for (const auto& [width, height] : {std::pair{120, 360}, {224, 224}, {360, 120}}) {
    for (const int frames : {1, 2, 7, 16, 40}) {
      test::SampleOptions options;
      options.width = width;
      options.height = height;
      options.frames = frames;
      const Figure figure = test::sample_figure(options);
      const StripPanel panel{0, 0, FilmView::kOverlay};
      const double wish = test::wanted_height(figure, panel, 560);
      const auto canvas =
          test::draw_tidy(figure, panel, 560, wish,
                          "strip_" + std::to_string(width) + "_" + std::to_string(frames));
      const std::vector<Box>& boxes = canvas->drawn.frames;
      EXPECT_EQ(boxes.size(), static_cast<std::size_t>(std::min(frames, 16)));
      for (std::size_t i = 0; i < boxes.size(); ++i) {
        EXPECT_LE(boxes[i].right(), 8 + 560 + 0.01);
        EXPECT_LE(boxes[i].bottom(), 8 + wish + 0.01);
        for (std::size_t k = 0; k < i; ++k) EXPECT_FALSE(test::overlap(boxes[i], boxes[k]));
      }
    }
  }
}

TEST(Player, KeepsTheAspectInAnyBox) {
  const Figure figure = test::sample_figure();
  const auto canvas =
      test::draw_tidy(figure, PlayerPanel{0, 0, FilmView::kOverlay}, 300, 200, "player");
  EXPECT_NEAR(canvas->drawn.players.at(0).width, 200, 1e-9);
  EXPECT_NEAR(canvas->drawn.players.at(0).height, 200, 1e-9);
}

// ------------------------------------------------------------------------------------- bars

BarsPanel bars_of(const std::vector<std::string>& labels) {
  BarsPanel panel;
  panel.title = "what the network says";
  for (std::size_t i = 0; i < labels.size(); ++i)
    panel.bars.push_back({labels[i], 0.5 / static_cast<double>(i + 1), static_cast<int>(i), i == 1,
                          static_cast<StateId>(i)});
  return panel;
}

TEST(Bars, ShowNamesValuesAndLeadToTheirStates) {
  const Figure figure = test::sample_figure();
  const auto canvas = test::draw_tidy(figure, bars_of({"cello", "violin"}), 300, 80, "bars");
  EXPECT_TRUE(canvas->drawn.has_text("cello"));
  EXPECT_TRUE(canvas->drawn.has_text("50.0 %"));
  EXPECT_TRUE(canvas->drawn.has_text("25.0 %"));
  ASSERT_EQ(canvas->drawn.links.size(), 2U);
  EXPECT_EQ(canvas->drawn.links[1].state, 1);
  EXPECT_THAT(canvas->drawn.links[1].alt, HasSubstr("violin: 25.0 %"));
  // track, bar, track, bar: as long as their values
  const auto& fills = canvas->drawn.fills;
  ASSERT_EQ(fills.size(), 4U);
  EXPECT_NEAR(fills[1].box.width / fills[0].box.width, 0.5, 0.01);
  EXPECT_NEAR(fills[3].box.width / fills[2].box.width, 0.25, 0.01);
}

TEST(Bars, AreTidyWithAnyLabelsAtAnySize) {
  const Figure figure = test::sample_figure();
  for (const double width : {160.0, 240.0, 368.0, 700.0}) {
    const std::string name = "bars_" + std::to_string(static_cast<int>(width));
    test::draw_tidy(figure, bars_of(test::odd_labels()), width, 240, name + "_odd");
    test::draw_tidy(figure, bars_of(test::many_labels(20)), width, 200, name + "_many");
    test::draw_tidy(figure, bars_of({"one"}), width, 40, name + "_one");
  }
}

TEST(Bars, SayHowManyAreNotShown) {
  const Figure figure = test::sample_figure();
  const auto canvas =
      test::draw_tidy(figure, bars_of(test::many_labels(20)), 300, 20 + 10 * 14, "bars_low");
  EXPECT_TRUE(canvas->drawn.has_text("and 11 more"));
  EXPECT_EQ(canvas->drawn.links.size(), 9U);
}

TEST(Bars, KeepTheOneThatMattersInView) {
  const Figure figure = test::sample_figure();
  BarsPanel panel = bars_of(test::many_labels(20));
  panel.bars[1].is_strong = false;
  panel.bars[17].is_strong = true;  // "action 18"
  const auto canvas = test::draw_tidy(figure, panel, 300, 20 + 10 * 14, "bars_low_target");
  EXPECT_TRUE(canvas->drawn.has_text("action 18"));
  EXPECT_FALSE(canvas->drawn.has_text("action 9"));
  EXPECT_TRUE(canvas->drawn.has_text("and 11 more"));
}

TEST(Bars, OfNumbersGoBothWaysFromZero) {
  const Figure figure = test::sample_figure();
  BarsPanel panel;
  panel.bars = {
      {"adds", 2, 0, false, -1}, {"takes", -1, 1, false, -1}, {"unknown", kNan, 2, false, -1}};
  panel.most = 2;
  panel.is_percent = false;
  const auto canvas = test::draw_tidy(figure, panel, 300, 60, "bars_signed");
  const auto& fills = canvas->drawn.fills;  // track, bar, track, bar, track
  ASSERT_EQ(fills.size(), 5U);
  const double zero = fills[0].box.x + fills[0].box.width / 2;
  EXPECT_NEAR(fills[1].box.x, zero, 1e-6);
  EXPECT_NEAR(fills[3].box.right(), zero, 1e-6);
  EXPECT_NEAR(fills[1].box.width, 2 * fills[3].box.width, 1e-6);
  EXPECT_TRUE(
      canvas->drawn.has_text("\xE2\x88\x92"
                             "1"));
  EXPECT_TRUE(canvas->drawn.has_text("\xE2\x80\x93"));
}

// ------------------------------------------------------------------------------------- the others

MatrixPanel matrix_of(const std::vector<std::string>& rows,
                      const std::vector<std::string>& columns) {
  MatrixPanel panel;
  panel.title = "how often";
  panel.row_label = "true class";
  panel.column_label = "named";
  panel.rows = rows;
  panel.columns = columns;
  panel.scale = {"viridis", 0, 100, false};
  for (std::size_t i = 0; i < rows.size() * columns.size(); ++i) {
    panel.values.push_back(i == 1 ? kNan : static_cast<double>(i * 7 % 101));
    panel.states.push_back(i % 4 == 0 ? static_cast<StateId>(i % 2) : -1);
  }
  return panel;
}

TEST(Matrix, ShowsItsNumbersAndLeadsOn) {
  const Figure figure = test::study_figure();
  const MatrixPanel panel = matrix_of({"cello", "violin"}, {"cello", "violin"});
  const auto canvas = test::draw_tidy(figure, panel, 480, 200, "matrix");
  for (const std::string words : {"0", "14", "21", "true class", "named", "cello", "violin"})
    EXPECT_TRUE(canvas->drawn.has_text(words)) << words;
  EXPECT_FALSE(canvas->drawn.has_text("not a number"));
  ASSERT_EQ(canvas->drawn.links.size(), 1U);
  EXPECT_EQ(canvas->drawn.links[0].alt, "cello, cello: 0");
}

TEST(Matrix, NumbersItsColumnsWhereNamesFindNoRoom) {
  const Figure figure = test::study_figure();
  const auto labels = test::many_labels(20);
  const auto same = test::draw_tidy(figure, matrix_of(labels, labels), 640, 520, "matrix_20");
  EXPECT_TRUE(same->drawn.has_text("20"));
  EXPECT_TRUE(same->drawn.has_text("action 1  1"));
  const auto other =
      test::draw_tidy(figure, matrix_of({"a", "b"}, labels), 640, 300, "matrix_2x20");
  const auto& texts = other->drawn.texts;
  EXPECT_TRUE(std::any_of(texts.begin(), texts.end(), [](const Drawn::Text& text) {
    return text.words.find("1 action 1 \xC2\xB7 2 ") == 0;
  }));
  test::draw_tidy(figure, matrix_of(test::odd_labels(), test::odd_labels()), 760, 400,
                  "matrix_odd");
  test::draw_tidy(figure, matrix_of({"one"}, {"one"}), 300, 120, "matrix_one");
}

TEST(Matrix, NeverCutsANumber) {
  const Figure figure = test::study_figure();
  MatrixPanel panel = matrix_of(test::many_labels(12), test::many_labels(12));
  for (double& value : panel.values) value = -123456.789;
  const auto canvas = test::draw_tidy(figure, panel, 300, 300, "matrix_small");
  for (const Drawn::Text& text : canvas->drawn.texts) {
    if (text.words.find("10\xE2") != std::string::npos) {
      EXPECT_LE(text.width, text.box.width + 0.5);
    }
  }
}

TEST(Plates, StandInRowsWithTheirLines) {
  const Figure figure = test::sample_figure();
  PlatesPanel panel;
  panel.title = "what drives it";
  panel.columns = 3;
  for (int i = 0; i < 5; ++i)
    panel.plates.push_back(
        {i == 3 ? -1 : i, test::odd_labels()[static_cast<std::size_t>(i)], i % 2 == 0 ? 0 : -1});
  const auto canvas =
      test::draw_tidy(figure, panel, 400, test::wanted_height(figure, panel, 400), "plates");
  EXPECT_EQ(canvas->drawn.pictures.size(), 4U);
  EXPECT_EQ(canvas->drawn.links.size(), 3U);
  for (const Box& box : canvas->drawn.pictures) {
    EXPECT_NEAR(box.width, box.height, 1e-6);
    EXPECT_LE(box.right(), 8 + 400 + 0.01);
  }
  test::draw_tidy(figure, panel, 400, 90, "plates_low");
}

TEST(Table, AlignsNumbersAndSharesTheWidth) {
  const Figure figure = test::sample_figure();
  TablePanel panel{"units", {"unit", "layer", "what it likes"}, {}, {true, false, false}};
  for (int i = 0; i < 30; ++i)
    panel.rows.push_back(
        {std::to_string(9 * i), "layer4", test::odd_labels()[static_cast<std::size_t>(i % 11)]});
  const auto canvas = test::draw_tidy(figure, panel, 300, 240, "table");
  double right = 0;
  for (const Drawn::Text& text : canvas->drawn.texts) {
    if (text.words != "9" && text.words != "99") continue;
    EXPECT_EQ(text.letter.anchor, figure::Anchor::kRight);
    if (right > 0) {
      EXPECT_NEAR(text.box.right(), right, 1e-6);
    }
    right = text.box.right();
  }
  EXPECT_TRUE(canvas->drawn.has_text("unit"));
  EXPECT_TRUE(std::any_of(
      canvas->drawn.texts.begin(), canvas->drawn.texts.end(),
      [](const Drawn::Text& text) { return text.words.find("more rows") != std::string::npos; }));
}

TEST(Text, BreaksLinesAndKeepsAllWords) {
  const Figure figure = test::sample_figure();
  const TextPanel panel{
      "the test",
      {"Without these three units many of the answers flip; without three others of the same size "
       "few do.",
       std::string(300, 'x'),
       "\xE6\x8B\x89\xE5\xB0\x8F\xE6\x8F\x90\xE7\x90\xB4\xE6\x8B\x89\xE5\xB0\x8F\xE6\x8F\x90\xE7"
       "\x90\xB4\xE6\x8B\x89\xE5\xB0\x8F\xE6\x8F\x90\xE7\x90\xB4"}};
  const double height = test::wanted_height(figure, panel, 140);
  const auto canvas = test::draw_tidy(figure, panel, 140, height, "text");
  std::string all;
  for (const Drawn::Text& text : canvas->drawn.texts) {
    EXPECT_LE(text.width, 140.01) << text.words;
    all += text.words + " ";
  }
  EXPECT_THAT(all, HasSubstr("same size few do. "));
  EXPECT_EQ(std::count(all.begin(), all.end(), 'x'), 300);
  EXPECT_EQ(all.find("\xE2\x80\xA6"), std::string::npos);
  const auto low = test::draw_tidy(figure, panel, 140, 60, "text_low");
  EXPECT_THAT(low->drawn.texts.back().words, HasSubstr("\xE2\x80\xA6"));
}

TEST(Scale, PrintsRawNumbers) {
  const Figure figure = test::sample_figure();
  ScalePanel panel;
  panel.title = "Occlusion, change of the logit";
  panel.scale = {"blue_red", -0.0213F, 0.0213F, true};
  panel.lo = -1e-9F;
  panel.hi = 0.0187F;
  panel.note = "38 % beyond the scale";
  const auto canvas =
      test::draw_tidy(figure, panel, 240, test::wanted_height(figure, panel, 240), "scale");
  for (const std::string words : {"\xE2\x88\x92"
                                  "0.0213",
                                  "0", "0.0213",
                                  "this map: \xE2\x89\x88"
                                  "0 to 0.0187",
                                  "38 % beyond the scale"})
    EXPECT_TRUE(canvas->drawn.has_text(words)) << words;
  EXPECT_EQ(canvas->drawn.ramps.size(), 1U);
}

TEST(Scale, ShowsNoColoursThatTellNothing) {
  const Figure figure = test::sample_figure();
  ScalePanel panel;
  panel.title = "Grad-CAM";
  panel.scale = {"inferno", 0, 0, false};
  panel.note = "the map is 0 everywhere";
  const auto canvas = test::draw_tidy(figure, panel, 240, 80, "scale_flat");
  EXPECT_TRUE(canvas->drawn.ramps.empty());
  EXPECT_TRUE(canvas->drawn.has_text("the map is 0 everywhere"));
}

TEST(Shortened, KeepsBothEndsAndWholeCharacters) {
  const Figure figure = test::sample_figure();
  test::Canvas canvas(figure, 1, 1);
  const figure::Letter letter{.size = 11};
  const std::string short_one = figure::shortened("playing the cello, bowed", 100, letter, canvas);
  EXPECT_LE(canvas.width_of(short_one, letter), 100);
  EXPECT_THAT(short_one, testing::StartsWith("play"));
  EXPECT_THAT(short_one, testing::EndsWith("wed"));
  EXPECT_EQ(figure::shortened("cello", 100, letter, canvas), "cello");
  for (const std::string& label : test::odd_labels()) {
    for (const double width : {0.0, 5.0, 30.0, 80.0}) {
      const std::string kept = figure::shortened(label, width, letter, canvas);
      if (label.find('\xFF') == std::string::npos) {
        EXPECT_EQ(kept.find("\xEF\xBF\xBD"), std::string::npos);
      }
      if (width >= 30) {
        EXPECT_LE(canvas.width_of(kept, letter), width + 1e-6) << kept;
      }
    }
  }
}

}  // namespace
}  // namespace praxiscope
