// Motion and texts of users: what scripts there are, and that nothing else ever becomes one.
#include "figure/map_shades.h"
#include "figure/pdf_probe.h"
#include "figure/sample.h"
#include "render/text.h"

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <regex>
#include <set>

namespace praxiscope {
namespace {

using test::PdfProbe;

std::string name_of(QPDFObjectHandle button) { return button.getKey("/T").getUTF8Value(); }

std::vector<std::string> scripts(const PdfProbe& probe) {
  std::vector<std::string> texts;
  probe.for_each([&](QPDFObjectHandle object) {
    if (object.isDictionary() && object.hasKey("/JS"))
      texts.push_back(object.getKey("/JS").getUTF8Value());
  });
  return texts;
}

TEST(PdfMotion, StacksAButtonForEachFrame) {
  const Figure figure = test::sample_figure({.frames = 7});
  const PdfProbe probe(make_pdf(figure));
  std::set<std::string> names;
  for (int page = 0; page < static_cast<int>(figure.states.size()); ++page) {
    const std::vector<QPDFObjectHandle> buttons = probe.buttons(page);
    ASSERT_EQ(buttons.size(), 7U + 3) << "frames, shield, pause, play";
    int visible = -1, count = 0;
    for (int t = 0; t < 7; ++t) {
      QPDFObjectHandle button = buttons[static_cast<std::size_t>(t)];
      EXPECT_EQ(name_of(button), fmt::format("f{}_0_{}", page, t));
      EXPECT_TRUE(names.insert(name_of(button)).second);
      EXPECT_TRUE(button.getKey("/A").isDictionary());
      EXPECT_EQ(button.getKey("/Rect").unparse(),
                QPDFObjectHandle(buttons[0]).getKey("/Rect").unparse());
      if ((button.getKey("/F").getIntValue() & 2) == 0) visible = t, ++count;
    }
    EXPECT_EQ(count, 1) << "one frame is seen where no script runs";
    const FigurePanel& panel = figure.panels[static_cast<std::size_t>(
        figure.states[static_cast<std::size_t>(page)].panels[0])];
    const auto& player = std::get<PlayerPanel>(panel.content);
    EXPECT_EQ(visible, figure::telling_frame(figure, player.film, player.map));
    QPDFObjectHandle shield = buttons[7];
    EXPECT_FALSE(shield.hasKey("/A"));
    EXPECT_FALSE(shield.hasKey("/TU"));
  }
}

TEST(PdfMotion, LiesOnTheFrameThatThePageDraws) {
  const PdfProbe probe(make_pdf(test::sample_figure({.frames = 4})));
  for (int page = 0; page < 6; ++page) {
    QPDFObjectHandle button = probe.buttons(page).front();
    const auto drawn = probe.drawn(page);
    EXPECT_TRUE(std::any_of(drawn.begin(), drawn.end(), [&](const PdfProbe::Drawn& d) {
      return test::is_near(d.rect, test::rect_of(button.getKey("/Rect")), 0.05);
    }));
  }
}

TEST(PdfMotion, KnowsEveryPageAndItsFirstFrame) {
  const Figure figure = test::sample_figure({.frames = 3});
  const PdfProbe probe(make_pdf(figure));
  const std::vector<std::string> all = scripts(probe);
  const auto script = std::find_if(all.begin(), all.end(), [](const std::string& text) {
    return text.find("setInterval") != std::string::npos;
  });
  ASSERT_NE(script, all.end());
  const std::regex page(R"(\[\[3,[012]\]\])");
  EXPECT_EQ(std::distance(std::sregex_iterator(script->begin(), script->end(), page), {}),
            static_cast<std::ptrdiff_t>(figure.states.size()));
  EXPECT_THAT(*script, testing::HasSubstr("avI=125;"));
}

TEST(PdfMotion, KeepsSeveralFilmsOnAPageApart) {
  Figure figure =
      test::sample_figure({.classes = {"one"}, .layers = {"a"}, .clips = 2, .frames = 3});
  const FigureFilm still{"still", {0}, {0.0}, {0}, {}};
  figure.films.push_back(still);
  for (const FilmId film : {2, 1}) {  // the first one has nothing to move
    figure.panels.push_back({PanelPlace::kUnder, 1, PlayerPanel{film, -1, FilmView::kFrame}, "b"});
    for (FigureState& state : figure.states)
      state.panels.push_back(static_cast<PanelId>(figure.panels.size()) - 1);
  }
  const PdfProbe probe(make_pdf(figure));
  const std::vector<QPDFObjectHandle> buttons = probe.buttons(0);
  ASSERT_EQ(buttons.size(), 2U * (3 + 3));
  EXPECT_EQ(name_of(buttons[0]), "f0_0_0");
  EXPECT_EQ(name_of(buttons[6]), "f0_1_0");
  EXPECT_FALSE(test::is_near(test::rect_of(QPDFObjectHandle(buttons[0]).getKey("/Rect")),
                             test::rect_of(QPDFObjectHandle(buttons[6]).getKey("/Rect"))));
  const std::vector<std::string> all = scripts(probe);
  EXPECT_TRUE(std::any_of(all.begin(), all.end(), [](const std::string& text) {
    return std::regex_search(text, std::regex(R"(avF=\[\[\[3,\d\],\[3,0\]\],)"));
  }));
}

TEST(PdfMotion, IsAbsentFromStills) {
  PdfProbe probe(make_pdf(test::sample_figure({.frames = 1})));
  EXPECT_FALSE(probe.file().getRoot().hasKey("/AcroForm"));
  EXPECT_FALSE(probe.file().getRoot().hasKey("/Names"));
  EXPECT_TRUE(scripts(probe).empty());
  for (int page = 0; page < probe.page_count(); ++page) EXPECT_TRUE(probe.buttons(page).empty());
}

/// Every label and text is a phrase with this word in it.
Figure hostile_figure() {
  test::SampleOptions options;
  options.classes = test::odd_labels();
  for (std::string& label : options.classes) label.insert(0, "zqx ");
  options.methods = {"zqx');avTg();//", "zqx) /S /JavaScript"};
  options.layers = {"zqx/Name#20<<", "zqx>>\\)"};
  options.frames = 2;
  options.title = "zqx (title) \\";
  options.subtitle = "zqx <</JS (app.alert(1))>>";
  Figure figure = test::sample_figure(options);
  for (FigurePanel& panel : figure.panels) panel.alt = "zqx " + panel.alt + ") endobj";
  figure.films[0].name = "zqx\nclip) Tj";
  figure.language = "zqx";
  figure.provenance = R"({"zqx": "</x:xmpmeta> endstream"})";
  return figure;
}

TEST(PdfTexts, OfUsersAreNoScriptsAndNoNames) {
  PdfProbe probe(make_pdf(hostile_figure()));
  for (const std::string& script : scripts(probe)) {
    EXPECT_EQ(script.find("zqx"), std::string::npos) << script;
    EXPECT_EQ(script.find("alert"), std::string::npos) << script;
  }
  const std::regex field("[fspq][0-9_]+");
  probe.for_each([&](QPDFObjectHandle object) {
    if (object.isName()) {
      EXPECT_EQ(object.getName().find("zqx"), std::string::npos);
    }
    if (!object.isDictionary()) return;
    for (const std::string& key : object.getKeys()) EXPECT_EQ(key.find("zqx"), std::string::npos);
    if (object.getKey("/FT").isName()) {
      EXPECT_TRUE(std::regex_match(name_of(object), field));
    }
    QPDFObjectHandle action = object.getKey("/S");
    if (object.hasKey("/JS")) {
      EXPECT_EQ(action.getName(), "/JavaScript");
    }
    for (const char* other : {"/URI", "/Launch", "/SubmitForm", "/GoToR", "/ImportData"})
      EXPECT_FALSE(action.isNameAndEquals(other));
  });
  EXPECT_TRUE(probe.file().getWarnings().empty());
}

TEST(PdfTexts, OfUsersAreToldAsTheyAre) {
  const Figure figure = hostile_figure();
  PdfProbe probe(make_pdf(figure));
  std::set<std::string> alts;
  for (const PdfProbe::Link& link : probe.links(0)) alts.insert(link.alt);
  for (std::size_t c = 1; c < figure.axes[0].values.size(); ++c)
    EXPECT_TRUE(alts.contains(printable("class: " + figure.axes[0].values[c])))
        << figure.axes[0].values[c];
  const std::vector<std::string> outline = probe.outline();
  EXPECT_EQ(outline[0], "zqx say \"cheese\" (it's ok)");
  EXPECT_EQ(outline[1], "  zqx');avTg();//");
}

TEST(PdfTexts, OfUsersCanBeSelected) {
  test::SampleOptions options;
  options.frames = 1;
  options.classes = {"say \"cheese\" (it's ok)", "back\\slash) (paren \\", "<b>&amp; ${x}",
                     "\xE6\x8B\x89\xE5\xB0\x8F\xE6\x8F\x90\xE7\x90\xB4"};
  const auto says =
      test::run_tool("pdftotext", "-f 1 -l 1 {file} -", make_pdf(test::sample_figure(options)));
  if (!says) GTEST_SKIP() << "pdftotext is not installed";
  for (std::size_t i = 0; i < 3; ++i)
    EXPECT_THAT(says->words, testing::HasSubstr(options.classes[i]));
  EXPECT_THAT(says->words, testing::HasSubstr("Bow or finger?"));
  EXPECT_THAT(says->words, testing::HasSubstr("probability over the video"));
}

}  // namespace
}  // namespace praxiscope
