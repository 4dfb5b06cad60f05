// What is said of every source frame: which clips its maps are of, titles, bars, colour scales, and
// that none of it depends on how the stream was cut into chunks.
#include "pipeline/annotating.h"

namespace praxiscope {
namespace {

using namespace annotating;

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

}  // namespace
}  // namespace praxiscope
