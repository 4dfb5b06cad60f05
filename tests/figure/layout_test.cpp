// Pages: nothing overlaps, nothing leaves the page, a click moves nothing. With
// PRAXISCOPE_FIGURE_LOOK=FOLDER the pages are written there to be looked at.
#include "figure/canvas.h"
#include "figure/page_layout.h"
#include "figure/sample.h"
#include "figure/theme.h"

#include "praxiscope/error.h"

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <ostream>
#include <tuple>

namespace praxiscope {
namespace {

using figure::Box;
using figure::PageLayout;
using figure::PanelContext;
using test::overlap;
using test::SampleOptions;
using test::words_of;

PageLayout layout_of(const Figure& figure) {
  test::Canvas canvas(figure, 1, 1);
  return figure::lay_out_page({figure}, canvas);
}

std::vector<Box> all_boxes(const PageLayout& layout) {
  std::vector<Box> boxes{layout.title, layout.subtitle, layout.caption, layout.footer};
  boxes.insert(boxes.end(), layout.axis_titles.begin(), layout.axis_titles.end());
  for (const figure::Tab& tab : layout.tabs) boxes.push_back(tab.box);
  boxes.insert(boxes.end(), layout.panels.begin(), layout.panels.end());
  return boxes;
}

void expect_tidy(const PageLayout& layout) {
  const std::vector<Box> boxes = all_boxes(layout);
  for (std::size_t i = 0; i < boxes.size(); ++i) {
    EXPECT_GE(boxes[i].x, figure::kMargin - 1e-6) << i << words_of(boxes[i]);
    EXPECT_LE(boxes[i].right(), layout.width - figure::kMargin + 1e-6) << i << words_of(boxes[i]);
    EXPECT_GE(boxes[i].y, figure::kMargin - 1e-6) << i << words_of(boxes[i]);
    EXPECT_LE(boxes[i].bottom(), layout.height - figure::kMargin / 2) << i << words_of(boxes[i]);
    for (std::size_t k = 0; k < i; ++k)
      EXPECT_FALSE(overlap(boxes[i], boxes[k])) << words_of(boxes[i]) << words_of(boxes[k]);
  }
}

struct Case {
  std::string name;
  SampleOptions options{};
};

/// So that a failure is readable.
std::ostream& operator<<(std::ostream& out, const Case& made) { return out << made.name; }

Case sized(const std::string& name, int width, int height, int frames) {
  Case made{name};
  made.options.width = width;
  made.options.height = height;
  made.options.frames = frames;
  return made;
}

std::vector<Case> cases() {
  std::vector<Case> all{sized("square", 224, 224, 16),    sized("wide", 320, 180, 16),
                        sized("tall", 120, 360, 16),      sized("flat", 360, 120, 16),
                        sized("two_frames", 224, 224, 2), sized("still", 320, 180, 1),
                        sized("64_frames", 224, 168, 64)};
  Case one = sized("one_class", 224, 224, 16);
  one.options.classes = {"archery"};
  one.options.methods = {"Grad-CAM"};
  one.options.layers = {"layer4"};
  all.push_back(one);
  Case many = sized("20_classes", 320, 180, 8);
  many.options.classes = test::many_labels(20);
  all.push_back(many);
  Case odd = sized("odd_labels", 224, 224, 16);
  odd.options.classes = test::odd_labels();
  odd.options.title = test::odd_labels()[3] + " " + test::odd_labels()[10];
  all.push_back(odd);
  Case clips = sized("clips_and_padding", 320, 180, 16);
  clips.options.clips = 3;
  clips.options.padding = 3;
  all.push_back(clips);
  return all;
}

class Pages : public testing::TestWithParam<Case> {};

TEST_P(Pages, OverlapNothingAndStayOnThePaper) {
  const Figure figure = test::sample_figure(GetParam().options);
  check_figure(figure);
  const PageLayout layout = layout_of(figure);
  expect_tidy(layout);
  EXPECT_EQ(layout.width, 1200);
  EXPECT_GE(layout.height, 675);
  EXPECT_LE(layout.height, 1000);
  const auto page = test::draw_page(figure, 0);
  page->look("page_" + GetParam().name);
  EXPECT_THAT(page->drawn.overlapping_texts(), testing::IsEmpty());
  for (const test::Drawn::Link& link : page->drawn.links) {
    EXPECT_GE(link.box.x, 0) << link.alt;
    EXPECT_LE(link.box.right(), layout.width) << link.alt;
    EXPECT_LE(link.box.bottom(), layout.height) << link.alt;
  }
}

INSTANTIATE_TEST_SUITE_P(All, Pages, testing::ValuesIn(cases()),
                         [](const auto& made) { return made.param.name; });

TEST(Pages, KeepEverythingWhereItIsFromStateToState) {
  const Figure figure = test::sample_figure();
  const auto first = test::draw_page(figure, 0), other = test::draw_page(figure, 35);
  ASSERT_EQ(first->drawn.players.size(), 1U);
  ASSERT_EQ(other->drawn.players.size(), 1U);
  EXPECT_EQ(words_of(first->drawn.players[0]), words_of(other->drawn.players[0]));
  ASSERT_EQ(first->drawn.frames.size(), other->drawn.frames.size());
  for (std::size_t i = 0; i < first->drawn.frames.size(); ++i)
    EXPECT_EQ(words_of(first->drawn.frames[i]), words_of(other->drawn.frames[i]));
}

TEST(Pages, TabsLeadToTheNeighbourAndTheChosenOneNowhere) {
  const Figure figure = test::sample_figure();
  const StateId from = find_state(figure, {1, 0, 1, 2}).value();
  const PageLayout layout = layout_of(figure);
  const auto page = test::draw_page(figure, from);
  ASSERT_EQ(layout.tabs.size(), 3U + 2 + 2 + 3);
  for (const figure::Tab& tab : layout.tabs) {
    const auto link =
        std::find_if(page->drawn.links.begin(), page->drawn.links.end(),
                     [&](const auto& each) { return words_of(each.box) == words_of(tab.box); });
    const std::vector<int>& here = figure.states[static_cast<std::size_t>(from)].choice;
    if (here[static_cast<std::size_t>(tab.axis)] == tab.value) {
      EXPECT_EQ(link, page->drawn.links.end());
      continue;
    }
    ASSERT_NE(link, page->drawn.links.end());
    EXPECT_EQ(link->state, find_neighbour(figure, from, tab.axis, tab.value));
  }
}

TEST(Pages, SayWhatIsShown) {
  const Figure figure = test::sample_figure();
  const auto page = test::draw_page(figure, 4);
  for (const std::string& words : {figure.title, figure.subtitle, figure.states[4].caption,
                                   std::string("class"), std::string("5 of 36")})
    EXPECT_TRUE(page->drawn.has_text(words)) << words;
}

TEST(Pages, ShowNoTabsOfAnAxisWithOneValue) {
  SampleOptions options;
  options.methods = {"Grad-CAM"};
  const PageLayout layout = layout_of(test::sample_figure(options));
  EXPECT_EQ(layout.axis_titles.size(), 3U);
  for (const figure::Tab& tab : layout.tabs) EXPECT_NE(tab.axis, 1);
}

TEST(Pages, MarkValuesThatNothingWasMadeFor) {
  Figure figure = test::sample_figure();
  figure.axes[1].values.push_back("RISE");
  const auto page = test::draw_page(figure, 0);
  EXPECT_TRUE(page->drawn.has_text("RISE"));
  for (const test::Drawn::Link& link : page->drawn.links) EXPECT_NE(link.alt, "method: RISE");
}

TEST(Pages, KeepTheFramesAspect) {
  for (const auto& [width, height] : {std::pair{120, 360}, {224, 224}, {320, 180}, {360, 120}}) {
    SampleOptions options;
    options.width = width;
    options.height = height;
    const auto page = test::draw_page(test::sample_figure(options), 0);
    std::vector<Box> shown = page->drawn.frames;
    shown.push_back(page->drawn.players.at(0));
    for (const Box& box : shown)
      EXPECT_NEAR(box.width / box.height, 1.0 * width / height, 0.01) << words_of(box);
  }
}

TEST(Pages, GiveThePlayerTheRoomThereIs) {
  for (const auto& [width, height, least] :
       {std::tuple{320, 180, 760.0}, {360, 120, 760.0}, {224, 224, 460.0}}) {
    SampleOptions options;
    options.width = width;
    options.height = height;
    options.clips = 3;  // a second row of tabs
    const auto page = test::draw_page(test::sample_figure(options), 0);
    EXPECT_GE(page->drawn.players.at(0).width, least - 1e-6) << width;
  }
}

TEST(Pages, HoldAHundredClasses) {
  SampleOptions options;
  options.classes = test::many_labels(100);
  options.methods = {"Grad-CAM"};
  options.layers = {"layer4"};
  options.frames = 2;
  const Figure figure = test::sample_figure(options);
  expect_tidy(layout_of(figure));
  const auto page = test::draw_page(figure, 99);
  page->look("page_100_classes");
  EXPECT_THAT(page->drawn.overlapping_texts(), testing::IsEmpty());
}

TEST(Pages, RefuseStatesWithOtherPlaces) {
  Figure figure = test::sample_figure();
  figure.states[7].panels.pop_back();
  test::Canvas canvas(figure, 1, 1);
  try {
    figure::lay_out_page({figure}, canvas);
    FAIL() << "expected an error";
  } catch (const Error& error) {
    EXPECT_THAT(error.what(), testing::HasSubstr("state 7"));
  }
}

TEST(Pages, OfStudiesAreTidyToo) {
  const Figure figure = test::study_figure();
  expect_tidy(layout_of(figure));
  test::draw_page(figure, 1)->look("page_study");
  test::draw_page(figure, 0, true)->look("page_study_dark");
  test::draw_page(test::sample_figure(), 13)->look("page_signed_map");
}

}  // namespace
}  // namespace praxiscope
