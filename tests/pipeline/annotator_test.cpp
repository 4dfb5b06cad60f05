// What is said of every source frame: which clips its maps are of, titles, bars, colour scales, and
// that none of it depends on how the stream was cut into chunks.
#include "pipeline/annotator.h"

#include "methods/fake_model.h"
#include "pipeline/report.h"

#include "praxiscope/error.h"

#include <ATen/ATen.h>
#include <fmt/format.h>
#include <gmock/gmock.h>

#include <cmath>

namespace praxiscope {
namespace {

using ::testing::ElementsAre;
using testing::FakeModel;

constexpr float kNan = std::numeric_limits<float>::quiet_NaN();

/// Frames that all share one black picture, 25 a second.
class PlainSource : public FrameSource {
 public:
  PlainSource(Size size, std::int64_t frames) : frames_(frames) {
    auto picture = std::make_shared<Picture>();
    picture->width = size.width;
    picture->height = size.height;
    picture->rgb.resize(static_cast<std::size_t>(3) * size.width * size.height);
    picture_ = picture;
    info_.frame_rate = Rational::of(25);
  }
  const MediaInfo& info() const override { return info_; }
  std::optional<Frame> next() override {
    if (given_ == frames_) return std::nullopt;
    const std::int64_t i = given_++;
    return Frame{
        .picture = picture_, .pts = Rational(i, 25), .duration = Rational(1, 25), .index = i};
  }
  std::vector<std::string> take_warnings() override { return {}; }

