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

namespace praxiscope {
namespace {

using figure::Box;
using figure::PageLayout;
using figure::PanelContext;
using test::SampleOptions;

PageLayout layout_of(const Figure& figure) {
  test::Canvas canvas(figure, 1, 1);
  return figure::lay_out_page({figure}, canvas);
}

bool overlap(const Box& a, const Box& b) {
  constexpr double kTouch = 1e-6;
  return a.width > 0 && a.height > 0 && b.width > 0 && b.height > 0 && a.x < b.right() - kTouch &&
         b.x < a.right() - kTouch && a.y < b.bottom() - kTouch && b.y < a.bottom() - kTouch;
}

std::string words_of(const Box& box) {
  return fmt::format("[{:.1f} {:.1f} {:.1f} {:.1f}]", box.x, box.y, box.right(), box.bottom());
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
  for (const test::Drawn::Link& link : page->drawn.links) {
    EXPECT_GE(link.box.x, 0) << link.alt;
    EXPECT_LE(link.box.right(), layout.width) << link.alt;
    EXPECT_LE(link.box.bottom(), layout.height) << link.alt;
  }
}

INSTANTIATE_TEST_SUITE_P(All, Pages, testing::ValuesIn(cases()),
                         [](const auto& made) { return made.param.name; });

TEST(Pages, OfStudiesAreTidyToo) {
  const Figure figure = test::study_figure();
  expect_tidy(layout_of(figure));
  test::draw_page(figure, 1)->look("page_study");
  test::draw_page(figure, 0, true)->look("page_study_dark");
  test::draw_page(test::sample_figure(), 13)->look("page_signed_map");
}

}  // namespace
}  // namespace praxiscope
