// The study fusion on a network whose answers are known: four classes by the signs of two streams.
#include "studies/fusion/text.h"
#include "studies/two_streams.h"

#include <gmock/gmock.h>
#include <nlohmann/json.hpp>

#include <algorithm>
#include <sstream>

namespace praxiscope::studies {
namespace {

using nlohmann::json;
using testing::clip_of;
using testing::ClipSet;
using ::testing::Contains;
using ::testing::ElementsAre;
using testing::FakeModel;
using testing::four_corners;
using ::testing::HasSubstr;
using testing::TwoStreams;

std::vector<std::vector<Clip>> corners() {
  return {{clip_of(1, 1)}, {clip_of(1, -1)}, {clip_of(-1, 1)}, {clip_of(-1, -1)}};
}

class Warnings : public Progress {
 public:
  void warn(const std::string& message) override { told.push_back(message); }
  std::vector<std::string> told;
};

void expect_narrow(const std::string& text) {
  std::istringstream lines(text);
  for (std::string line; std::getline(lines, line);) EXPECT_LE(line.size(), 100U) << line;
}

class FusionStudy : public ::testing::Test {
 protected:
  json run(const Model& model, StudyInputs& inputs,
           const std::map<std::string, std::string>& options = {}, std::uint64_t seed = 0) {
    const StudyInfo& study = find_study("fusion");
    const OptionValues values(study.command, study.options, options);
    findings_ = study.make(values, {}, progress_)
                    ->run({.model = model,
                           .inputs = inputs,
                           .batch = 3,
                           .seed = seed,
                           .journal = "",
                           .wants_figure = true,
                           .progress = progress_});
    return json::parse(findings_.json);
  }
  /// The message of the Error of this kind.
  std::string error_of(ErrorKind kind, const Model& model, std::vector<std::vector<Clip>> clips,
                       const std::map<std::string, std::string>& options = {}) {
    try {
      ClipSet inputs(std::move(clips));
      run(model, inputs, options);
    } catch (const Error& error) {
      EXPECT_EQ(error.kind(), kind) << error.what();
      return error.what();
    }
    return "no error";
  }
  Findings findings_;
  Warnings progress_;
};

TEST_F(FusionStudy, SharesASumExactly) {
  ClipSet inputs(corners());
  const json found = run(*four_corners(3), inputs);
  EXPECT_EQ(found["streams"], json({"rgb", "flow"}));
  ASSERT_EQ(found["clips"].size(), 4U);
  for (const json& clip : found["clips"]) {
    const json& logit = clip["fills"]["mean"]["logit"];
    EXPECT_EQ(logit["values"], json({{"neither", 0}, {"first", 3}, {"second", 1}, {"both", 4}}));
    EXPECT_EQ(logit["shapley"], json({{"first", 3},
                                      {"second", 1},
                                      {"interaction", 0},
                                      {"total", 4},
                                      {"first_share", 0.75}}));
    EXPECT_EQ(clip["fills"]["zero"], clip["fills"]["mean"]) << "the set's mean is 0";
    EXPECT_EQ(clip["fills"]["frozen"]["logit"]["shapley"]["first"], 0) << "nothing moves";
    EXPECT_TRUE(clip["fills"]["frozen"]["logit"]["shapley"]["first_share"].is_null());
  }
  EXPECT_EQ(found["clips"][1]["label"], "+-");
  EXPECT_EQ(found["all"]["fills"]["mean"]["logit"]["first_share"]["mean"], 0.75);
  EXPECT_EQ(found["all"]["fills"]["mean"]["logit"]["first"]["low"], 3);
  EXPECT_EQ(found["classes"].size(), 4U);
  EXPECT_FALSE(found["classes"][0]["fills"]["mean"]["logit"]["first"].contains("low"))
      << "one input says nothing about others";
}

TEST_F(FusionStudy, SaysWhichStreamTellsTwoClassesApart) {
  ClipSet inputs(corners());
  const json shares = run(*four_corners(3), inputs)["contrasts"]["first_share"];
  // ++, +-, -+, --: those that differ in the second sign are told apart by stream 2 alone.
  EXPECT_TRUE(shares[0][0].is_null());
  EXPECT_EQ(shares[0][1], 0);
  EXPECT_EQ(shares[0][2], 1);
  EXPECT_EQ(shares[0][3], 0.75);
  EXPECT_EQ(shares[1][2], 0.75);
  EXPECT_EQ(shares[3][2], 0);
}

TEST_F(FusionStudy, SwapsStreamsOfAllPairs) {
  ClipSet inputs(corners());
  const json swap = run(*four_corners(), inputs)["swap"];
  EXPECT_EQ(swap["pairs"], 12);
  const json none, no = 0.0, yes = 1.0;
  EXPECT_EQ(
      swap["matrix"]["first"],
      json({{none, no, yes, no}, {no, none, no, yes}, {yes, no, none, no}, {no, yes, no, none}}));
  EXPECT_EQ(
      swap["matrix"]["second"],
      json({{none, yes, no, no}, {yes, none, no, no}, {no, no, none, yes}, {no, no, yes, none}}));
  EXPECT_EQ(swap["matrix"]["neither"][0][3], 1.0);
  EXPECT_EQ(swap["matrix"]["pairs"][2], json({1.0, 1.0, 0.0, 1.0}));
  for (const char* who : {"first", "second", "neither"}) {
    EXPECT_NEAR(swap[who]["mean"].get<double>(), 1.0 / 3, 1e-12);
    EXPECT_LT(swap[who]["low"].get<double>(), 1.0 / 3);
    EXPECT_GT(swap[who]["high"].get<double>(), 1.0 / 3);
  }
  for (const json& answer : swap["answers"]) EXPECT_NE(answer["first"], answer["second"]);
}

TEST_F(FusionStudy, SortsTheUnitsWhereStreamsJoin) {
  ClipSet inputs(corners());
  const json found = run(*four_corners(), inputs);
  EXPECT_EQ(found["layer"]["name"], "join.relu");
  EXPECT_EQ(found["layer"]["cells"], json({4, 8, 8}));
  EXPECT_EQ(
      found["kinds"],
      json({{"both", 1}, {"first", 1}, {"second", 1}, {"either", 1}, {"faint", 0}, {"dead", 1}}));
  EXPECT_THAT(findings_.text, HasSubstr("left out: 0 hardly driven (below 2 % of the strongest "
                                        "unit's drive), 1 dead"));
  ASSERT_EQ(found["units"].size(), 5U);
  const json& product = found["units"][0];
  EXPECT_EQ(product["channel"], 2);
  EXPECT_EQ(product["kind"], "both");
  EXPECT_EQ(product["synergy"], 1.0);
  EXPECT_EQ(product["classes_used"], 1.0);
  EXPECT_EQ(product["clips"][0]["clip"], 0) << "++ drives it";
  EXPECT_EQ(found["units"][1]["channel"], 0);
  EXPECT_EQ(found["units"][1]["classes_used"], 2.0) << "++ and +-";
  EXPECT_EQ(found["units"][3]["kind"], "either");
  EXPECT_EQ(found["units"][3]["synergy"], -1.0);
  EXPECT_EQ(found["units"][4]["kind"], "dead");
}

TEST_F(FusionStudy, ReplacesByTheMeanOfTheSetNotOfTheClip) {
  ClipSet two({{clip_of(1, 1)}, {clip_of(3, 1)}});
  const json found = run(*four_corners(), two);
  EXPECT_EQ(found["set_mean"], json({{2.0}, {1.0}}));
  const auto first = [&](const json& all, std::size_t clip, const char* fill) {
    return all["clips"][clip]["fills"][fill]["logit"]["shapley"]["first"].get<double>();
  };
  EXPECT_DOUBLE_EQ(first(found, 0, "mean"), -1) << "1 where 2 is usual";
  EXPECT_DOUBLE_EQ(first(found, 1, "mean"), 1);
  EXPECT_DOUBLE_EQ(first(found, 0, "zero"), 1);
  ClipSet one({{clip_of(1, 1)}});
  EXPECT_DOUBLE_EQ(first(run(*four_corners(), one), 0, "mean"), 0) << "its own mean";
  EXPECT_EQ(json::parse(findings_.json)["swap"]["pairs"], 0);
}

TEST_F(FusionStudy, ExplainsContrastsAndFixedClasses) {
  ClipSet inputs(corners());
  const json found = run(*four_corners(3), inputs, {{"target", "+--++"}});
  const json& logit = found["clips"][0]["fills"]["mean"]["logit"];
  EXPECT_EQ(logit["values"]["both"], -2 * 1 + 0 * 3) << "+- against ++ for a ++";
  EXPECT_EQ(logit["shapley"]["first"], 0);
  EXPECT_EQ(logit["shapley"]["second"], -2);
  const json fixed = run(*four_corners(3), inputs, {{"target", "-+"}});
  EXPECT_EQ(fixed["clips"][0]["fills"]["mean"]["logit"]["shapley"]["first"], -3);
  EXPECT_EQ(fixed["clips"][0]["label"], "++")
      << "clips are still sorted by what they are taken for";
}

TEST_F(FusionStudy, GivesTheSameForTheSameSeedAndAnyBatch) {
  ClipSet pairs(corners(), 2), singles(corners(), 1);
  const std::map<std::string, std::string> options{{"pairs", "5"}};
  const json found = run(*four_corners(), pairs, options, 4);
  EXPECT_EQ(found["swap"]["pairs"], 5);
  EXPECT_EQ(run(*four_corners(), singles, options, 4), found);
  EXPECT_NE(run(*four_corners(), singles, options, 5)["swap"]["answers"], found["swap"]["answers"]);
}

TEST_F(FusionStudy, LeavesOutUnitsWhereNoLayerJoins) {
  const TwoStreams late({{"rgb_net", "Conv3d"}, {"flow_net", "Conv3d"}},
                        [](const std::vector<at::Tensor>& x, const testing::Keep& keep) {
                          const at::Tensor sum = keep("rgb_net", x[0]).mean({2, 3, 4}) +
                                                 keep("flow_net", x[1]).mean({2, 3, 4});
                          return at::cat({sum, -sum}, 1);
                        },
                        {"up", "down"});
  ClipSet inputs({{clip_of(1, 1)}, {clip_of(-1, -3)}});
  const json found = run(late, inputs);
  EXPECT_TRUE(found["layer"].is_null());
  EXPECT_TRUE(found["units"].empty());
  EXPECT_EQ(found["clips"][0]["fills"]["zero"]["logit"]["shapley"]["first"], 1.0);
  EXPECT_THAT(progress_.told, Contains(HasSubstr("no layer with time and space depends on both")));
  EXPECT_EQ(findings_.figure.states.size(), 1U);
}

TEST_F(FusionStudy, WarnsOfALayerOfOneStream) {
  ClipSet inputs(corners());
  const json found = run(*four_corners(), inputs, {{"layer", "rgb_net"}});
  EXPECT_EQ(found["layer"]["name"], "rgb_net");
  EXPECT_EQ(found["units"][0]["kind"], "first");
  EXPECT_THAT(progress_.told, Contains(HasSubstr("\"rgb_net\": no channel depends on both")));
}

TEST_F(FusionStudy, NamesWhatItCannotDo) {
  const auto model = four_corners();
  EXPECT_THAT(error_of(ErrorKind::kUsage, *model, corners(), {{"target", "unit:join:0"}}),
              HasSubstr("expected top, one class or A-B"));
  EXPECT_THAT(error_of(ErrorKind::kUsage, *model, corners(), {{"target", "top3"}}),
              HasSubstr("expected top, one class or A-B"));
  EXPECT_THAT(error_of(ErrorKind::kUsage, *model, corners(), {{"pairs", "-1"}}),
              HasSubstr("expected 0 to 10000"));
  EXPECT_THAT(error_of(ErrorKind::kUsage, *model, corners(), {{"units", "51"}}),
              HasSubstr("expected 0 to 50"));
  EXPECT_THAT(error_of(ErrorKind::kUsage, *model, corners(), {{"fill", "pink"}}),
              HasSubstr("pink"));
  EXPECT_THAT(error_of(ErrorKind::kModel, FakeModel({"rgb"}, nullptr), corners()),
              HasSubstr("expected two streams"));
  EXPECT_THAT(error_of(ErrorKind::kInput, *model, {{}}), HasSubstr("cannot read 0.mp4"));
  EXPECT_THAT(error_of(ErrorKind::kInput, *model, {}), HasSubstr("no clip found"));
}

TEST_F(FusionStudy, AnswersForTheInputsThatCanBeRead) {
  ClipSet inputs({{clip_of(1, 1)}, {}, {clip_of(-1, 1)}});
  const json found = run(*four_corners(), inputs);
  EXPECT_EQ(found["clips"].size(), 2U);
  EXPECT_EQ(found["clips"][1]["input"], "2.mp4");
  EXPECT_THAT(found["failed"], ElementsAre("cannot read 1.mp4"));
}

TEST_F(FusionStudy, StopsWhenItIsAskedTo) {
  ClipSet inputs(corners());
  progress_.cancel();
  try {
    run(*four_corners(), inputs);
    FAIL() << "went on";
  } catch (const Error& error) {
    EXPECT_EQ(error.kind(), ErrorKind::kCancelled);
  }
  EXPECT_EQ(inputs.walks, 1);
}

TEST_F(FusionStudy, DrawsStreamsSideBySideAndTellsTables) {
  std::vector<std::vector<Clip>> clips = corners();
  for (auto& input : clips)  // pictures have three channels
    for (ClipInput& stream : input[0].inputs) stream.tensor = stream.tensor.expand({3, 4, 8, 8});
  ClipSet inputs(clips);
  const json found = run(*four_corners(), inputs, {{"units", "3"}});
  const Figure& figure = findings_.figure;
  ASSERT_EQ(figure.axes.size(), 2U);
  EXPECT_EQ(figure.axes[0].values.size(), 4U);
  EXPECT_GT(figure.states.size(), 3U);
  EXPECT_EQ(figure.states.front().choice, (std::vector<int>{0, 0}));
  ASSERT_FALSE(figure.films.empty());
  EXPECT_EQ(figure.films[0].pictures.size(), 4U);
  EXPECT_EQ(figure.pictures[0].width, 570) << "two of 280 px and 10 between";
  ASSERT_FALSE(figure.maps.empty());
  EXPECT_EQ(figure.maps[0].width, 57);
  EXPECT_TRUE(std::isnan(figure.maps[0].values[28])) << "nothing between the streams";
  EXPECT_THAT(figure.states.back().caption, HasSubstr("the same map over both"));
  expect_narrow(findings_.text);
  EXPECT_THAT(findings_.text, HasSubstr("Swap test"));
  EXPECT_THAT(findings_.text, HasSubstr("both streams"));
}

TEST_F(FusionStudy, TellsTheIntervalOfEveryNumber) {
  ClipSet inputs(corners());
  json found = run(*four_corners(3), inputs);
  EXPECT_THAT(findings_.text, HasSubstr("3 to 3"));
  json& logit = found["all"]["fills"]["mean"]["logit"];
  const auto set = [&](double mean, double low, double high) {
    logit["first"] = {{"mean", mean}, {"low", low}, {"high", high}};
    logit["neither"]["mean"] = mean;
    const std::string text = fusion_text(found);
    expect_narrow(text);
    return text;
  };
  EXPECT_THAT(set(-1.234, -3.456, -0.123), HasSubstr("-3.46 to -0.123 "));
  EXPECT_THAT(set(-0.0123, -0.03456, -0.001234), HasSubstr("-0.035 to -0.0012 "));
  EXPECT_THAT(set(-1234.5, -3456, 12.34), HasSubstr("-3.46e+03 to 12.3 "));
  EXPECT_THAT(set(-1.234e-5, -3.456e-5, -1.234e-6), HasSubstr("-3.5e-05..-1.2e-06 "));
}

TEST_F(FusionStudy, TellsColumnsThatAddUpAndSharesInPercent) {
  ClipSet inputs(corners());
  run(*four_corners(3), inputs);
  EXPECT_THAT(findings_.text, HasSubstr("neither + rgb + flow = both"));
  EXPECT_THAT(findings_.text, HasSubstr("75 %"));
  bool has_table = false;
  for (const FigurePanel& panel : findings_.figure.panels) {
    if (const auto* matrix = std::get_if<MatrixPanel>(&panel.content)) {
      EXPECT_EQ(matrix->scale.hi, 100);
      EXPECT_THAT(matrix->values, Contains(100));
      EXPECT_THAT(matrix->title, HasSubstr(", %"));
    }
    const auto* table = std::get_if<TablePanel>(&panel.content);
    if (table == nullptr || table->columns.at(1) != "clips") continue;
    has_table = true;
    EXPECT_THAT(table->columns, ElementsAre("class", "clips", "neither", "rgb", "flow", "both",
                                            "together", "rgb share"));
    EXPECT_THAT(table->rows.back(), ElementsAre("all", "4", "0", "3 (3 to 3)", "1 (1 to 1)", "4",
                                                "0", "75 % (75 % to 75 %)"));
  }
  EXPECT_TRUE(has_table);
}

}  // namespace
}  // namespace praxiscope::studies
