// Units that need one stream, both, or either; pairs of the swap test and their intervals.
#include "studies/fusion/swaps.h"
#include "studies/fusion/units.h"
#include "studies/two_streams.h"

#include <gmock/gmock.h>

#include <algorithm>
#include <cmath>
#include <map>
#include <set>

namespace praxiscope::studies {
namespace {

using testing::clip_of;
using ::testing::ElementsAre;
using ::testing::SizeIs;

/// [1,C,1,1,1] of one clip.
at::Tensor one_cell(const std::vector<double>& channels) {
  return at::tensor(channels, at::kDouble).view({1, -1, 1, 1, 1}).to(at::kFloat);
}

const Clip& any_clip() {
  static const Clip clip = clip_of(0, 0);
  return clip;
}

UnitSums::Source source(std::size_t clip, std::int64_t class_index = 0) {
  return {.clip = clip,
          .input = clip,
          .begin_s = 0,
          .end_s = 1,
          .class_index = class_index,
          .streams = &any_clip()};
}

const Unit& unit_of(const std::vector<Unit>& units, std::int64_t channel) {
  return *std::find_if(units.begin(), units.end(),
                       [&](const Unit& unit) { return unit.channel == channel; });
}

TEST(Units, AreSortedByWhatDrivesThem) {
  // Channels: stream 1, stream 2, product, sum of 2:1, either, dead, one that both together quell.
  UnitSums sums;
  const UnitSums::Source from = source(0);
  sums.add({one_cell({0, 0, 0, 1, 0, 0, 0}), one_cell({4, 0, 0, 5, 3, 0, 2}),
            one_cell({0, 4, 0.5, 3, 3, 0, 0}), one_cell({4, 4, 5, 7, 3, 0, 1})},
           {&from, 1});
  const std::vector<Unit> units = sums.units();
  ASSERT_THAT(units, SizeIs(7));
  EXPECT_EQ(units[0].channel, 2) << "those that need both come first";
  EXPECT_EQ(unit_of(units, 0).kind, UnitKind::kFirst);
  EXPECT_EQ(unit_of(units, 1).kind, UnitKind::kSecond);
  const Unit& product = unit_of(units, 2);
  EXPECT_EQ(product.kind, UnitKind::kBoth);
  EXPECT_DOUBLE_EQ(product.drive, 5);
  EXPECT_DOUBLE_EQ(product.second, 0.1);
  EXPECT_DOUBLE_EQ(product.synergy, 0.9);
  const Unit& sum = unit_of(units, 3);
  EXPECT_EQ(sum.kind, UnitKind::kFirst);
  EXPECT_DOUBLE_EQ(sum.drive, 6) << "above what it is without streams";
  EXPECT_DOUBLE_EQ(sum.first, 4.0 / 6);
  EXPECT_NEAR(sum.synergy, 0, 1e-12) << "a sum has none";
  EXPECT_EQ(unit_of(units, 4).kind, UnitKind::kEither);
  EXPECT_DOUBLE_EQ(unit_of(units, 4).synergy, -1);
  EXPECT_EQ(unit_of(units, 5).kind, UnitKind::kDead);
  EXPECT_EQ(unit_of(units, 6).kind, UnitKind::kFirst) << "stream 1 drives it best alone";
  EXPECT_DOUBLE_EQ(unit_of(units, 6).drive, 2);
  EXPECT_EQ(units.back().kind, UnitKind::kDead);
  EXPECT_THAT(choose_units(units, 3), ElementsAre(0, 1, 4)) << "the best of each kind in turns";
  EXPECT_THAT(choose_units(units, 99), SizeIs(6)) << "no page for a dead one";
}

TEST(Units, OfHardlyAnyDriveHaveNoKindAndNoPage) {
  // Channels: driven by stream 1, by stream 2, by nothing to speak of, just by enough, dead.
  UnitSums sums;
  const UnitSums::Source from = source(0);
  sums.add({one_cell({0, 0, 0, 0, 0}), one_cell({24, 0, 0, 0.5, 0}), one_cell({0, 3, 0, 0, 0}),
            one_cell({24, 3, 0.03, 0.5, 0})},
           {&from, 1});
  const std::vector<Unit> units = sums.units();
  EXPECT_EQ(unit_of(units, 0).kind, UnitKind::kFirst);
  EXPECT_EQ(unit_of(units, 1).kind, UnitKind::kSecond);
  EXPECT_EQ(unit_of(units, 2).kind, UnitKind::kFaint) << "0.03 beside 24";
  EXPECT_EQ(unit_of(units, 2).score, 0);
  EXPECT_EQ(unit_of(units, 3).kind, UnitKind::kFirst) << "0.5 is more than 2 % of 24";
  EXPECT_EQ(units[3].channel, 2) << "behind all that have a kind";
  EXPECT_EQ(units[4].kind, UnitKind::kDead);
  EXPECT_THAT(choose_units(units, 99), ElementsAre(0, 1, 2));
}

TEST(Units, StandOnTheirStrongestCells) {
  UnitSums sums;
  // 40 cells: the mean of the largest two.
  at::Tensor volume = at::zeros({1, 1, 2, 4, 5});
  volume[0][0][1][2][3] = 6;
  volume[0][0][0][0][0] = 4;
  const UnitSums::Source from = source(0);
  const at::Tensor none = at::zeros_like(volume);
  sums.add({none, none, none, volume}, {&from, 1});
  const Unit unit = sums.units().front();
  EXPECT_DOUBLE_EQ(unit.strengths[kTogether], 5);
  EXPECT_DOUBLE_EQ(unit.largest[kTogether], 6);
  ASSERT_THAT(unit.clips, SizeIs(1));
  EXPECT_THAT(unit.clips[0].cell, ElementsAre(1, 2, 3));
  // Cell 1 of 2 in 4 frames 0.1 s apart; cell 3 of 5 and 2 of 4 in 8 px that are 2 px each.
  EXPECT_NEAR(unit.clips[0].places[0].time_s, 0.25, 1e-12);
  EXPECT_NEAR(unit.clips[0].places[0].x_px, 10 + 2 * (3.5 * 8 / 5), 1e-12);
  EXPECT_NEAR(unit.clips[0].places[1].y_px, 20 + 2 * (2.5 * 8 / 4), 1e-12);
}

TEST(Units, KnowHowManyClassesUseThem) {
  UnitSums sums;
  // Unit 0 answers class 5 alone, unit 1 both alike, unit 2 with 3 : 1.
  for (std::size_t clip = 0; clip < 4; ++clip) {
    const bool is_five = clip < 2;
    const UnitSums::Source from = source(clip, is_five ? 5 : 7);
    const at::Tensor both = one_cell({is_five ? 2.0 : 0, 2, is_five ? 3.0 : 1});
    const at::Tensor none = at::zeros_like(both);
    sums.add({none, none, none, both}, {&from, 1});
  }
  const std::vector<Unit> units = sums.units();
  EXPECT_DOUBLE_EQ(unit_of(units, 0).classes_used, 1);
  EXPECT_NEAR(unit_of(units, 1).classes_used, 2, 1e-12);
  EXPECT_NEAR(unit_of(units, 2).classes_used,
              std::exp(-0.75 * std::log(0.75) - 0.25 * std::log(0.25)), 1e-12);
  EXPECT_DOUBLE_EQ(unit_of(units, 2).by_class.at(5), 3);
}

TEST(Units, KeepTheFourBestClipsThatDoNotOverlap) {
  UnitSums sums;
  const auto add = [&](std::size_t clip, std::size_t input, double begin, double value) {
    UnitSums::Source from = source(clip);
    from.input = input, from.begin_s = begin, from.end_s = begin + 1;
    const at::Tensor both = one_cell({value}), none = at::zeros_like(both);
    sums.add({none, none, none, both}, {&from, 1});
  };
  add(0, 0, 0.0, 5), add(1, 0, 0.5, 6), add(2, 0, 1.2, 5.5), add(3, 0, 3, 1);
  add(4, 1, 0, 2), add(5, 2, 0, 3), add(6, 3, 0, 4);
  std::vector<std::size_t> clips;
  const Unit unit = sums.units().front();
  for (const UnitClip& clip : unit.clips) clips.push_back(clip.clip);
  EXPECT_THAT(clips, ElementsAre(1, 6, 5, 4)) << "0 and 2 overlap with 1, which is stronger";
}

TEST(Swaps, TakeClipsEvenlyOverClasses) {
  const std::vector<std::int64_t> classes{0, 0, 0, 0, 0, 0, 1, 2, 2};
  for (std::uint64_t seed = 0; seed < 5; ++seed) {
    std::map<std::int64_t, int> counts;
    for (const std::size_t clip : choose_evenly(classes, 5, seed)) ++counts[classes[clip]];
    EXPECT_EQ(counts, (std::map<std::int64_t, int>{{0, 2}, {1, 1}, {2, 2}}));
  }
  EXPECT_EQ(choose_evenly(classes, 5, 1), choose_evenly(classes, 5, 1));
  EXPECT_THAT(choose_evenly(classes, 99, 1), SizeIs(9));
}

TEST(Swaps, PairClipsOfDifferentClassesOnce) {
  const std::vector<std::int64_t> classes{0, 0, 0, 0, 1, 2};
  const std::vector<std::size_t> clips{0, 1, 2, 3, 4, 5};
  const std::vector<SwapPair> pairs = draw_pairs(classes, clips, 6, 3);
  std::set<std::pair<std::int64_t, std::int64_t>> kinds;
  for (const auto& [a, b] : pairs) kinds.emplace(classes[a], classes[b]);
  EXPECT_THAT(kinds, SizeIs(6)) << "each pair of classes before any a second time";
  const std::vector<SwapPair> all = draw_pairs(classes, clips, 1000, 3);
  EXPECT_THAT(all, SizeIs(2 * (4 * 1 + 4 * 1 + 1 * 1)));
  EXPECT_THAT((std::set<SwapPair>(all.begin(), all.end())), SizeIs(all.size()));
  EXPECT_EQ(draw_pairs(classes, clips, 6, 3), pairs);
  EXPECT_NE(draw_pairs(classes, clips, 6, 4), pairs);
  EXPECT_THAT(draw_pairs(std::vector<std::int64_t>{3, 3}, std::vector<std::size_t>{0, 1}, 9, 3),
              SizeIs(0));
}

TEST(Swaps, IntervalsDrawInputsNotPairs) {
  // Of the 27 draws of three inputs 18 leave a pair: a third each gives 0, 1/2 and 1.
  const std::vector<double> values{1, 0};
  const std::vector<std::pair<std::int64_t, std::int64_t>> groups{{4, 5}, {4, 6}};
  const Estimate wide = estimate_of_pairs(values, groups);
  EXPECT_DOUBLE_EQ(wide.mean, 0.5);
  ASSERT_TRUE(wide.bounds);
  EXPECT_DOUBLE_EQ(wide.bounds->low, 0);
  EXPECT_DOUBLE_EQ(wide.bounds->high, 1);
  const Estimate narrow =
      estimate_of_pairs(values, groups, {.level = 0.2, .resamples = 2000, .seed = 0});
  EXPECT_DOUBLE_EQ(narrow.bounds->low, 0.5);
  EXPECT_DOUBLE_EQ(narrow.bounds->high, 0.5);
  const Estimate upper =
      estimate_of_pairs(values, groups, {.level = 0.6, .resamples = 2000, .seed = 0});
  EXPECT_DOUBLE_EQ(upper.bounds->low, 0) << "tails of 20 % lie in the thirds at the ends";
  EXPECT_DOUBLE_EQ(upper.bounds->high, 1);
}

TEST(Swaps, TooFewInputsHaveNoInterval) {
  const std::vector<double> values{1, 1};
  const std::vector<std::pair<std::int64_t, std::int64_t>> groups{{0, 1}, {1, 0}};
  EXPECT_DOUBLE_EQ(estimate_of_pairs(values, groups).mean, 1);
  EXPECT_FALSE(estimate_of_pairs(values, groups).bounds);
  EXPECT_TRUE(std::isnan(estimate_of_pairs({}, {}).mean));
}

}  // namespace
}  // namespace praxiscope::studies
