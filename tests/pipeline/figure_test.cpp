// Clips as figures store them, and the figures of a run.
#include "pipeline/explaining.h"
#include "pipeline/figure_panels.h"
#include "studies/support/film.h"

#include <ATen/ATen.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <fstream>
#include <iterator>

namespace praxiscope {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::Not;

ClipInput input_of(int frames, std::int64_t side) {
  ClipInput input;
  input.name = "rgb";
  input.tensor = at::zeros({3, frames, side, side});
  for (int t = 0; t < frames; ++t) input.frames.push_back({t, Rational(t, 25), false});
  input.source_from_clip = {.scale_x = 2, .offset_x = 16, .scale_y = 2, .offset_y = 0};
  input.source_size = {.height = 64, .width = 96};
  return input;
}

TEST(ChooseFrames, TakesAllOfAShortClipAndBothEndsOfALongOne) {
  EXPECT_THAT(choose_frames(3), ElementsAre(0, 1, 2));
  EXPECT_THAT(choose_frames(1), ElementsAre(0));
  const std::vector<int> chosen = choose_frames(128);
  ASSERT_EQ(chosen.size(), 32U);
  EXPECT_EQ(chosen.front(), 0);
  EXPECT_EQ(chosen.back(), 127);
  for (std::size_t i = 1; i < chosen.size(); ++i) EXPECT_GE(chosen[i] - chosen[i - 1], 4);
}

TEST(SecondsText, CountsMinutesOfLongVideos) {
  EXPECT_EQ(seconds_text(0), "0.00 s");
  EXPECT_EQ(seconds_text(99.994), "99.99 s");
  EXPECT_EQ(seconds_text(1028.36), "17:08.36");
  EXPECT_EQ(seconds_text(3719.999), "1:02:00.00");
}

TEST(Shrink, KeepsSmallPicturesAndTheAspectOfLargeOnes) {
  const auto small = std::make_shared<Picture>(
      Picture{.width = 4, .height = 2, .rgb = std::vector<std::uint8_t>(24, 9)});
  EXPECT_EQ(shrink(small), small);
  const auto large = std::make_shared<Picture>(
      Picture{.width = 1792, .height = 896, .rgb = std::vector<std::uint8_t>(1792 * 896 * 3, 77)});
  const auto out = shrink(large);
  EXPECT_EQ(out->width, 448);
  EXPECT_EQ(out->height, 224);
  EXPECT_THAT(out->rgb, testing::Each(77));
}

TEST(MakeFilm, StoresARepeatedFrameOnce) {
  ClipInput input = input_of(3, 32);
  input.frames[2] = input.frames[1];
  input.frames[2].is_padding = true;
  const auto picture = std::make_shared<Picture>(
      Picture{.width = 96, .height = 64, .rgb = std::vector<std::uint8_t>(96 * 64 * 3)});
  std::vector<FigurePicture> stored;
  const FigureFilm film = make_film(input, {{0, picture}, {1, picture}}, stored);
  EXPECT_EQ(stored.size(), 2U);
  EXPECT_THAT(film.pictures, ElementsAre(0, 1, 1));
  EXPECT_THAT(film.is_padding, ElementsAre(false, false, true));
  EXPECT_THAT(film.source_frames, ElementsAre(0, 1, 1));
}

TEST(MakeMap, InterpolatesInTimeAndKeepsTheCellsOfTheLayer) {
  const ClipInput input = input_of(4, 32);
  Attribution map;
  map.coarse = at::arange(8, at::kFloat).view({2, 2, 2});
  const FigureMap out = make_map(map, input);
  EXPECT_EQ(out.frames, 4);
  EXPECT_EQ(out.height, 2);
  // Cells of time stand at 0.5 and 2.5 of the four frames: 0, 1/4, 3/4 and 1 of the way.
  EXPECT_THAT(std::vector<float>(out.values.begin(), out.values.begin() + 4),
              ElementsAre(0, 1, 2, 3));
  EXPECT_FLOAT_EQ(out.values[4], 1);
  EXPECT_FLOAT_EQ(out.values[8], 3);
  EXPECT_FLOAT_EQ(out.values[12], 4);
  EXPECT_FLOAT_EQ(out.lo, 0);
  EXPECT_FLOAT_EQ(out.hi, 7);
  EXPECT_DOUBLE_EQ(out.x, 16.0 / 96);
  EXPECT_DOUBLE_EQ(out.fraction_width, 64.0 / 96);
  EXPECT_DOUBLE_EQ(out.fraction_height, 1);
}

TEST(MakeMap, KeepsTheStrongestValueOfACellWithItsSign) {
  const ClipInput input = input_of(1, 224);
  Attribution map;
  map.is_signed = true;
  map.coarse = at::zeros({1, 224, 224});
  map.coarse[0][3][3] = -5;
  map.coarse[0][2][2] = 4;
  const FigureMap out = make_map(map, input);
  EXPECT_EQ(out.width, 112);
  EXPECT_FLOAT_EQ(out.values[112 + 1], -5);
  EXPECT_FLOAT_EQ(out.lo, -5);
  EXPECT_FLOAT_EQ(out.hi, 0) << "4 and -5 lie in one cell";
}

std::string text_of(const std::string& file_name) {
  std::ifstream file(file_name, std::ios::binary);
  return {(std::istreambuf_iterator<char>(file)), std::istreambuf_iterator<char>()};
}

/// The data that the page of a figure holds.
nlohmann::json data_of(const std::string& html) {
  const std::string text = text_of(html);
  const std::size_t tag = text.find("application/json");
  const std::size_t begin = text.find('>', tag) + 1;
  return nlohmann::json::parse(text.substr(begin, text.find("</script>", begin) - begin));
}

/// Begin of the clip with the highest probability of a class, as its tab says it.
std::string begin_of_strongest(const nlohmann::json& out, int class_index) {
  double best = -1, begin = 0;
  for (const auto& clip : out.at("clips")) {
    for (const auto& entry : clip.at("top")) {
      if (entry.at("index") != class_index || entry.at("probability").get<double>() <= best)
        continue;
      best = entry.at("probability").get<double>();
      begin = clip.at("inputs").at(0).at("frames").at(0).at("pts_s").get<double>();
    }
  }
  return seconds_text(begin);
}

using Figures = test::Explain;

TEST_F(Figures, ShowTheStrongestClipsThatDoNotOverlapForEveryMethodClassAndView) {
  const std::string video = make_video("in.mp4", "96x64", 60);  // 14 clips of 8 frames, hop 4
  ExplainOptions wish =
      options("grad_cam,saliency", {"fig.pdf", "fig.html", "out.png", "numbers.json"});
  wish.targets = {"2", "5"};
  wish.figure_clips = 3;
  wish.top = 100;
  explain(video, wish, progress_);
  EXPECT_THAT(files(), ElementsAre("fig.html", "fig.pdf", "in.mp4", "numbers.json", "out.png"));
  const nlohmann::json data = data_of(path("fig.html"));
  ASSERT_EQ(data.at("films").size(), 3U);
  EXPECT_EQ(data.at("states").size(), 3U * 2 * 2 * 3);
  std::int64_t end = -1;
  for (const auto& film : data.at("films")) {
    const auto frames = film.at("sourceFrames").get<std::vector<std::int64_t>>();
    EXPECT_GT(frames.front(), end);
    end = frames.back();
  }
  // It opens on the clip with the highest probability of the first target; tabs go on in time.
  const auto& axes = data.at("axes");
  ASSERT_EQ(axes.at(0).at("values").size(), 3U);
  const auto first = data.at("states").at(0).at("choice").at(0).get<std::size_t>();
  EXPECT_EQ(axes.at(0).at("values").at(first), begin_of_strongest(read("numbers.json"), 2));
  const auto sheet = open_source(path("out.png"))->next();
  EXPECT_EQ(sheet->picture->width, 1800);
  std::ifstream pdf(path("fig.pdf"), std::ios::binary);
  std::string head(5, '\0');
  pdf.read(head.data(), 5);
  EXPECT_EQ(head, "%PDF-");
}

TEST_F(Figures, TellTheProbabilitiesFromTheVideosBeginningToItsEnd) {
  const std::string video = make_video("in.mp4", "96x64", 100);  // 4 s; its centre clip from 1.84 s
  ExplainOptions wish = options("cam", {"fig.html"});
  wish.source.clips = "center";
  explain(video, wish, progress_);
  const std::string page = text_of(path("fig.html"));
  const std::size_t title = page.find(">probability over the video<");
  ASSERT_NE(title, std::string::npos);
  const std::string drawing = page.substr(title, page.find("</svg>", title) - title);
  EXPECT_THAT(drawing, HasSubstr(">0</text>"));
  EXPECT_THAT(drawing, HasSubstr(">4</text>"));
  EXPECT_THAT(drawing, Not(HasSubstr(">5</text>")));
}

TEST_F(Figures, OfAStillHaveOneFrameAndNoTime) {
  const Picture picture{
      .width = 80, .height = 60, .rgb = std::vector<std::uint8_t>(80 * 60 * 3, 120)};
  write_png(path("in.png"), picture, false);
  explain(path("in.png"), options("cam", {"fig.html", "sheet.png", "out.png"}), progress_);
  const nlohmann::json data = data_of(path("fig.html"));
  EXPECT_EQ(data.at("films").at(0).at("pictures").size(), 1U);
  EXPECT_EQ(data.at("states").size(), 3U);
  EXPECT_EQ(open_source(path("out.png"))->info().width, 6 * 80)
      << "a picture's .png is the picture";
  EXPECT_EQ(open_source(path("sheet.png"))->info().width, 1800);
}

TEST_F(Figures, AreTheSameWhateverTheBatch) {
  const std::string video = make_video("in.mp4", "96x64", 40);
  ExplainOptions one = options("grad_cam_pp", {"a.html"}),
                 four = options("grad_cam_pp", {"b.html"});
  one.run.batch = 1;
  four.run.batch = 4;
  one.figure_clips = four.figure_clips = 2;
  explain(video, one, progress_);
  explain(video, four, progress_);
  const auto frames = [&](const char* name) {
    std::vector<std::vector<std::int64_t>> all;
    const nlohmann::json data = data_of(path(name));
    for (const auto& film : data.at("films"))
      all.push_back(film.at("sourceFrames").get<std::vector<std::int64_t>>());
    return all;
  };
  EXPECT_EQ(frames("a.html"), frames("b.html"));
}

}  // namespace
}  // namespace praxiscope
