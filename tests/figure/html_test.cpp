// Whole pages: what they hold, once each, and that nothing in them can act or call out.
#include "figure/html_data.h"
#include "figure/html_encode.h"
#include "figure/sample.h"

#include "praxiscope/error.h"
#include "praxiscope/figure.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include <bit>
#include <cmath>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <regex>
#include <string>

namespace praxiscope {
namespace {

using testing::HasSubstr;
using testing::Not;

std::size_t count_of(const std::string& text, const std::string& part) {
  std::size_t count = 0;
  for (std::size_t at = text.find(part); at != text.npos; at = text.find(part, at + part.size()))
    ++count;
  return count;
}

/// What stands between the first `begin` and the next `end` after it.
std::string between(const std::string& text, const std::string& begin, const std::string& end) {
  const std::size_t from = text.find(begin);
  if (from == text.npos) return "";
  const std::size_t at = from + begin.size();
  return text.substr(at, text.find(end, at) - at);
}

std::string data_text(const std::string& page) {
  return between(page, "id=\"figure-data\">", "</script>");
}

nlohmann::json data_of(const std::string& page) { return nlohmann::json::parse(data_text(page)); }

std::string bytes_of(const std::string& base64) {
  static const std::string kLetters =
      "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
  std::string out;
  unsigned bits = 0;
  int count = 0;
  for (const char c : base64) {
    const std::size_t value = kLetters.find(c);
    if (value == kLetters.npos) break;
    bits = bits << 6 | static_cast<unsigned>(value);
    count += 6;
    if (count < 8) continue;
    count -= 8;
    out += static_cast<char>(bits >> count & 0xFFU);
  }
  return out;
}

std::uint32_t number_at(const std::string& bytes, std::size_t at, std::size_t size) {
  std::uint32_t bits = 0;
  for (std::size_t i = 0; i < size; ++i)
    bits |= static_cast<std::uint32_t>(static_cast<unsigned char>(bytes[at + i])) << (8 * i);
  return bits;
}

double double_from_half(std::uint32_t bits) {
  const double sign = (bits & 0x8000U) != 0 ? -1 : 1;
  const int power = static_cast<int>(bits >> 10 & 31U);
  const double digits = bits & 1023U;
  if (power == 31) return digits > 0 ? std::nan("") : sign * INFINITY;
  return sign * (power > 0 ? std::ldexp(1024 + digits, power - 25) : std::ldexp(digits, -24));
}

TEST(Html, AllowsItselfNothingButItsOwnParts) {
  const std::string page = make_html(test::sample_figure());
  const std::string policy = between(page, "Content-Security-Policy\" content=\"", "\"");
  const std::string style = between(page, "<style>", "</style>");
  const std::string script = between(page, "<script>", "</script>");
  ASSERT_GT(style.size(), 1000u);
  ASSERT_GT(script.size(), 1000u);
  EXPECT_EQ(policy, "default-src 'none'; img-src data: blob:; style-src '" +
                        figure::csp_hash(style) + "'; script-src '" + figure::csp_hash(script) +
                        "'; base-uri 'none'; form-action 'none'");
  EXPECT_LT(page.find("Content-Security-Policy"), page.find("<style>"));
}

TEST(Html, HasNoInlineStyleOrHandlerThatThePolicyWouldRefuse) {
  for (const Figure& figure : {test::sample_figure(), test::study_figure()}) {
    const std::string page = make_html(figure);
    const std::string style = between(page, "<style>", "</style>");
    std::string markup = page.substr(0, page.find("<script"));
    markup.erase(markup.find(style), style.size());
    const std::regex refused("\\s(style|on[a-z]+)=");
    int tags = 0;  // one by one: std::regex goes as deep as what it matches is long
    for (std::size_t at = markup.find('<'); at != std::string::npos;
         at = markup.find('<', at + 1)) {
      const std::string tag = markup.substr(at, markup.find('>', at) - at);
      EXPECT_FALSE(std::regex_search(tag, refused)) << tag;
      ++tags;
    }
    EXPECT_GT(tags, 100);
  }
}

TEST(Html, NamesNoAddressOutside) {
  std::string page = make_html(test::sample_figure());
  // The name of a namespace is no address.
  page = std::regex_replace(page, std::regex("http://www\\.w3\\.org/2000/svg"), "");
  EXPECT_THAT(page, Not(HasSubstr("://")));
  EXPECT_THAT(page, Not(HasSubstr("@import")));
  EXPECT_THAT(page, Not(HasSubstr("fetch(")));
  EXPECT_EQ(count_of(page, "<link "), 1u);  // the empty icon, so that no browser asks for one
  EXPECT_THAT(page, HasSubstr("<link rel=\"icon\" href=\"data:,\">"));
}

TEST(Html, IsTheSameForTheSameFigure) {
  EXPECT_EQ(make_html(test::sample_figure()), make_html(test::sample_figure()));
}

TEST(Html, StoresEachPictureOnce) {
  const Figure figure = test::sample_figure();
  const std::string page = make_html(figure);
  ASSERT_EQ(data_of(page)["pictures"].size(), figure.pictures.size());
  for (std::size_t i = 0; i < figure.pictures.size(); ++i) {
    EXPECT_EQ(count_of(page, figure::base64(figure.pictures[i].jpeg)), 1u) << "picture " << i;
    EXPECT_EQ(bytes_of(data_of(page)["pictures"][i]["jpeg"]), figure.pictures[i].jpeg);
  }
}

TEST(Html, KeepsRawValuesExactly) {
  Figure figure = test::sample_figure();
  figure.maps[0].values[3] = std::nanf("");
  const auto stored = data_of(make_html(figure))["maps"][0];
  ASSERT_EQ(stored["format"], "float32");
  const std::string bytes = bytes_of(stored["values"]);
  ASSERT_EQ(bytes.size(), 4 * figure.maps[0].values.size());
  for (std::size_t i = 0; i < figure.maps[0].values.size(); ++i)
    ASSERT_EQ(number_at(bytes, 4 * i, 4), std::bit_cast<std::uint32_t>(figure.maps[0].values[i]));
}

TEST(Html, KeepsElevenBitsOfVeryManyValues) {
  Figure figure = test::sample_figure({.classes = {"a"}, .methods = {"m"}, .layers = {"l"}});
  FigureMap& map = figure.maps[0];
  map.width = 400;
  map.height = 80;
  map.values.resize(16 * 400 * 80);
  ASSERT_GT(map.values.size(), figure::kMostExactValues);
  for (std::size_t i = 0; i < map.values.size(); ++i)
    map.values[i] = 1e-7F * std::sin(0.001F * static_cast<float>(i));
  const auto stored = data_of(make_html(figure))["maps"][0];
  ASSERT_EQ(stored["format"], "float16");
  const std::string bytes = bytes_of(stored["values"]);
  ASSERT_EQ(bytes.size(), 2 * map.values.size());
  double worst = 0;
  for (std::size_t i = 0; i < map.values.size(); ++i) {
    const double value =
        std::ldexp(double_from_half(number_at(bytes, 2 * i, 2)), stored["exponent"]);
    const double tolerance = std::max(std::abs(map.values[i]) / 2048.0, 1e-7 / 4096 / 1024);
    worst = std::max(worst, std::abs(value - map.values[i]) / tolerance);
  }
  EXPECT_LE(worst, 1);
}

TEST(Html, CarriesStatesPanelsAndScales) {
  const Figure figure = test::sample_figure();
  const auto data = data_of(make_html(figure));
  ASSERT_EQ(data["states"].size(), figure.states.size());
  EXPECT_EQ(data["states"][5]["choice"], figure.states[5].choice);
  EXPECT_EQ(data["states"][5]["panels"], figure.states[5].panels);
  EXPECT_EQ(data["panels"][figure.states[5].panels[0]]["kind"], "player");
  EXPECT_EQ(data["films"][0]["times"], figure.films[0].times_s);
  EXPECT_EQ(data["maps"][0]["scale"]["colormap"], "inferno");
  EXPECT_FLOAT_EQ(data["maps"][0]["scale"]["hi"].get<float>(), figure.maps[0].scale.hi);
  EXPECT_EQ(bytes_of(data["colormaps"][0]["colors"]).size(), 3u * 256);
}

TEST(Html, DrawsEveryOtherPanelForEveryWidth) {
  const Figure figure = test::study_figure();
  const std::string page = make_html(figure);
  const auto data = data_of(page);
  for (std::size_t i = 0; i < figure.panels.size(); ++i) {
    std::vector<int> widths;
    for (const auto& drawing : data["panels"][i].value("drawings", nlohmann::json::array())) {
      widths.push_back(drawing["width"]);
      const std::string id = std::to_string(drawing["id"].get<int>());
      EXPECT_EQ(count_of(page, "<template id=\"drawing-" + id + "\"><svg "), 1u);
    }
    const bool is_drawn = !figure::is_drawn_by_script(figure.panels[i].content);
    EXPECT_EQ(widths, is_drawn ? figure::drawn_widths(figure.panels[i].place) : std::vector<int>{});
  }
}

TEST(Html, StoresDrawingsThatAreTheSameOnce) {
  Figure figure = test::sample_figure();
  const std::size_t before = count_of(make_html(figure), "<template");
  const PanelId wide = figure.states[0].panels.back();
  for (FigureState& state : figure.states) {
    figure.panels.push_back(figure.panels[static_cast<std::size_t>(wide)]);
    state.panels.push_back(static_cast<PanelId>(figure.panels.size()) - 1);
  }
  EXPECT_EQ(count_of(make_html(figure), "<template"), before);
}

TEST(Html, DrawnPanelsCarryTheirAlternateTexts) {
  EXPECT_THAT(make_html(test::sample_figure()),
              HasSubstr("aria-label=\"probabilities\"><title>probabilities</title>"));
}

/// Every text that a user can set is hostile.
Figure hostile_figure() {
  const std::string evil = "</script></title></template><img src=x onerror=alert(1)>\"'";
  test::SampleOptions options{.classes = test::odd_labels(), .methods = {evil}, .layers = {evil}};
  options.title = evil;
  options.subtitle = evil;
  Figure figure = test::sample_figure(options);
  figure.language = evil;
  figure.provenance = "{\"file\": \"" + evil + "\"}";
  figure.about.push_back({evil, {evil}});
  for (FigureAxis& axis : figure.axes) axis.title = evil;
  for (FigureState& state : figure.states) state.caption = evil;
  for (FigurePanel& panel : figure.panels) panel.alt = evil;
  figure.films[0].name = evil;
  return figure;
}

TEST(Html, HostileTextsStayTexts) {
  const std::string page = make_html(hostile_figure());
  EXPECT_EQ(count_of(page, "<script"), 2u);
  EXPECT_EQ(count_of(page, "</script"), 2u);
  EXPECT_EQ(count_of(page, "<img"), 0u);
  EXPECT_EQ(count_of(page, "</title></template>"), 0u);
  EXPECT_EQ(data_text(page).find('<'), std::string::npos);
  EXPECT_EQ(data_of(page)["axes"][0]["values"][3], "</script><script>alert(1)</script>");
}

TEST(Html, PlacesInTextsAreNotFilled) {
  test::SampleOptions options;
  options.title = "{{script}} {{";
  options.subtitle = "{{data}}";
  const std::string page = make_html(test::sample_figure(options));
  EXPECT_THAT(page, HasSubstr("<title>{{script}} {{</title>"));
  EXPECT_THAT(page, HasSubstr(">{{data}}</p>"));
}

TEST(Html, BrokenBytesAreReplaced) {
  Figure figure = test::sample_figure();
  figure.states[0].caption = "broken \xFF byte";
  EXPECT_EQ(data_of(make_html(figure))["states"][0]["caption"], "broken \xEF\xBF\xBD byte");
}

TEST(Html, RefusesAFigureThatDoesNotFit) {
  Figure figure = test::sample_figure();
  figure.films[0].pictures[0] = 999;
  EXPECT_THROW(make_html(figure), Error);
}

TEST(Html, StaysSmall) {
  // 64 states of 16 frames; the frames are stored once, the maps as coarse as they are.
  const Figure figure = test::sample_figure({.classes = test::many_labels(8),
                                             .layers = {"layer2", "layer3", "layer4", "layer5"},
                                             .has_views = false});
  ASSERT_EQ(figure.states.size(), 64u);
  EXPECT_LT(make_html(figure).size(), 4u << 20);
}

/// Pages for tests/figure/html_in_chromium.py, into the folder that PRAXISCOPE_HTML_FILES names.
TEST(HtmlFiles, AreWrittenForTheBrowser) {
  const char* folder = std::getenv("PRAXISCOPE_HTML_FILES");
  if (folder == nullptr) GTEST_SKIP() << "PRAXISCOPE_HTML_FILES names no folder";
  const auto write = [&](const std::string& name, const Figure& figure) {
    std::ofstream(std::filesystem::path(folder) / (name + ".html"), std::ios::binary)
        << make_html(figure);
  };
  write("plain", test::sample_figure());
  write("two-clips", test::sample_figure({.clips = 2, .padding = 4}));
  write("still", test::sample_figure({.frames = 1}));
  write("many", test::sample_figure({.classes = test::many_labels(20), .has_views = false}));
  write("odd", test::sample_figure({.classes = test::odd_labels(), .has_views = false}));
  write("hostile", hostile_figure());
  write("wide", test::sample_figure({.frames = 64, .width = 480, .height = 160}));
  write("tall", test::sample_figure({.frames = 2, .width = 120, .height = 360}));
  write("one-state", test::sample_figure({.classes = {"cello"},
                                          .methods = {"Grad-CAM"},
                                          .layers = {"layer4"},
                                          .has_views = false}));
  write("study", test::study_figure());
}

}  // namespace
}  // namespace praxiscope