 private:
  MediaInfo info_;
  std::shared_ptr<const Picture> picture_;
  std::int64_t frames_, given_ = 0;
};

/// Classes "zero" to "nine", one input of 8 frames, looked at as 4x4 px.
std::unique_ptr<FakeModel> ten_classes() {
  auto model = testing::gap_network();
  model->labels() = {"zero", "one", "two",   "three", "four",
                     "five", "six", "seven", "eight", "nine"};
  model->manifest().inputs[0].frames = 8;
  model->manifest().inputs[0].preparation.exact = Size{4, 4};
  return model;
}

Target class_target(std::int64_t index) {
  Target target;
  target.class_index = index;
  return target;
}

/// What is asked of a video.
struct Wish {
  Size size{36, 64};
  std::int64_t frames = 100;
  std::string clips = "sliding";
  int hop = 4, batch = 1;
  std::string methods = "grad_cam", target = "top";
  AnnotatorOptions options{};
};

/// What network and methods say of a clip: its targets, and of each map the value of all its cells.
struct Answer {
  std::vector<Target> targets{};
  std::vector<double> values{};
  std::vector<float> probabilities = {0.30F, 0.20F, 0.15F, 0.10F, 0.08F,
                                      0.06F, 0.05F, 0.03F, 0.02F, 0.01F};
  bool is_signed = false;
};
using Answers = std::function<Answer(const Clip&)>;

/// The first maps are of class `clip index % 3`, with 10 times that class as value.
Answer three_classes(const Clip& clip) {
  const std::int64_t index = clip.index % 3;
  return {.targets = {class_target(index)}, .values = {10.0 * static_cast<double>(index)}};
}

ClipResult result_of(Clip clip, const Answer& answer) {
  ClipResult result;
  result.probabilities = at::tensor(answer.probabilities);
  result.logits = result.probabilities.log();
  result.targets = answer.targets;
  for (std::size_t i = 0; i < answer.values.size(); ++i) {
    Attribution map;
    map.method = "grad_cam";
    map.layer = "features";
    map.input = clip.inputs.at(i % clip.inputs.size()).name;
    map.target = answer.targets.at(i % answer.targets.size());
    map.is_signed = answer.is_signed;
    const auto frames = static_cast<std::int64_t>(clip.inputs.at(0).frames.size());
    map.volume = at::full({frames, 4, 4}, answer.values[i]);
    result.attributions.push_back(std::move(map));
  }
  result.clip = std::move(clip);
  return result;
}

struct Shown {
  std::vector<AnnotatedFrame> frames;
  std::size_t most_held = 0;
  int tiles = 0;
};

Shown show(const Wish& wish, const Model& model, const Answers& answers) {
  PlainSource source(wish.size, wish.frames);
  ClipSampling sampling = parse_sampling(wish.clips);
  if (wish.hop > 0) sampling.hop = wish.hop;
  std::vector<Rational> all_pts;
  for (std::int64_t i = 0; i < wish.frames; ++i) all_pts.emplace_back(i, 25);
  const auto cutter = make_clip_cutter(model.manifest().inputs, sampling, all_pts, "cpu");
  const Explainer explainer(model, parse_methods(wish.methods), {wish.target}, 5, 0);
  Annotator annotator(source.info(), model, explainer, wish.options);
  Progress progress;
  ChunkReader reader(source, *cutter, wish.batch, true, progress);
  Shown shown;
  shown.tiles = annotator.tile_count();
  std::size_t read = 0;
  while (std::optional<Chunk> chunk = reader.next()) {
    for (Clip& clip : chunk->clips) {
      const Answer answer = answers(clip);
      chunk->results.push_back(result_of(std::move(clip), answer));
    }
    read += chunk->frames.size();
    annotator.join(*chunk);
    for (AnnotatedFrame& frame : chunk->annotated) {
      EXPECT_EQ(frame.frame.index, static_cast<std::int64_t>(shown.frames.size()));
      shown.frames.push_back(std::move(frame));
    }
    shown.most_held = std::max(shown.most_held, read - shown.frames.size());
  }
  EXPECT_EQ(shown.frames.size(), static_cast<std::size_t>(wish.frames));
  return shown;
}

float value(const TileState& tile) {
  return tile.map ? tile.map->values[0][0].item<float>() : kNan;
}

std::string bars_of(const AnnotatedFrame& frame) {
  std::string text;
  for (const ClassScore& bar : frame.bars)
    text += (text.empty() ? "" : " ") + bar.label + (bar.is_target ? "*" : "");
  return text;
}

/// All that a viewer sees of the maps.
std::vector<std::string> looks_of(const Shown& shown) {
  std::vector<std::string> looks;
  for (const AnnotatedFrame& frame : shown.frames) {
    std::string look = bars_of(frame);
    for (const TileState& tile : frame.tiles) {
      look += "; " + tile.title + " " + std::to_string(value(tile)) + " of " +
              std::to_string(tile.range.lo) + ":" + std::to_string(tile.range.hi);
    }
    looks.push_back(look);
  }
  return looks;
}

TEST(Annotator, ShowsTheSameWhateverThePicturesSize) {
  const auto model = ten_classes();
  model->manifest().inputs[0].frames = 16;
  model->manifest().inputs[0].stride = 8;
  Wish wish{.frames = 500, .clips = "center"};  // the clip: frames 189 to 309, 4.8 s
  const Shown small = show(wish, *model, three_classes);
  // Every 8th frame is looked at: each speaks for 12 on either side.
  for (const auto& [frame, has_map] :
       {std::pair{176, false}, {177, true}, {188, true}, {250, true}, {321, true}, {322, false}}) {
    EXPECT_EQ(small.frames[frame].tiles[0].map.has_value(), has_map) << frame;
    EXPECT_EQ(small.frames[frame].tiles[0].title == "between clips: not looked at", !has_map)
        << frame;
    EXPECT_EQ(small.frames[frame].bars.empty(), !has_map) << frame;
  }
  for (const Size size : {Size{180, 320}, Size{720, 1280}, Size{1440, 2560}}) {
    wish.size = size;
    EXPECT_EQ(looks_of(show(wish, *model, three_classes)), looks_of(small)) << size.width;
  }
}

TEST(Annotator, ShowsTheSameWhateverTheBatch) {
  const auto model = ten_classes();
  for (const auto& [clips, hop] : {std::pair{"sliding", 1},
                                   {"sliding", 4},
                                   {"sliding", 30},
                                   {"sliding", 60},
                                   {"uniform:4", 0},
                                   {"center", 0}}) {
    Wish wish{.size = {1000, 1000}, .frames = 203, .clips = clips, .hop = hop};
    const Shown one = show(wish, *model, three_classes);
    for (const int batch : {2, 16}) {
      wish.batch = batch;
      EXPECT_EQ(looks_of(show(wish, *model, three_classes)), looks_of(one)) << clips << hop;
    }
  }
}

TEST(Annotator, HoldsBackOnlyWhatClipsToComeCanChange) {
  const auto model = ten_classes();
  EXPECT_LE(show({}, *model, three_classes).most_held, 8U) << "a clip";
  Wish gaps{.frames = 1000, .hop = 100};
  EXPECT_LE(show(gaps, *model, three_classes).most_held, 2U + 8U) << "the reach and a clip";
  gaps.clips = "center";
  EXPECT_LE(show(gaps, *model, three_classes).most_held, 2U + 8U);
}

TEST(Annotator, TitleBarsAndMapAreOfTheSameClip) {
  const auto model = ten_classes();
  const Shown shown = show({.hop = 2}, *model, [](const Clip& clip) {
    Answer answer = three_classes(clip);
    std::swap(answer.probabilities[0], answer.probabilities.at(clip.index % 3));
    return answer;
  });
  std::set<std::string> seen;
  for (const AnnotatedFrame& frame : shown.frames) {
    const std::string& best = frame.bars.at(0).label;
    EXPECT_TRUE(frame.bars[0].is_target);
    EXPECT_EQ(frame.tiles[0].title, "Grad-CAM \u00b7 features \u00b7 " + best);
    EXPECT_EQ(value(frame.tiles[0]), best == "zero" ? 0 : best == "one" ? 10 : 20);
    seen.insert(best);
  }
  EXPECT_THAT(seen, ElementsAre("one", "two", "zero"));
}

TEST(Annotator, TitlesTellMapsApart) {
  const auto model = ten_classes();
  const Wish wish{.methods =
                      "grad_cam,grad_cam:weights=per_frame:relu=off,"
                      "grad_cam:counterfactual=on,grad_cam:counterfactual=on:relu=off",
                  .target = "1-2"};
  Target contrast = class_target(1);
  contrast.kind = Target::Kind::kContrast;
  contrast.other_class_index = 2;
  const Shown shown = show(wish, *model, [&](const Clip&) {
    return Answer{.targets = {contrast}, .values = {1, 2, 3, 4}};
  });
  std::vector<std::string> titles;
  for (const TileState& tile : shown.frames[10].tiles) titles.push_back(tile.title);
  EXPECT_THAT(titles,
              ElementsAre("Grad-CAM \u00b7 features \u00b7 one - two",
                          "Grad-CAM (weights=per_frame, relu=off) \u00b7 features \u00b7 one - two",
                          "Grad-CAM \u00b7 features \u00b7 against one - two",
                          "Grad-CAM (relu=off) \u00b7 features \u00b7 against one - two"));
  EXPECT_EQ(shown.frames[10].strength, 1);
  EXPECT_THAT(
      shown.frames[10].tiles[2].shorter_titles,
      ElementsAre("Grad-CAM \u00b7 against one - two", "against one - two", "against one - two"));
}

TEST(Annotator, BarsHoldTheExplainedClasses) {
  const auto model = ten_classes();
  Target contrast = class_target(7);
  contrast.kind = Target::Kind::kContrast;
  contrast.other_class_index = 1;
  const auto bars = [&](int count, const std::vector<Target>& targets) {
    Wish wish{.frames = 8, .options = {.bars = count}};
    const Shown shown =
        show(wish, *model, [&](const Clip&) { return Answer{.targets = targets, .values = {1}}; });
    return bars_of(shown.frames.at(0));
  };
  EXPECT_EQ(bars(3, {class_target(0)}), "zero* one two");
  EXPECT_EQ(bars(3, {class_target(9)}), "zero one two nine*");
  EXPECT_EQ(bars(3, {contrast}), "zero one* two seven*");
  EXPECT_EQ(bars(7, {class_target(0)}), "zero* one two three four five six") << "more than 5";
  EXPECT_EQ(bars(0, {class_target(0)}), "zero*") << "the strip draws it";
  Target unit;
  unit.kind = Target::Kind::kUnit;
  unit.layer = "features";
  EXPECT_EQ(bars(1, {unit}), "zero");
}

TEST(Annotator, ClassesWithTheSameLabelAreToldApart) {
  const auto model = ten_classes();
  model->labels()[8] = "zero";
  const Shown shown = show({.frames = 8}, *model, [](const Clip&) {
    return Answer{.targets = {class_target(8)}, .values = {1}};
  });
  const std::vector<ClassScore>& bars = shown.frames[0].bars;
  ASSERT_EQ(bars.size(), 4U);
  EXPECT_FALSE(bars[0].is_target);
  EXPECT_EQ(bars[3].class_index, 8);
  EXPECT_TRUE(bars[3].is_target);
  EXPECT_FLOAT_EQ(bars[3].probability, 0.02F);
}

/// The colour scales at the middles of non-overlapping clips that have these values everywhere.
std::vector<std::string> scales_of(const std::string& rule, const std::vector<double>& values,
                                   bool is_signed) {
  const auto model = ten_classes();
  Wish wish{.frames = 8 * static_cast<std::int64_t>(values.size()), .hop = 8};
  wish.options.scale = parse_scale(rule);
  const Shown shown = show(wish, *model, [&](const Clip& clip) {
    return Answer{.targets = {class_target(0)},
                  .values = {values.at(static_cast<std::size_t>(clip.index))},
                  .is_signed = is_signed};
  });
  std::vector<std::string> scales;
  for (std::size_t i = 4; i < shown.frames.size(); i += 8) {
    const ValueRange& range = shown.frames[i].tiles[0].range;
    scales.push_back(std::isnan(range.hi) ? "none" : fmt::format("{}:{}", range.lo, range.hi));
  }
  return scales;
}

TEST(Annotator, TheRunningScaleIsTheWidestSoFar) {
  EXPECT_THAT(scales_of("running", {2, 5, 3}, false), ElementsAre("0:2", "0:5", "0:5"));
  EXPECT_THAT(scales_of("running", {-2, 5, 3}, true), ElementsAre("-2:2", "-5:5", "-5:5"));
  EXPECT_THAT(scales_of("clip", {2, 5, 3}, false), ElementsAre("0:2", "0:5", "0:3"));
  EXPECT_THAT(scales_of("clip", {-2, 1}, true), ElementsAre("-2:2", "-1:1"));
  EXPECT_THAT(scales_of("0.5:4", {2, 5}, false), ElementsAre("0.5:4", "0.5:4"));
}

TEST(Annotator, TilesOfOneMethodShareTheirScale) {
  const auto model = ten_classes();
  Wish wish{.methods = "grad_cam", .target = "top2"};
  const Shown shown = show(wish, *model, [](const Clip&) -> Answer {
    return {.targets = {class_target(0), class_target(1)}, .values = {3.0, 7.0}};
  });
  for (const AnnotatedFrame& frame : shown.frames) {
    ASSERT_EQ(frame.tiles.size(), 2U);
    EXPECT_EQ(frame.tiles[0].range.hi, 7);
    EXPECT_EQ(frame.tiles[1].range.hi, 7);
  }
}

/// A map of one pixel 1000 times as strong as the others.
ClipResult spiky_result(Clip clip) {
  ClipResult result = result_of(std::move(clip), {.targets = {class_target(0)}, .values = {1.0}});
  Attribution& map = result.attributions.front();
  map.volume = at::full({8, 16, 16}, 1.0);
  map.volume[0][0][0] = 1000;
  return result;
}

TEST(Annotator, OneStrongPixelDoesNotTakeAllColoursOfASaliencyMap) {
  const auto model = ten_classes();
  for (const auto& [method, top] : {std::pair{"saliency", 1.0F}, {"grad_cam", 1000.0F}}) {
    PlainSource source({16, 16}, 8);
    const auto cutter =
        make_clip_cutter(model->manifest().inputs, parse_sampling("sliding"), {}, "cpu");
    const Explainer explainer(*model, parse_methods(method), {"top"}, 5, 0);
    Annotator annotator(source.info(), *model, explainer, {});
    Progress progress;
    ChunkReader reader(source, *cutter, 1, true, progress);
    std::optional<Chunk> chunk = reader.next();
    ASSERT_TRUE(chunk && chunk->clips.size() == 1);
    chunk->results.push_back(spiky_result(std::move(chunk->clips[0])));
    chunk->is_last = true;
    annotator.join(*chunk);
    ASSERT_FALSE(chunk->annotated.empty());
    const TileState& tile = chunk->annotated.front().tiles.at(0);
    EXPECT_EQ(tile.range.hi, top) << method;
    EXPECT_EQ(tile.map->clip_range.hi, 1000) << "the raw range is still told";
  }
}

TEST(Annotator, AMapThatIsNotFiniteDoesNotSpoilTheScale) {
  EXPECT_THAT(scales_of("running", {2, kNan, 1, INFINITY, 3}, false),
              ElementsAre("0:2", "0:2", "0:2", "0:2", "0:3"));
  EXPECT_THAT(scales_of("running", {kNan, 3}, false), ElementsAre("none", "0:3"));
}

TEST(Annotator, StrengthIsOfFiniteValues) {
  const auto model = ten_classes();
  const Shown shown = show({.frames = 16, .hop = 8}, *model, [](const Clip& clip) {
    return Answer{.targets = {class_target(0)}, .values = {clip.index == 0 ? kNan : -3}};
  });
  EXPECT_EQ(shown.frames[4].strength, 0);
  EXPECT_EQ(shown.frames[12].strength, 3);
}

TEST(Annotator, SideBySideBeginsWithThePlainPicture) {
  const auto model = ten_classes();
  const Wish wish{.frames = 8, .options = {.side_by_side = true}};
  const Shown shown = show(wish, *model, three_classes);
  EXPECT_EQ(shown.tiles, 2);
  ASSERT_EQ(shown.frames[0].tiles.size(), 2U);
  EXPECT_FALSE(shown.frames[0].tiles[0].map);
  EXPECT_EQ(shown.frames[0].tiles[0].title, "");
  EXPECT_TRUE(shown.frames[0].tiles[1].map);
}

TEST(Annotator, AClipSpansAllItsInputs) {
  auto model = std::make_unique<FakeModel>(
      std::vector<std::string>{"fast", "slow"},
      [](const std::vector<at::Tensor>& x, const testing::Keep&) { return x[0]; });
  model->labels() = ten_classes()->labels();
  for (InputSpec& input : model->manifest().inputs) input.preparation.exact = Size{4, 4};
  model->manifest().inputs[0].frames = 4;  // frames 8 to 11 of the window
  model->manifest().inputs[1].frames = 4;
  model->manifest().inputs[1].stride = 6;  // 0, 6, 12, 18
  ClipPrediction said;
  const Wish wish{.frames = 12, .methods = "saliency"};  // shorter than the window: padded
  const Shown shown = show(wish, *model, [&](const Clip& clip) {
    const Answer answer{.targets = {class_target(0)}, .values = {1, 2}};
    ClipResult result;
    result.clip = clip;
    said = prediction_of(result);
    return answer;
  });
  EXPECT_EQ(said.begin_s, 0);
  EXPECT_NEAR(said.end_s, 11.0 / 25, 1e-9);
  EXPECT_TRUE(said.is_padded) << "the slow input repeats the last frame, the fast one does not";
  EXPECT_NEAR(shown.frames.back().timeline->points().at(1).time_s, 5.5 / 25, 1e-9);
  EXPECT_EQ(shown.frames[5].tiles[1].title, "Saliency \u00b7 features \u00b7 zero \u00b7 slow");
}

TEST(ParseScale, NamesWhatItExpects) {
  EXPECT_EQ(parse_scale("clip").kind, ScaleRule::Kind::kClip);
  EXPECT_EQ(parse_scale("-1:2.5").fixed.hi, 2.5F);
  for (const char* text : {"2:1", "1:", "0:inf", "wide", "1:2:3", ""}) {
    try {
      parse_scale(text);
      FAIL() << text;
    } catch (const Error& error) {
      EXPECT_EQ(error.kind(), ErrorKind::kUsage);
      EXPECT_THAT(error.what(), ::testing::HasSubstr("expected running, clip, or LO:HI"));
    }
  }
}

}  // namespace
}  // namespace praxiscope
