// How raw values become colours over time: doc/adr/0007-colour-scale-over-time.md.
#include "pipeline/annotating.h"

namespace praxiscope {
namespace {

using namespace annotating;

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
