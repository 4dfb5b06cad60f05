// Insertion and deletion: which voxels are replaced, and the area under what comes of it.
#include "studies/faithfulness/curves.h"

#include "studies/faithfulness/metrics.h"

#include "praxiscope/error.h"

#include <ATen/ATen.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>

namespace praxiscope::studies {
namespace {

using ::testing::ElementsAre;

constexpr std::int64_t kT = 2, kH = 3, kW = 4;

at::Tensor order() { return rank_voxels(at::arange(24).view({kT, kH, kW}).to(at::kFloat), 0); }

TEST(RankedMask, FirstVoxelsAreTheLargest) {
  const RankedMask mask(order(), kT, kH, kW);
  EXPECT_EQ(mask.voxels(), 24);
  EXPECT_FALSE(mask.first(0).any().item<bool>());
  EXPECT_TRUE(mask.first(24).all().item<bool>());
  EXPECT_TRUE(mask.first(13).equal(at::arange(24).view({kT, kH, kW}).ge(11)));
  EXPECT_EQ(mask.places()[1][2][3].item<int>(), 0);
  EXPECT_EQ(mask.places()[0][0][0].item<int>(), 23);
}

TEST(RankedMask, RefusesAnOrderThatDoesNotNameEveryVoxelOnce) {
  EXPECT_THROW(RankedMask(order().slice(0, 1), kT, kH, kW), Error);
  EXPECT_THROW(RankedMask(at::zeros({24}, at::kLong), kT, kH, kW), Error);
  EXPECT_THROW(RankedMask(at::arange(1, 25), kT, kH, kW), Error);
  EXPECT_THROW(RankedMask(order(), 0, kH, kW), Error);
}

TEST(StepCounts, GoFromNoneToAll) {
  EXPECT_THAT(step_counts(24, 4), ElementsAre(0, 6, 12, 18, 24));
  EXPECT_THAT(step_counts(10, 4), ElementsAre(0, 3, 5, 8, 10)) << "2.5 and 7.5 go up";
  EXPECT_THAT(step_counts(2, 4), ElementsAre(0, 1, 1, 2, 2));
  EXPECT_THAT(step_counts(7, 1), ElementsAre(0, 7));
  EXPECT_THROW(step_counts(7, 0), Error);
}

TEST(ReplaceByRank, TakesTheFirstVoxelsOfAllChannelsFromTheFill) {
  const at::Tensor clip = at::zeros({3, kT, kH, kW}), fill = at::ones({3, kT, kH, kW});
  const RankedMask mask(order(), kT, kH, kW);
  const std::vector<std::int64_t> counts{0, 1, 12, 24};
  const at::Tensor deleted = replace_by_rank(clip, fill, mask, counts);
  ASSERT_EQ(deleted.sizes(), (std::vector<std::int64_t>{4, 3, kT, kH, kW}));
  EXPECT_TRUE(deleted[0].equal(clip));
  EXPECT_TRUE(deleted[3].equal(fill));
  EXPECT_EQ(deleted[1].sum().item<float>(), 3) << "one voxel, three channels";
  EXPECT_EQ(deleted[1][2][1][2][3].item<float>(), 1);
  EXPECT_EQ(deleted[2].narrow(1, 1, 1).min().item<float>(), 1) << "the second frame is brighter";
  EXPECT_EQ(deleted[2].narrow(1, 0, 1).max().item<float>(), 0);
}

TEST(ReplaceByRank, InsertionAndDeletionMakeOneClipTogether) {
  at::manual_seed(1);
  const at::Tensor clip = at::rand({2, kT, kH, kW}), fill = at::rand({2, kT, kH, kW});
  const RankedMask mask(rank_voxels(at::zeros({kT, kH, kW}), 9), kT, kH, kW);
  const std::vector<std::int64_t> counts{7};
  const at::Tensor deleted = replace_by_rank(clip, fill, mask, counts);
  const at::Tensor inserted = replace_by_rank(fill, clip, mask, counts);
  EXPECT_TRUE((deleted + inserted)[0].allclose(clip + fill));
  EXPECT_EQ(deleted[0].ne(clip).sum().item<std::int64_t>(), 14);
}

TEST(ReplaceByRank, RefusesOtherSizes) {
  const RankedMask mask(order(), kT, kH, kW);
  const std::vector<std::int64_t> counts{1};
  const at::Tensor clip = at::zeros({3, kT, kH, kW});
  EXPECT_THROW(replace_by_rank(clip, clip.slice(0, 1), mask, counts), Error);
  const at::Tensor turned = at::zeros({3, kT, kW, kH});
  EXPECT_THROW(replace_by_rank(turned, turned, mask, counts), Error);
}

TEST(AreaUnder, IsTheTrapezoidsOfAnEvenGrid) {
  const std::vector<double> values{1, 0.5, 0.25, 0};
  EXPECT_DOUBLE_EQ(area_under(values), (0.75 + 0.375 + 0.125) / 3);
  const std::vector<double> flat{0.3, 0.3};
  EXPECT_DOUBLE_EQ(area_under(flat), 0.3);
  const std::vector<double> broken{1, std::nan(""), 1};
  EXPECT_TRUE(std::isnan(area_under(broken)));
  EXPECT_THROW(area_under(std::span(flat).first(1)), Error);
}

}  // namespace
}  // namespace praxiscope::studies
