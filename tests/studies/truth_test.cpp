// Where the truth of a source lies in a clip: pixel by pixel, by hand.
#include "studies/faithfulness/truth.h"

#include "studies/flags.h"

#include "praxiscope/error.h"

#include <ATen/ATen.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace praxiscope::studies {
namespace {

using ::testing::ElementsAre;

/// A clip of 4 x 6 px that shows a source of 8 x 12 px whole: 2 source px a clip px.
ClipInput clip_of(std::vector<std::int64_t> indices) {
  ClipInput input;
  input.tensor = at::zeros({3, static_cast<std::int64_t>(indices.size()), 4, 6});
  for (const std::int64_t index : indices)
    input.frames.push_back({.source_index = index, .pts = Rational(index, 10)});
  input.source_from_clip = {.scale_x = 2, .offset_x = 0, .scale_y = 2, .offset_y = 0};
  input.source_size = {8, 12};
  return input;
}

/// Rows of one frame: '#' inside.
std::vector<std::string> drawn(const at::Tensor& volume, std::int64_t frame = 0) {
  std::vector<std::string> rows;
  for (std::int64_t y = 0; y < volume.size(1); ++y) {
    rows.emplace_back();
    for (std::int64_t x = 0; x < volume.size(2); ++x)
      rows.back() += volume[frame][y][x].item<bool>() ? '#' : '.';
  }
  return rows;
}

InputTruth with(Shape shape) {
  InputTruth known;
  known.frames[0].push_back(std::move(shape));
  return known;
}

Truth truth_with(Shape shape) { return truth_of(with(std::move(shape)), clip_of({0})); }

TEST(TruthOf, ABoxHoldsThePixelsWhoseCentresItHolds) {
  // Centres of columns: 1 3 5 7 9 11; of rows: 1 3 5 7.
  const Truth truth = truth_with({{}, Box{{3, 2}, {7, 7.01}}});
  EXPECT_THAT(drawn(truth.volume), ElementsAre("......", ".##...", ".##...", ".##..."));
  EXPECT_TRUE(truth.has_place());
  EXPECT_FALSE(truth.is_action);
}

TEST(TruthOf, WidthAndHeightKeepApart) {
  const Truth truth = truth_with({{}, Box{{0, 0}, {12, 2}}});
  EXPECT_THAT(drawn(truth.volume), ElementsAre("######", "......", "......", "......"));
}

TEST(TruthOf, BoxesOfAnotherSizeAreScaled) {
  const Truth truth = truth_with({Size{16, 120}, Box{{30, 4}, {70, 14.02}}});
  EXPECT_THAT(drawn(truth.volume), ElementsAre("......", ".##...", ".##...", ".##..."));
}

TEST(TruthOf, ASmallBoxKeepsOnePixel) {
  EXPECT_THAT(drawn(truth_with({{}, Box{{5.2, 3.2}, {5.9, 3.9}}}).volume),
              ElementsAre("......", "..#...", "......", "......"));
  EXPECT_THAT(drawn(truth_with({{}, Box{{0, 5.2}, {12, 5.4}}}).volume),
              ElementsAre("......", "......", "######", "......"))
      << "thin";
  EXPECT_FALSE(truth_with({{}, Box{{12.1, 3.2}, {12.2, 3.9}}}).has_place()) << "outside";
}

TEST(TruthOf, WhatTheCropCutsOffIsKnownAndNotThere) {
  ClipInput input = clip_of({0});
  input.source_from_clip = {.scale_x = 1, .offset_x = 4, .scale_y = 1, .offset_y = 2};
  const Truth cut = truth_of(with({{}, Box{{0, 0}, {6, 4}}}), input);
  EXPECT_THAT(drawn(cut.volume), ElementsAre("##....", "##....", "......", "......"));
  const Truth away = truth_of(with({{}, Box{{0, 0}, {4, 2}}}), input);
  EXPECT_FALSE(away.has_place());
  EXPECT_TRUE(away.is_annotated[0].item<bool>());
}

TEST(TruthOf, APolygonHoldsCentresByTheEvenOddRule) {
  // A triangle below the diagonal: centres (x, y) with x < y * 12 / 8.
  EXPECT_THAT(drawn(truth_with({{}, Polygon{{0, 0}, {12, 8}, {0, 8}}}).volume),
              ElementsAre("#.....", "##....", "####..", "#####."));
  // A ring that goes round twice is outside where it overlaps itself.
  const Polygon twice{{0, 0}, {12, 0}, {12, 8}, {0, 8}, {0, 0}, {6, 0}, {6, 8}, {0, 8}};
  EXPECT_THAT(drawn(truth_with({{}, twice}).volume),
              ElementsAre("...###", "...###", "...###", "...###"));
}

TEST(TruthOf, CornersOnALineOfCentresCountOnce) {
  // Corners at y = 3, where the second row's centres lie.
  EXPECT_THAT(drawn(truth_with({{}, Polygon{{6, -2}, {12, 3}, {6, 8}, {0, 3}}}).volume),
              ElementsAre(".####.", "######", ".####.", "..##.."));
}

TEST(TruthOf, MasksOfAnotherSizeAreScaled) {
  RunMask mask{{2, 3}, {1, 2, 0, 1, 2, 3}, {0, 2, 6}};  // .#. over #.#
  const Truth truth = truth_with({{}, mask});
  EXPECT_THAT(drawn(truth.volume), ElementsAre("..##..", "..##..", "##..##", "##..##"));
}

TEST(TruthOf, FramesComeBySourceIndexAndPaddingRepeatsThem) {
  InputTruth known;
  known.frames[4] = {{{}, Box{{0, 0}, {2, 2}}}};
  known.frames[6] = {};
  ClipInput input = clip_of({2, 4, 6, 6});
  input.frames[3].is_padding = true;
  const Truth truth = truth_of(known, input);
  EXPECT_TRUE(truth.is_annotated.equal(flags({false, true, true, true})));
  EXPECT_EQ(truth.volume.sum().item<std::int64_t>(), 1);
  EXPECT_TRUE(truth.volume[1][0][0].item<bool>());
}

TEST(TruthOf, OneMaskForAllFramesAddsToTheFramesOwn) {
  InputTruth known;
  known.frames[1] = {{{}, Box{{0, 0}, {2, 2}}}};
  known.every_frame = {{{}, Box{{10, 6}, {12, 8}}}};
  const Truth truth = truth_of(known, clip_of({0, 1}));
  EXPECT_TRUE(truth.is_annotated.all().item<bool>());
  EXPECT_EQ(truth.volume[0].sum().item<std::int64_t>(), 1);
  EXPECT_EQ(truth.volume[1].sum().item<std::int64_t>(), 2);
}

TEST(TruthOf, ActionsAreHalfOpen) {
  InputTruth known;
  known.intervals = {{Rational(1, 10), Rational(3, 10)}, {Rational(6, 10), Rational::of(9)}};
  const Truth truth = truth_of(known, clip_of({0, 1, 2, 3, 4, 7}));
  ASSERT_TRUE(truth.is_action);
  EXPECT_TRUE(truth.is_action->equal(flags({false, true, true, false, false, true})));
  const double* const away = truth.action_distance_s->const_data_ptr<double>();
  EXPECT_NEAR(away[0], 0.1, 1e-12);
  EXPECT_EQ(away[1], 0);
  EXPECT_NEAR(away[3], 0, 1e-12) << "at the very end: outside, by nothing";
  EXPECT_NEAR(away[4], 0.1, 1e-12) << "the nearer of two";
  EXPECT_FALSE(truth.is_annotated.any().item<bool>()) << "when is not where";
  EXPECT_FALSE(truth.has_place());
}

TEST(TruthOf, RefusesAClipThatDoesNotSayWhereItIs) {
  ClipInput input = clip_of({0, 1});
  input.frames.pop_back();
  EXPECT_THROW(truth_of({}, input), Error);
  ClipInput nowhere = clip_of({0});
  nowhere.source_size = {};
  EXPECT_THROW(truth_of({}, nowhere), Error);
}

}  // namespace
}  // namespace praxiscope::studies
