// Numbers of one map and of a network's answers, with results counted by hand.
#include "studies/faithfulness/metrics.h"

#include "praxiscope/error.h"

#include <ATen/ATen.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>
#include <limits>
#include <set>

namespace praxiscope::studies {
namespace {

using ::testing::ElementsAre;

constexpr double kNan = std::numeric_limits<double>::quiet_NaN();
constexpr double kInfinity = std::numeric_limits<double>::infinity();

std::vector<float> values(const at::Tensor& tensor) {
  const at::Tensor flat = tensor.to(at::kFloat).flatten().contiguous();
  return {flat.data_ptr<float>(), flat.data_ptr<float>() + flat.numel()};
}

std::vector<std::int64_t> whole(const at::Tensor& tensor) {
  return {tensor.const_data_ptr<std::int64_t>(),
          tensor.const_data_ptr<std::int64_t>() + tensor.numel()};
}

TEST(Normalised, GoesFromTheSmallestToTheLargest) {
  const at::Tensor map = at::tensor({3., 5., 4., 11.}).view({1, 2, 2});
  EXPECT_THAT(values(normalised(map)), ElementsAre(0, 0.25F, 0.125F, 1));
  EXPECT_EQ(normalised(map).scalar_type(), at::kFloat);
}

TEST(Normalised, AConstantMapPrefersNothing) {
  EXPECT_THAT(values(normalised(at::full({1, 1, 3}, 7.F))), ElementsAre(0, 0, 0));
  EXPECT_THAT(values(normalised(at::zeros({1, 1, 2}))), ElementsAre(0, 0));
}

TEST(Normalised, WhatIsNotFiniteBecomesZeroAndSetsNoScale) {
  const at::Tensor map = at::tensor({1., kNan, 3., kInfinity, -kInfinity, 2.});
  EXPECT_THAT(values(normalised(map)), ElementsAre(0, 0, 1, 0, 0, 0.5F));
  EXPECT_THAT(values(normalised(at::full({2}, kNan))), ElementsAre(0, 0));
}

TEST(Normalised, HoldsTheWholeRangeOfFloats) {
  constexpr float kMost = std::numeric_limits<float>::max();
  EXPECT_THAT(values(normalised(at::tensor({-kMost, 0.F, kMost}))), ElementsAre(0, 0.5F, 1));
  EXPECT_THAT(values(normalised(at::tensor({1e-40F, 2e-40F, 3e-40F}))),
              ElementsAre(0, ::testing::FloatNear(0.5F, 1e-4F), 1));
}

TEST(RankVoxels, LargestFirstAndWhatIsNotFiniteLast) {
  const at::Tensor map = at::tensor({2., kNan, -1., 9., 0.5}).view({1, 1, 5});
  EXPECT_THAT(whole(rank_voxels(map, 0)), ElementsAre(3, 0, 4, 2, 1));
  const auto last = whole(rank_voxels(at::tensor({kInfinity, 1., -kInfinity, -3e38}), 0));
  EXPECT_EQ(last[0], 1);
  EXPECT_EQ(last[1], 3) << "the smallest finite number stands before an infinity";
}

TEST(RankVoxels, EqualValuesStandInAnyOrderButTheSameForTheSameSeed) {
  at::Tensor map = at::zeros({4, 10, 10});
  map[3][9][9] = 1;
  const auto order = whole(rank_voxels(map, 5));
  EXPECT_EQ(order[0], 399);
  EXPECT_EQ(std::set<std::int64_t>(order.begin(), order.end()).size(), 400U);
  EXPECT_EQ(order, whole(rank_voxels(map, 5)));
  EXPECT_NE(order, whole(rank_voxels(map, 6)));
  // In the order of memory the first half would be the first two frames alone.
  const auto in_front = std::count_if(order.begin() + 1, order.begin() + 201,
                                      [](std::int64_t voxel) { return voxel < 200; });
  EXPECT_NEAR(static_cast<double>(in_front), 100, 30);  // six standard deviations
}

TEST(RelativeDrop, IsTheLostShare) {
  EXPECT_DOUBLE_EQ(relative_drop(0.8, 0.2), 0.75);
  EXPECT_DOUBLE_EQ(relative_drop(0.8, 0.9), 0) << "growing is no drop";
  EXPECT_DOUBLE_EQ(relative_drop(0, 0), 0);
  EXPECT_DOUBLE_EQ(relative_drop(0, 0.5), 0);
  EXPECT_TRUE(std::isnan(relative_drop(kNan, 0.5)));
  EXPECT_TRUE(std::isnan(relative_drop(0.5, kNan)));
}

TEST(Increase, IsStrict) {
  EXPECT_TRUE(is_increase(0.5, 0.6));
  EXPECT_FALSE(is_increase(0.5, 0.5));
  EXPECT_FALSE(is_increase(kNan, 0.5));
  EXPECT_FALSE(is_increase(0.5, kNan));
}

TEST(WinMatrix, CountsSmallerFallsAndHalvesTies) {
  // Clip by clip: a wins, tie, b wins, a wins.
  const at::Tensor falls = at::tensor({.1, .2, .5, -.3, .2, .2, .4, .0}).view({2, 4});
  const at::Tensor wins = win_matrix(falls);
  EXPECT_THAT(values(wins), ElementsAre(50, 62.5F, 37.5F, 50));
}

TEST(WinMatrix, LeavesOutClipsThatOneOfTheTwoCouldNotAnswer) {
  const at::Tensor falls = at::tensor({.1, kNan, kNan, .2, .0, kNan}).view({3, 2});
  const auto wins = values(win_matrix(falls));
  EXPECT_TRUE(std::isnan(wins[1])) << "no common clip";
  EXPECT_FLOAT_EQ(wins[2], 0) << "0.1 against 0.0";
  EXPECT_FLOAT_EQ(wins[6], 100);
  EXPECT_FLOAT_EQ(wins[0], 50);
  EXPECT_THROW(win_matrix(at::zeros({3})), Error);
}

}  // namespace
}  // namespace praxiscope::studies
