// The study maximization on networks whose answers are known.
#include "studies/two_streams.h"

#include <gmock/gmock.h>
#include <nlohmann/json.hpp>

#include <sstream>

namespace praxiscope::studies {
namespace {

using nlohmann::json;
using testing::ClipSet;
using ::testing::HasSubstr;
using testing::Keep;
using testing::TwoStreams;

/// A clip of 4 frames of 8x8 px: RGB `first` and flow `second` everywhere.
Clip clip_of(double first, double second, std::int64_t index = 0) {
  Clip clip = testing::clip_of(first, second, index);
  clip.inputs[0].tensor = at::full({3, 4, 8, 8}, first, at::kFloat);
  clip.inputs[1].tensor = at::full({2, 4, 8, 8}, second, at::kFloat);
  return clip;
}

/// Layer "join" [N,1,4,8,8]: the root of (RGB's mean colour) x (flow to the right), both where
/// positive. Logit "bright" is the mean of RGB, "moves" of flow, "both" of join.
TwoStreams joined() {
  TwoStreams model(
      {{"join", "Join"}},
      [](const std::vector<at::Tensor>& inputs, const Keep& keep) {
        const at::Tensor rgb = inputs[0].mean(1, true);
        const at::Tensor flow = inputs[1].narrow(1, 0, 1);
        const at::Tensor join = keep("join", (rgb.clamp_min(0) * flow.clamp_min(0) + 1e-12).sqrt());
        return at::cat({rgb.mean({2, 3, 4}), flow.mean({2, 3, 4}), join.mean({2, 3, 4})}, 1);
      },
      {"bright", "moves", "both, joined"});
  for (InputSpec& spec : model.manifest().inputs) {
    spec.preparation.range = {-1, 1};
    spec.preparation.crop = Size{8, 8};
  }
  InputSpec& flow = model.manifest().inputs[1];
  flow.kind = InputKind::kFlow;
  flow.preparation.mean = {0, 0};
  flow.preparation.std = {1, 1};
  return model;
}

class MaximizationStudy : public ::testing::Test {
 protected:
  json run(StudyInputs& inputs, std::map<std::string, std::string> options) {
    options.try_emplace("steps", "40");
    options.try_emplace("jitter", "1");
    options.try_emplace("canvas", "pixels");  // even colours are one wave of many: slow to paint
    const StudyInfo& study = find_study("maximization");
    const OptionValues values(study.command, study.options, options);
    findings_ = study.make(values, {}, progress_)
                    ->run({.model = model_,
                           .inputs = inputs,
                           .batch = 3,
                           .seed = 1,
                           .journal = "",
                           .wants_figure = true,
                           .progress = progress_});
    return json::parse(findings_.json);
  }
  std::string error_of(const std::map<std::string, std::string>& options) {
    try {
      ClipSet inputs({});
      run(inputs, options);
    } catch (const Error& error) {
      EXPECT_EQ(error.kind(), ErrorKind::kUsage);
      return error.what();
    }
    return "nothing was thrown";
  }

  const TwoStreams model_ = joined();
  Progress progress_;
  Findings findings_;
};

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
    EXPECT_EQ(one["a_hat_from"], "free steps");
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
  EXPECT_EQ(figure.axes[0].values, (std::vector<std::string>{"bright", "moves"}));
  // Of either class: the results, either stream alone, two clips.
  EXPECT_EQ(figure.states.size(), 2U * (1 + 1 + 2));
  EXPECT_THAT(figure.states[0].caption, HasSubstr("bright"));
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
                            {{"class", "bright,moves"}, {"jitter", "1"}});
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
  ASSERT_EQ(found.figure.states.size(), 1U);
  EXPECT_EQ(found.figure.states[0].choice[0], 0);
}

TEST_F(MaximizationStudy, SaysWhatIsWrong) {
  EXPECT_EQ(error_of({}),
            "maximize: found nothing to look for, expected --class LABEL or --unit LAYER:CHANNEL");
  EXPECT_THAT(error_of({{"class", "brigth"}}), HasSubstr("did you mean \"bright\"?"));
  EXPECT_EQ(error_of({{"unit", "join"}}),
            "maximize: option unit: found \"join\", expected LAYER:CHANNEL, as in layer4.0:17 or "
            "layer4.0:3,17,40-47");
  EXPECT_THAT(error_of({{"unit", "join:7"}}), HasSubstr("maximize: layer \"join\": channels"));
  EXPECT_EQ(error_of({{"class", "bright"}, {"speed", "slow,fsat"}}),
            "maximize: option speed: found \"fsat\", expected slow, medium, fast or free, several "
            "with commas; did you mean \"fast\"?");
  EXPECT_THAT(error_of({{"class", "bright"}, {"stream", "audio"}}),
              HasSubstr("no stream \"audio\""));
  EXPECT_EQ(error_of({{"class", "bright"}, {"from", "clip"}}),
            "maximize: option from: found \"clip\" and no clip, expected an INPUT");
  EXPECT_EQ(error_of({{"class", "bright"}, {"steps", "0"}}),
            "maximize: option steps: found 0, expected 1 to 100000");
}

}  // namespace
}  // namespace praxiscope::studies
