// The study maximization on networks whose answers are known.
#include "studies/maximizing.h"

#include <gmock/gmock.h>
#include <nlohmann/json.hpp>
#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <sstream>

namespace praxiscope::studies {
namespace {

namespace fs = std::filesystem;

TEST_F(MaximizationStudy, TellsWhatEveryResultReaches) {
  ClipSet inputs({{clip_of(0.2, 0.3), clip_of(0.5, -1, 1)}, {clip_of(0.9, 0.9)}});
  const json told =
      run(inputs, {{"class", "bright"}, {"speed", "slow,free"}, {"clips-shown", "2"}});
  ASSERT_EQ(told["sought"].size(), 1U);
  const json& one = told["sought"][0];
  EXPECT_EQ(one["kind"], "class");
  EXPECT_EQ(one["a_hat_from"], "clips");
  EXPECT_NEAR(one["a_hat"].get<double>(), 0.9, 1e-6);
  ASSERT_EQ(one["clips"].size(), 2U);
  EXPECT_EQ(one["clips"][0]["input"], "1.mp4");
  EXPECT_NEAR(one["clips"][1]["value"].get<double>(), 0.5, 1e-6) << "the better one of two";
  // Slow, free, then either stream alone; white is the most there is.
  ASSERT_EQ(one["results"].size(), 4U);
  for (const json& result : one["results"]) {
    EXPECT_EQ(result["answer"], "bright");
    EXPECT_LE(result["score"].get<double>(), 1 + 1e-5);
  }
  EXPECT_GT(one["results"][1]["score"].get<double>(), 0.3);
  EXPECT_GT(one["results"][2]["score"].get<double>(), 0.3);
  EXPECT_EQ(one["results"][2]["alone"], "rgb");
  EXPECT_NEAR(one["results"][3]["score"].get<double>(), 1.6 / 3, 1e-3) << "RGB at its mean";
  EXPECT_THAT(findings_.text, HasSubstr("flow alone"));
  std::istringstream lines(findings_.text);
  for (std::string line; std::getline(lines, line);) EXPECT_LE(line.size(), 100U) << line;
}

TEST_F(MaximizationStudy, ClipsOfOtherClassesMeasureNothing) {
  ClipSet inputs({{clip_of(0.9, 0.1)}});
  const json told = run(inputs, {{"class", "bright,moves"}, {"speed", "free"}, {"alone", "off"}});
  EXPECT_EQ(told["sought"][0]["a_hat_from"], "clips");
  EXPECT_EQ(told["sought"][1]["a_hat_from"], "free steps") << "the clip is taken for bright";
  EXPECT_GT(told["sought"][1]["a_hat"].get<double>(), 0.2) << "not the clip's 0.05";
}

TEST_F(MaximizationStudy, ResultsThatDifferMustShareABatch) {
  model_.batch = 2;
  const std::map<std::string, std::string> wish{
      {"unit", "join:0"}, {"speed", "free"}, {"count", "3"}, {"diversity", "1"}};
  const std::string said = error_of(wish);
  EXPECT_THAT(said, HasSubstr("diversity: found a count of 3, expected 2 at most"));
}

TEST_F(MaximizationStudy, AUnitOfBothStreamsNeedsBoth) {
  ClipSet inputs({{clip_of(0.1, -0.1)}});  // the mean flow goes left: nothing for the unit
  const json told = run(inputs, {{"unit", "join:0"}, {"speed", "medium"}, {"place", "mean"}});
  const json& one = told["sought"][0];
  EXPECT_EQ(one["kind"], "channel");
  EXPECT_EQ(one["layer"], "join");
  ASSERT_EQ(one["clips"][0]["cell"].size(), 3U);
  const double joint = one["results"][0]["score"];
  EXPECT_GT(joint, 0.3);
  EXPECT_NEAR(one["results"][1]["score"].get<double>(), 0, 1e-3) << "RGB with flow to the left";
  EXPECT_GT(one["results"][2]["score"].get<double>(), 0.1) << "flow with a little light";
}

TEST_F(MaximizationStudy, WorksWithoutClips) {
  ClipSet inputs({});
  const json told =
      run(inputs, {{"class", "all"}, {"speed", "free"}, {"alone", "off"}, {"count", "2"}});
  ASSERT_EQ(told["sought"].size(), 3U);
  EXPECT_EQ(told["sought"][2]["name"], "both, joined");
  for (const json& one : told["sought"]) {
    EXPECT_EQ(one["a_hat_from"], "free steps") << "this network is never sure";
    EXPECT_GT(one["a_hat"].get<double>(), 0);
    EXPECT_EQ(one["results"].size(), 2U) << "two optima";
  }
  EXPECT_FALSE(told["stopped"].get<bool>());
}

TEST_F(MaximizationStudy, LabelsMayHoldCommas) {
  ClipSet inputs({});
  const std::map<std::string, std::string> quick = {
      {"speed", "free"}, {"alone", "off"}, {"steps", "2"}};
  auto options = quick;
  options["class"] = "both, joined";
  EXPECT_EQ(run(inputs, options)["sought"].size(), 1U);
  options["class"] = "bright,moves-bright";
  const json two = run(inputs, options);
  ASSERT_EQ(two["sought"].size(), 2U);
  EXPECT_EQ(two["sought"][1]["kind"], "contrast");
}

TEST_F(MaximizationStudy, ShowsPlatesAndTheClipsThatDriveThem) {
  ClipSet inputs({{clip_of(0.2, 0.3)}, {clip_of(0.9, 0.9)}});
  run(inputs, {{"class", "bright,moves"}, {"speed", "slow,free"}});
  const Figure& figure = findings_.figure;
  ASSERT_EQ(figure.axes.size(), 2U);
  EXPECT_EQ(figure.axes[0].values, (std::vector<std::string>{"all", "bright", "moves"}));
  // The index; of either class the results, either stream alone, two clips.
  ASSERT_EQ(figure.states.size(), 1 + 2U * (1 + 1 + 2));
  EXPECT_THAT(figure.states[1].caption, HasSubstr("bright"));
  EXPECT_EQ(figure.states[1].choice, (std::vector<int>{1, 0}));
}

TEST_F(MaximizationStudy, AnIndexLeadsToEveryPlate) {
  ClipSet inputs({});
  run(inputs, {{"class", "all"}, {"speed", "free"}, {"alone", "off"}, {"steps", "2"}});
  const Figure& figure = findings_.figure;
  ASSERT_EQ(figure.states.size(), 1 + 3U);
  EXPECT_FALSE(make_html(figure).empty()) << "index and plates have one layout";
  for (const PanelId id : figure.states[0].panels) {
    const auto* const bars =
        std::get_if<BarsPanel>(&figure.panels[static_cast<std::size_t>(id)].content);
    if (bars == nullptr) continue;
    ASSERT_EQ(bars->bars.size(), 3U);
    for (int i = 0; i < 3; ++i) {
      const BarsPanel::Bar& bar = bars->bars[static_cast<std::size_t>(i)];
      EXPECT_EQ(figure.states.at(static_cast<std::size_t>(bar.state)).choice,
                (std::vector<int>{i + 1, 0}));
    }
    return;
  }
  FAIL() << "no bars on the index";
}

TEST_F(MaximizationStudy, UnitsOfLayersStandInAMatrix) {
  ClipSet inputs({});
  const json told = run(inputs, {{"unit", "join:0,join:all"},
                                 {"place", "mean"},
                                 {"speed", "free"},
                                 {"alone", "off"},
                                 {"steps", "2"}});
  ASSERT_EQ(told["sought"].size(), 2U);
  const Figure& figure = findings_.figure;
  const auto& under = figure.panels[static_cast<std::size_t>(figure.states[0].panels[1])];
  const auto& matrix = std::get<MatrixPanel>(under.content);
  EXPECT_EQ(matrix.rows, (std::vector<std::string>{"join: 0 to 0"}));
  ASSERT_EQ(matrix.states.size(), 2U);
  EXPECT_EQ(matrix.states[1], 2);
}

TEST_F(MaximizationStudy, RealClipsStandBesideResultsWithTheirTubes) {
  ClipSet inputs({{clip_of(0.2, 0.3)}, {clip_of(0.9, 0.9)}});
  const json told = run(inputs, {{"unit", "join:0"}, {"speed", "free"}, {"clips-shown", "1"}});
  const json& tubes = told["sought"][0]["clips"][0]["tubes"];
  // A cell of "join" is made of the voxel at its place in either stream.
  const json cell = told["sought"][0]["clips"][0]["cell"];
  for (const char* stream : {"rgb", "flow"}) {
    for (std::size_t axis = 0; axis < 3; ++axis) {
      const json& span = tubes[stream]["effective"][std::string(1, "tyx"[axis])];
      EXPECT_EQ(span[0], cell[axis]) << stream;
      EXPECT_EQ(span[1], cell[axis].get<int>() + 1) << stream;
    }
    EXPECT_TRUE(tubes[stream]["theoretical"].is_null()) << "not known of this network";
  }
  // One speed and one clip side by side: wider than two results alone would be high.
  const FigureFilm& plate = findings_.figure.films.front();
  const FigurePicture& picture =
      findings_.figure.pictures[static_cast<std::size_t>(plate.pictures.front())];
  EXPECT_GT(picture.width, 2 * 250);
}

TEST_F(MaximizationStudy, FollowsADirectionOfALayer) {
  const fs::path path = fs::path(::testing::TempDir()) / "direction.txt";
  std::ofstream(path) << "# against the unit, and with it\n-2\n\n 0.5\n";
  ClipSet inputs({});
  const json told = run(inputs, {{"direction", "join:" + path.string()},
                                 {"place", "mean"},
                                 {"speed", "free"},
                                 {"alone", "off"}});
  ASSERT_EQ(told["sought"].size(), 2U);
  EXPECT_EQ(told["sought"][0]["kind"], "direction");
  EXPECT_EQ(told["sought"][0]["name"], "join:direction.txt 1");
  EXPECT_NEAR(told["sought"][0]["results"][0]["score"].get<double>(), 0, 0.05) << "it is never < 0";
  EXPECT_GT(told["sought"][1]["results"][0]["score"].get<double>(), 0.3);
  std::ofstream(path) << "1 2\n";
  EXPECT_THAT(error_of({{"direction", "join:" + path.string()}}),
              HasSubstr("found 2 numbers, expected 1: one a channel of layer \"join\""));
  std::ofstream(path) << "1 two\n";
  EXPECT_THAT(error_of({{"direction", "join:" + path.string()}}),
              HasSubstr("line 1: found \"two\", expected numbers"));
  EXPECT_THAT(error_of({{"direction", "join"}}), HasSubstr("expected LAYER:FILE"));
  EXPECT_THAT(error_of({{"direction", "join:/nowhere.txt"}}), HasSubstr("cannot read"));
  fs::remove(path);
}

TEST_F(MaximizationStudy, GoesOnWhereItWasStopped) {
  class Counting : public Progress {
   public:
    void begin(const std::string& stage, std::optional<std::int64_t> total) override {
      stage_ = stage;
      if (stage == "steps") total_ = total.value_or(0);
    }
    void advance(std::int64_t) override {
      if (stage_ == "steps" && ++steps_ == stop_at_) cancel();
    }
    std::string stage_;
    std::int64_t steps_ = 0, total_ = 0, stop_at_ = -1;
  };
  const std::string journal =
      (fs::path(::testing::TempDir()) / ("maximize" + std::to_string(::getpid()))).string();
  const auto search = [&](Counting& counting, const std::string& noted) {
    ClipSet inputs({});
    const StudyInfo& study = find_study("maximization");
    const OptionValues values(
        study.command, study.options,
        {{"class", "all"}, {"speed", "slow,free"}, {"alone", "off"}, {"steps", "10"}});
    findings_ = study.make(values, {}, counting)
                    ->run({.model = model_,
                           .inputs = inputs,
                           .batch = 2,
                           .seed = 1,
                           .journal = noted,
                           .wants_figure = true,
                           .progress = counting});
    return json::parse(findings_.json);
  };
  Counting first, second, whole;
  first.stop_at_ = 15;
  const json stopped = search(first, journal);
  EXPECT_TRUE(stopped["stopped"].get<bool>());
  EXPECT_TRUE(findings_.goes_on);
  EXPECT_EQ(first.total_, 60);
  const json rest = search(second, journal), once = search(whole, "");
  EXPECT_EQ(second.total_, 40) << "the batch that was done is not done again";
  EXPECT_FALSE(rest["stopped"].get<bool>());
  EXPECT_FALSE(findings_.goes_on);
  // As a run that was never stopped tells it.
  EXPECT_EQ(rest["sought"].dump(), once["sought"].dump());
  for (const char* ending : {"", ".clips"}) fs::remove(journal + ending);
}

TEST_F(MaximizationStudy, KeepsWhatItHasWhenItIsStopped) {
  class Stopping : public Progress {
   public:
    void begin(const std::string& stage, std::optional<std::int64_t>) override { stage_ = stage; }
    void advance(std::int64_t) override {
      if (stage_ == "steps" && ++steps_ == 5) cancel();
    }
    std::string stage_;
    int steps_ = 0;
  } stopping;
  ClipSet inputs({{clip_of(0.9, 0.9)}});
  const StudyInfo& study = find_study("maximization");
  const OptionValues values(study.command, study.options,
                            {{"class", "bright,moves"}, {"jitter", "0.125"}});
  const Findings found = study.make(values, {}, stopping)
                             ->run({.model = model_,
                                    .inputs = inputs,
                                    .batch = 2,
                                    .seed = 1,
                                    .journal = "",
                                    .wants_figure = true,
                                    .progress = stopping});
  const json told = json::parse(found.json);
  EXPECT_TRUE(told["stopped"].get<bool>());
  ASSERT_EQ(told["sought"][0]["results"].size(), 2U) << "the batch that had begun";
  EXPECT_EQ(told["sought"][0]["results"][0]["steps"], 5);
  EXPECT_TRUE(told["sought"][1]["results"].empty());
  // No tab leads to a clip that was not fetched, no page to what was not looked for yet.
  EXPECT_THAT(found.figure.axes[1].values, ::testing::Not(::testing::Contains("strongest clip")));
  ASSERT_EQ(found.figure.states.size(), 2U) << "the index and one plate";
  EXPECT_EQ(found.figure.states[1].choice[0], 1);
}

}  // namespace
}  // namespace praxiscope::studies
