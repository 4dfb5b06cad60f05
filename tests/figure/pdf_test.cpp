// The file as a whole: sound, the same every time, small, and what it tells of itself.
#include "figure/pdf_probe.h"
#include "figure/sample.h"

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <qpdf/Buffer.hh>

#include <algorithm>
#include <cstdlib>
#include <ctime>
#include <fstream>
#include <set>

namespace praxiscope {
namespace {

using test::PdfProbe;
using test::SampleOptions;

/// 64 states: classes, methods and layers of one clip, or fewer of eight clips.
Figure large_figure(int clips) {
  SampleOptions options;
  options.has_views = false;
  options.clips = clips;
  options.classes = test::many_labels(clips == 1 ? 4 : 2);
  options.methods = {"Grad-CAM", "Occlusion", "LayerCAM", "Saliency"};
  options.layers = {"layer1", "layer2", "layer3", "layer4"};
  if (clips > 1) options.methods.resize(2), options.layers.resize(2);
  return test::sample_figure(options);
}

/// Grain as a camera's, so that pictures are as large as real ones (about 14 kB).
void add_grain(Figure& figure) {
  std::uint32_t state = 1;
  Picture picture = test::sample_frame(0, 0, 16, 224, 224);
  for (FigurePicture& stored : figure.pictures) {
    Picture grainy = picture;
    for (std::uint8_t& value : grainy.rgb) {
      state = state * 1664525 + 1013904223;  // Numerical Recipes' generator
      value =
          static_cast<std::uint8_t>(std::clamp(value + static_cast<int>(state >> 26) - 32, 0, 255));
    }
    stored = encode_picture(grainy);
  }
}

const std::string& sample_bytes() {
  static const std::string bytes = make_pdf(test::sample_figure());
  return bytes;
}

TEST(Pdf, IsTheSameEveryTime) {
  EXPECT_EQ(make_pdf(test::sample_figure()), sample_bytes());
  setenv("TZ", "Asia/Tokyo", 1);
  EXPECT_EQ(make_pdf(test::sample_figure()), sample_bytes());
  unsetenv("TZ");
}

TEST(Pdf, ReadsWithoutWarnings) {
  PdfProbe probe(sample_bytes());
  probe.for_each([](QPDFObjectHandle object) {
    if (object.isStream()) object.getRawStreamData();
  });
  EXPECT_TRUE(probe.file().getWarnings().empty());
  const auto says = test::run_tool("qpdf", "--check {file}", sample_bytes());
  if (!says) GTEST_SKIP() << "qpdf is not installed: its check was not made";
  EXPECT_EQ(says->status, 0) << says->words;
}

TEST(Pdf, HasAPageForEachStateThenItsFramesThenTheEnd) {
  const Figure figure = test::sample_figure();
  const PdfProbe probe(sample_bytes());
  const std::size_t frames = figure.states.size() * figure.films[0].pictures.size();
  EXPECT_EQ(static_cast<std::size_t>(probe.page_count()), figure.states.size() + frames + 1);
}

/// JPEG files among the streams.
std::vector<std::string> stored_pictures(const PdfProbe& probe) {
  std::vector<std::string> pictures;
  probe.for_each([&](QPDFObjectHandle object) {
    if (!object.isStream() || !object.getDict().getKey("/Filter").isNameAndEquals("/DCTDecode"))
      return;
    const auto data = object.getRawStreamData();
    pictures.emplace_back(reinterpret_cast<const char*>(data->getBuffer()), data->getSize());
  });
  return pictures;
}

TEST(Pdf, StoresEachPictureOnceAndAsItIs) {
  SampleOptions options;
  options.padding = 4;  // the same picture five times
  const Figure figure = test::sample_figure(options);
  const PdfProbe probe(make_pdf(figure));
  std::set<std::string> expected;
  for (const FigurePicture& picture : figure.pictures) expected.insert(picture.jpeg);
  ASSERT_EQ(expected.size(), figure.pictures.size() - 4);
  EXPECT_THAT(stored_pictures(probe), testing::UnorderedElementsAreArray(expected));
}

TEST(Pdf, IsSmall) {
  constexpr std::size_t kMost = 4'000'000;
  for (const int clips : {1, 8}) {
    Figure figure = large_figure(clips);
    add_grain(figure);
    ASSERT_EQ(figure.states.size(), 64U);
    const std::clock_t begin = std::clock();
    const std::string bytes = make_pdf(figure);
    fmt::print(
        "64 states x 16 frames of 224x224, {} of {:.1f} kB: {:.2f} MB, {:.2f} s of one core\n",
        figure.pictures.size(), static_cast<double>(figure.pictures[0].jpeg.size()) / 1e3,
        static_cast<double>(bytes.size()) / 1e6,
        static_cast<double>(std::clock() - begin) / CLOCKS_PER_SEC);
    EXPECT_LT(bytes.size(), kMost);
  }
}

TEST(Pdf, EmbedsItsFonts) {
  SampleOptions options;
  options.classes = test::odd_labels();
  options.frames = 2;
  const PdfProbe probe(make_pdf(test::sample_figure(options)));
  int fonts = 0;
  probe.for_each([&](QPDFObjectHandle object) {
    if (!object.isDictionary() || !object.getKey("/Type").isNameAndEquals("/Font")) return;
    if (object.getKey("/Subtype").isNameAndEquals("/Type0") ||
        object.getKey("/Subtype").isNameAndEquals("/Type3"))
      return;  // the one has a descendant, the other its own drawings
    ++fonts;
    QPDFObjectHandle descriptor = object.getKey("/FontDescriptor");
    ASSERT_TRUE(descriptor.isDictionary()) << object.unparse();
    EXPECT_TRUE(descriptor.hasKey("/FontFile") || descriptor.hasKey("/FontFile2") ||
                descriptor.hasKey("/FontFile3"))
        << descriptor.unparseResolved();
  });
  EXPECT_GE(fonts, 2);
}

TEST(Pdf, SaysWhatItIs) {
  SampleOptions options;
  options.title = "Bow <or> \"finger\" & (more)";
  Figure figure = test::sample_figure(options);
  figure.language = "fr";
  PdfProbe probe(make_pdf(figure));
  QPDFObjectHandle root = probe.file().getRoot();
  QPDFObjectHandle information = probe.file().getTrailer().getKey("/Info");
  EXPECT_EQ(information.getKey("/Title").getUTF8Value(), options.title);
  EXPECT_FALSE(information.hasKey("/CreationDate"));
  EXPECT_EQ(root.getKey("/Lang").getUTF8Value(), "fr");
  EXPECT_TRUE(root.getKey("/ViewerPreferences").getKey("/DisplayDocTitle").getBoolValue());
  EXPECT_TRUE(root.getKey("/MarkInfo").getKey("/Marked").getBoolValue());
  const auto metadata = root.getKey("/Metadata").getStreamData();
  const std::string xml(reinterpret_cast<const char*>(metadata->getBuffer()), metadata->getSize());
  EXPECT_THAT(xml, testing::HasSubstr("Bow &lt;or&gt; \"finger\" &amp; (more)"));
  EXPECT_THAT(xml, testing::HasSubstr("<rdf:li>fr</rdf:li>"));
}

TEST(Pdf, TellsEveryFigureToThoseWhoDoNotSee) {
  const Figure figure = test::sample_figure();
  const PdfProbe probe(sample_bytes());
  std::multiset<std::string> alts;
  probe.for_each([&](QPDFObjectHandle object) {
    if (!object.isDictionary() || !object.getKey("/S").isNameAndEquals("/Figure")) return;
    ASSERT_TRUE(object.getKey("/Alt").isString()) << object.unparseResolved();
    alts.insert(object.getKey("/Alt").getUTF8Value());
  });
  EXPECT_EQ(alts.count("the clip in motion"), figure.states.size());
  EXPECT_EQ(alts.count("probabilities over the video"), figure.states.size());
  EXPECT_EQ(alts.count("cello, bowed, Grad-CAM, layer3, overlay: clip 1, frame 2 of 16, enlarged"),
            1U);
}

TEST(Pdf, TellsLongTextsWhole) {
  Figure figure = test::sample_figure({.classes = {"one"}, .methods = {"CAM"}, .frames = 1});
  std::string alt;
  for (int i = 0; i < 300; ++i) alt += fmt::format("class {} 1 %, ", i);
  figure.panels[0].alt = alt;
  const PdfProbe probe(make_pdf(figure));
  bool is_told = false;
  probe.for_each([&](QPDFObjectHandle object) {
    if (object.isDictionary() && object.getKey("/Alt").isString())
      is_told |= object.getKey("/Alt").getUTF8Value() == alt;
  });
  EXPECT_TRUE(is_told);
}

TEST(Pdf, LabelsEnlargedFramesByTheirNumbersWhereSomeAreLeftOut) {
  PdfProbe probe(make_pdf(test::sample_figure({.classes = test::many_labels(40),
                                               .methods = {"CAM"},
                                               .layers = {"a"},
                                               .frames = 64,
                                               .width = 32,
                                               .height = 32,
                                               .has_views = false})));
  QPDFObjectHandle labels = probe.file().getRoot().getKey("/PageLabels").getKey("/Nums");
  // The strip's second frame is the fifth of the clip: 63 / 15 = 4.2.
  EXPECT_EQ(labels.getArrayItem(2 * 41).getIntValue(), 41);
  QPDFObjectHandle label = labels.getArrayItem(2 * 41 + 1);
  EXPECT_EQ(label.getKey("/P").getUTF8Value(), "action 1-frame ");
  EXPECT_EQ(label.getKey("/St").getIntValue(), 5);
}

TEST(Pdf, ListsItsStatesInTheOutlineAndLabelsPages) {
  PdfProbe probe(sample_bytes());
  const std::vector<std::string> titles = probe.outline();
  ASSERT_GE(titles.size(), 6U);
  EXPECT_EQ(titles[0], "cello, bowed");
  EXPECT_EQ(titles[1], "  Grad-CAM");
  EXPECT_EQ(titles[2], "    layer3");
  EXPECT_EQ(titles[3], "      overlay");
  EXPECT_EQ(titles.back(), "About this figure");
  // 3 classes, 2 methods, 2 layers, 3 views, the end.
  EXPECT_EQ(titles.size(), 3U + 6 + 12 + 36 + 1);
  QPDFObjectHandle labels = probe.file().getRoot().getKey("/PageLabels").getKey("/Nums");
  EXPECT_EQ(labels.getArrayItem(1).getKey("/P").getUTF8Value(),
            "cello, bowed-Grad-CAM-layer3-overlay");
  EXPECT_EQ(labels.getArrayItem(2 * 36).getIntValue(), 36);
  EXPECT_EQ(labels.getArrayItem(2 * 36 + 1).getKey("/P").getUTF8Value(),
            "cello, bowed-Grad-CAM-layer3-overlay-frame ");
}

TEST(Pdf, ShowsProvenanceAndMethodsOnTheLastPage) {
  const PdfProbe probe(sample_bytes());
  const auto last = test::run_tool("pdftotext", fmt::format("-f {} {{file}} -", probe.page_count()),
                                   sample_bytes());
  EXPECT_THAT(last->words, testing::HasSubstr("Selvaraju"));
  EXPECT_THAT(last->words, testing::HasSubstr("sha256: 5f2c"));
  EXPECT_THAT(last->words, testing::HasSubstr("seed: 0"));
}

TEST(Pdf, IsDrawnWithoutComplaints) {
  const std::string odd = make_pdf(test::sample_figure(
      {.classes = test::odd_labels(), .methods = {"CAM"}, .layers = {"a"}, .frames = 2}));
  for (const std::string& bytes : {sample_bytes(), make_pdf(test::study_figure()), odd}) {
    const int pages = PdfProbe(bytes).page_count();
    for (const int page : {1, pages / 2, pages}) {
      const auto says =
          test::run_tool("pdftoppm", fmt::format("-r 12 -f {0} -l {0} {{file}}", page), bytes);
      if (!says) GTEST_SKIP() << "pdftoppm is not installed";
      EXPECT_EQ(says->status, 0);
      EXPECT_TRUE(says->words.starts_with("P6")) << says->words.substr(0, 200);
    }
  }
}

TEST(Pdf, ContinuesLongTextsOnAnotherPage) {
  Figure figure = test::sample_figure({.classes = {"one"}, .methods = {"CAM"}, .layers = {"a"}});
  const std::string paragraph(400, 'x');
  figure.about.push_back({"Everything", std::vector<std::string>(120, "word " + paragraph)});
  figure.about.back().paragraphs.push_back("the very last words");
  const std::string bytes = make_pdf(figure);
  const PdfProbe probe(bytes);
  EXPECT_GE(probe.page_count(), 3 + 3 * 16 + 2);
  const auto says = test::run_tool("pdftotext", "{file} -", bytes);
  if (!says) GTEST_SKIP() << "pdftotext is not installed";
  EXPECT_THAT(says->words, testing::HasSubstr("the very last words"));
}

/// Writes a file into the folder that PRAXISCOPE_FIGURE_LOOK names; false when it names none.
bool write_sample(const std::string& name, const Figure& figure) {
  const char* folder = std::getenv("PRAXISCOPE_FIGURE_LOOK");
  if (folder == nullptr) return false;
  std::ofstream(std::string(folder) + "/" + name, std::ios::binary) << make_pdf(figure);
  return true;
}

// Not tests of anything: pdf_in_chromium.py clicks through the one, people through the others.
TEST(Pdf, WritesOneSampleForBrowsers) {
  if (!write_sample("sample.pdf", test::sample_figure()))
    GTEST_SKIP() << "PRAXISCOPE_FIGURE_LOOK names no folder";
}

TEST(Pdf, WritesSamplesForEyes) {
  if (!write_sample("study.pdf", test::study_figure()))
    GTEST_SKIP() << "PRAXISCOPE_FIGURE_LOOK names no folder";
  const std::vector<std::string> odd = test::odd_labels();
  write_sample("still.pdf", test::sample_figure({.frames = 1}));
  write_sample("tall.pdf", test::sample_figure({.width = 120, .height = 360, .padding = 5}));
  write_sample("odd.pdf", test::sample_figure(
                              {.classes = odd, .frames = 3, .title = odd[0], .subtitle = odd[5]}));
  write_sample("wide.pdf", test::sample_figure({.classes = test::many_labels(20),
                                                .methods = {"CAM"},
                                                .frames = 64,
                                                .width = 480,
                                                .height = 160}));
  write_sample("two_clips.pdf", test::sample_figure({.clips = 2}));
}

}  // namespace
}  // namespace praxiscope
