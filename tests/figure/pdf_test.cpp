// The file as a whole: sound, the same every time, small, and what it tells of itself.
#include "figure/pdf_probe.h"
#include "figure/sample.h"

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <qpdf/Buffer.hh>

#include <chrono>
#include <cstdlib>
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
    const Figure figure = large_figure(clips);
    ASSERT_EQ(figure.states.size(), 64U);
    const auto begin = std::chrono::steady_clock::now();
    const std::string bytes = make_pdf(figure);
    const std::chrono::duration<double> time = std::chrono::steady_clock::now() - begin;
    fmt::print("64 states x 16 frames of 224x224, {} clip(s): {:.2f} MB, {:.2f} s\n", clips,
               static_cast<double>(bytes.size()) / 1e6, time.count());
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
  const auto says = test::run_tool("pdftotext", "-f 1000 -layout {file} -", sample_bytes());
  if (!says) GTEST_SKIP() << "pdftotext is not installed";
  const PdfProbe probe(sample_bytes());
  const auto last = test::run_tool("pdftotext", fmt::format("-f {} {{file}} -", probe.page_count()),
                                   sample_bytes());
  EXPECT_THAT(last->words, testing::HasSubstr("Selvaraju"));
  EXPECT_THAT(last->words, testing::HasSubstr("sha256: 5f2c"));
  EXPECT_THAT(last->words, testing::HasSubstr("seed: 0"));
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

/// Not a test of anything: with PRAXISCOPE_FIGURE_LOOK=FOLDER it writes files to be looked at and
/// clicked through by pdf_in_chromium.py.
TEST(Pdf, WritesSamplesForEyes) {
  const char* folder = std::getenv("PRAXISCOPE_FIGURE_LOOK");
  if (folder == nullptr) GTEST_SKIP() << "PRAXISCOPE_FIGURE_LOOK names no folder";
  const auto write = [&](const std::string& name, const Figure& figure) {
    std::ofstream(std::string(folder) + "/" + name, std::ios::binary) << make_pdf(figure);
  };
  write("sample.pdf", test::sample_figure());
  write("study.pdf", test::study_figure());
  write("still.pdf", test::sample_figure({.frames = 1}));
  write("tall.pdf", test::sample_figure({.width = 120, .height = 360, .padding = 5}));
  write("odd.pdf", test::sample_figure({.classes = test::odd_labels(),
                                        .frames = 3,
                                        .title = test::odd_labels()[0],
                                        .subtitle = test::odd_labels()[5]}));
  write("wide.pdf",
        test::sample_figure(
            {.classes = test::many_labels(20), .frames = 64, .width = 480, .height = 160}));
  write("two_clips.pdf", test::sample_figure({.clips = 2}));
}

}  // namespace
}  // namespace praxiscope
