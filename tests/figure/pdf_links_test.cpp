// Clicks: every link leads to a page, lies over what it claims, and reaches every state.
#include "figure/canvas.h"
#include "figure/page_layout.h"
#include "figure/pdf_pages.h"
#include "figure/pdf_probe.h"
#include "figure/sample.h"

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <memory>
#include <set>
#include <sstream>

namespace praxiscope {
namespace {

using test::PdfProbe;
using test::PdfRect;
using test::SampleOptions;

struct Case {
  std::string name;
  std::unique_ptr<PdfProbe> probe;
};

/// Files of all shapes, made once.
const std::vector<Case>& cases() {
  static const std::vector<Case> all = [] {
    std::vector<Case> made;
    const auto add = [&](const std::string& name, const Figure& figure) {
      made.push_back({name, std::make_unique<PdfProbe>(make_pdf(figure))});
    };
    add("sample", test::sample_figure({.frames = 5}));
    add("study", test::study_figure());
    add("still", test::sample_figure({.frames = 1}));
    add("odd labels", test::sample_figure({.classes = test::odd_labels(),
                                           .methods = {"CAM"},
                                           .layers = {"a", "b"},
                                           .frames = 2}));
    add("wide", test::sample_figure({.classes = test::many_labels(20),
                                     .methods = {"CAM"},
                                     .layers = {"a"},
                                     .frames = 64,
                                     .width = 96,
                                     .height = 32,
                                     .has_views = false}));
    add("tall", test::sample_figure({.layers = {"a"}, .clips = 2, .width = 32, .height = 96}));
    return made;
  }();
  return all;
}

TEST(PdfLinks, LeadToPagesWithoutMovingThem) {
  for (const Case& c : cases()) {
    SCOPED_TRACE(c.name);
    const PdfProbe& probe = *c.probe;
    int count = 0;
    for (int page = 0; page < probe.page_count(); ++page) {
      for (PdfProbe::Link link : probe.links(page)) {
        ++count;
        ASSERT_GE(link.target, 0) << "page " << page << ": " << link.alt;
        ASSERT_EQ(link.destination.getArrayItem(1).getName(), "/XYZ");
        EXPECT_EQ(link.destination.getArrayItem(2).getNumericValue(), 0);
        EXPECT_EQ(link.destination.getArrayItem(3).getNumericValue(), probe.page_height());
        EXPECT_TRUE(link.destination.getArrayItem(4).isNull());
      }
    }
    EXPECT_GT(count, 0);
  }
}

TEST(PdfLinks, ReachEveryPageFromTheFirst) {
  for (const Case& c : cases()) {
    SCOPED_TRACE(c.name);
    const std::vector<bool> seen = c.probe->reachable();
    EXPECT_EQ(std::find(seen.begin(), seen.end(), false), seen.end());
  }
}

TEST(PdfLinks, LieInThePage) {
  for (const Case& c : cases()) {
    SCOPED_TRACE(c.name);
    const PdfProbe& probe = *c.probe;
    for (int page = 0; page < probe.page_count(); ++page) {
      std::vector<PdfRect> rects;
      for (const PdfProbe::Link& link : probe.links(page)) rects.push_back(link.rect);
      for (QPDFObjectHandle button : probe.buttons(page))
        rects.push_back(test::rect_of(button.getKey("/Rect")));
      for (const PdfRect& rect : rects) {
        EXPECT_GE(rect.left, 0);
        EXPECT_GE(rect.bottom, 0);
        EXPECT_LE(rect.right, probe.page_width());
        EXPECT_LE(rect.top, probe.page_height());
        EXPECT_LT(rect.left, rect.right);
        EXPECT_LT(rect.bottom, rect.top);
      }
    }
  }
}

TEST(PdfLinks, OfTabsLieOnTheTabsAndLeadToTheirStates) {
  const Figure figure = test::sample_figure({.frames = 3});
  const PdfProbe probe(make_pdf(figure));
  test::Canvas canvas(figure, 1, 1);
  const figure::PageLayout layout = figure::lay_out_page({figure}, canvas);
  ASSERT_EQ(layout.height, probe.page_height());
  for (StateId state = 0; state < static_cast<int>(figure.states.size()); ++state) {
    const std::vector<PdfProbe::Link> links = probe.links(state);
    for (const figure::Tab& tab : layout.tabs) {
      const PdfRect place = test::flipped(tab.box, layout.height);
      const auto link = std::find_if(links.begin(), links.end(), [&](const PdfProbe::Link& l) {
        return test::is_near(l.rect, place);
      });
      const auto axis = static_cast<std::size_t>(tab.axis);
      const std::vector<int>& choice = figure.states[static_cast<std::size_t>(state)].choice;
      if (choice[axis] == tab.value) {
        EXPECT_EQ(link, links.end()) << "the chosen tab is no link";
        continue;
      }
      ASSERT_NE(link, links.end()) << "state " << state << ", tab " << tab.value;
      EXPECT_EQ(link->target, find_neighbour(figure, state, tab.axis, tab.value));
    }
  }
}

/// Words of a page with their places, as a reader of the file finds them.
struct Word {
  PdfRect rect;
  std::string text;
};
std::vector<Word> words_on_first_page(const std::string& html, double height) {
  std::vector<Word> words;
  std::istringstream lines(html);
  for (std::string line; std::getline(lines, line);) {
    double left = 0, top = 0, right = 0, bottom = 0;
    char text[256] = {};
    if (std::sscanf(line.c_str(),
                    " <word xMin=\"%lf\" yMin=\"%lf\" xMax=\"%lf\" yMax=\"%lf\">%255[^<]", &left,
                    &top, &right, &bottom, text) == 5)
      words.push_back({{left, height - bottom, right, height - top}, text});
  }
  return words;
}

TEST(PdfLinks, OfTabsHoldTheTabsWords) {
  const Figure figure = test::sample_figure({.classes = {"alpha", "beta", "gamma"}, .frames = 2});
  const std::string bytes = make_pdf(figure);
  const PdfProbe probe(bytes);
  const auto says = test::run_tool("pdftotext", "-f 1 -l 1 -bbox {file} -", bytes);
  if (!says) GTEST_SKIP() << "pdftotext is not installed";
  const std::vector<Word> words = words_on_first_page(says->words, probe.page_height());
  for (const std::string label : {"beta", "gamma", "Occlusion", "layer4", "map"}) {
    const auto links = probe.links(0);
    const auto link = std::find_if(links.begin(), links.end(), [&](const PdfProbe::Link& l) {
      return l.alt.ends_with(": " + label);
    });
    ASSERT_NE(link, links.end()) << label;
    EXPECT_TRUE(std::any_of(words.begin(), words.end(), [&](const Word& word) {
      return word.text == label && word.rect.left > link->rect.left &&
             word.rect.right < link->rect.right && word.rect.bottom > link->rect.bottom - 2 &&
             word.rect.top < link->rect.top + 2;
    })) << label;
  }
}

TEST(PdfLinks, OfTheStripLieOnTheFramesAndOpenThem) {
  const Figure figure = test::sample_figure({.frames = 6});
  const PdfProbe probe(make_pdf(figure));
  const int states = static_cast<int>(figure.states.size());
  for (int state = 0; state < states; ++state) {
    int opened = 0;
    for (const PdfProbe::Link& link : probe.links(state)) {
      if (link.target < states || link.target == probe.page_count() - 1) continue;
      const auto drawn = probe.drawn(state);
      const auto below = std::find_if(drawn.begin(), drawn.end(), [&](const PdfProbe::Drawn& d) {
        return test::is_near(d.rect, link.rect, 0.05);
      });
      ASSERT_NE(below, drawn.end()) << link.alt;
      EXPECT_EQ(link.target, states + 6 * state + opened);
      const QPDFObjectHandle enlarged = probe.drawn(link.target).back().object;
      EXPECT_EQ(enlarged.getObjGen(), below->object.getObjGen()) << "the same frame, larger";
      ++opened;
    }
    EXPECT_EQ(opened, 6);
  }
}

int follow(const PdfProbe& probe, int page, const std::string& alt) {
  for (const PdfProbe::Link& link : probe.links(page)) {
    if (link.alt == alt) return link.target;
  }
  return -1;
}

TEST(PdfLinks, TurnTheLeavesOfEnlargedFramesAndGoBack) {
  const Figure figure = test::sample_figure({.frames = 4});
  const PdfProbe probe(make_pdf(figure));
  const int states = static_cast<int>(figure.states.size());
  for (int state = 0; state < states; ++state) {
    const int first = states + 4 * state;
    int page = first;
    for (int t = 0; t < 4; ++t, page = follow(probe, page, "next frame")) {
      EXPECT_EQ(page, first + t);
      EXPECT_EQ(follow(probe, page, "back to the figure"), state);
      EXPECT_EQ(follow(probe, follow(probe, page, "next frame"), "previous frame"), page);
    }
    EXPECT_EQ(page, first) << "after the last one comes the first";
  }
}

TEST(PdfLinks, OfAStillOpenItsOnlyFrame) {
  const Figure figure = test::sample_figure({.frames = 1});
  const PdfProbe probe(make_pdf(figure));
  const int page = follow(probe, 0, "clip 1: enlarge");
  ASSERT_EQ(page, static_cast<int>(figure.states.size()));
  EXPECT_EQ(probe.links(page).size(), 1U) << "back alone: there is nothing to turn to";
}

/// A draft of so many states, whose strips link to their frames.
figure::PdfDraft draft_of_strips(int states, const Figure& figure) {
  figure::PdfDraft draft;
  const int frames = static_cast<int>(figure.films[0].pictures.size());
  for (int s = 0; s < states; ++s) {
    draft.states.emplace_back();
    for (const int t : figure::shown_frames(frames))
      draft.states.back().links.push_back({{}, -1, figure::FilmFrame{0, 0, {}, t}, ""});
  }
  return draft;
}

TEST(EnlargedFrames, AreFewerWhereTheFileWouldBeTooLong) {
  struct Size {
    int states, frames, pages;
    std::string words;
  };
  for (const Size& c :
       {Size{32, 64, 32 * 64, "enlarges it; there, a click on its right"},
        Size{40, 64, 40 * 16, "Of long clips only"},
        Size{240, 64, 240 * 8, "one frame in 2 of a strip"},
        Size{800, 8, 800 * 2, "one frame in 4 of a strip"},
        Size{2048, 64, 2048, "one frame in 16 of a strip"}, Size{2049, 2, 0, "not enlarged"}}) {
    SCOPED_TRACE(c.states);
    const Figure figure = test::sample_figure({.classes = {"a"},
                                               .methods = {"CAM"},
                                               .layers = {"a"},
                                               .frames = c.frames,
                                               .width = 32,
                                               .height = 32});
    figure::PdfDraft draft = draft_of_strips(c.states, figure);
    figure::choose_frame_runs(figure, draft);
    int pages = 0;
    for (const figure::FrameRun& run : draft.runs) pages += static_cast<int>(run.frames.size());
    EXPECT_EQ(pages, c.pages);
    EXPECT_THAT(figure::enlarging_words(draft), testing::HasSubstr(c.words));
  }
}

TEST(PdfLinks, OpenTheFramesThatAreEnlargedAndNoOthers) {
  constexpr int kStates = 6 * 5 * 4, kPages = kStates * 16;
  const std::string bytes = make_pdf(test::sample_figure({.classes = test::many_labels(6),
                                                          .methods = test::many_labels(5),
                                                          .layers = test::many_labels(4),
                                                          .frames = 64,
                                                          .width = 32,
                                                          .height = 32,
                                                          .has_views = false}));
  const PdfProbe probe(bytes);
  EXPECT_EQ(probe.page_count(), kStates + kPages + 1);
  std::set<int> opened;
  for (int state = 0; state < kStates; ++state) {
    for (const PdfProbe::Link& link : probe.links(state)) {
      if (link.target < kStates || link.target == kStates + kPages) continue;
      EXPECT_TRUE(opened.insert(link.target).second);
      EXPECT_EQ((link.target - kStates) / 16, state);
    }
  }
  EXPECT_EQ(static_cast<int>(opened.size()), kPages);
  const std::vector<bool> seen = probe.reachable();
  EXPECT_EQ(std::find(seen.begin(), seen.end(), false), seen.end());
}

TEST(PdfLinks, OfStudiesFollowCellsAndPlates) {
  const Figure figure = test::study_figure();
  const PdfProbe probe(make_pdf(figure));
  int others = 0;
  for (const PdfProbe::Link& link : probe.links(0)) others += link.target == 1 ? 1 : 0;
  EXPECT_GE(others, 1 + 3 + 3) << "a tab, every third cell, every second plate";
}

}  // namespace
}  // namespace praxiscope
