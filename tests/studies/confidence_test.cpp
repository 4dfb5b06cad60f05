// Intervals whose answer is known: few groups have few different resamples.
#include "studies/support/confidence.h"

#include "praxiscope/error.h"

#include <gtest/gtest.h>

#include <cmath>
#include <limits>
#include <vector>

namespace praxiscope::studies {
namespace {

using Values = std::vector<double>;
using Groups = std::vector<std::int64_t>;

TEST(EstimateMean, IsTheMeanOfWhatWasCounted) {
  const double nan = std::nan(""), infinity = std::numeric_limits<double>::infinity();
  const auto found = estimate_mean(Values{1, nan, 3, infinity, 8}, Groups{0, 0, 1, 1, 2});
  EXPECT_DOUBLE_EQ(found.mean, 4);
  EXPECT_EQ(found.values, 3);
  EXPECT_EQ(found.groups, 3);
}

TEST(EstimateMean, OneVideoHasNoInterval) {
  const auto found = estimate_mean(Values{1, 2, 3}, Groups{5, 5, 5});
  EXPECT_DOUBLE_EQ(found.mean, 2);
  EXPECT_FALSE(found.bounds);
  EXPECT_FALSE(estimate_mean(Values{1, std::nan("")}, Groups{0, 1}).bounds)
      << "the second was not counted";
}

TEST(EstimateMean, OfNothingIsNotANumber) {
  const auto found = estimate_mean(Values{}, Groups{});
  EXPECT_TRUE(std::isnan(found.mean));
  EXPECT_EQ(found.values, 0);
  EXPECT_FALSE(found.bounds);
}

TEST(EstimateMean, DrawsVideosAndNotClips) {
  // Two videos of 50 equal clips. Videos: means 0, 1/2, 1 with chances 1/4, 1/2, 1/4, so 95 % reach
  // from 0 to 1. Clips one by one would give 0.5 +- 0.1.
  Values values(100, 0.0);
  Groups groups(100, 0);
  for (std::size_t k = 50; k < 100; ++k) values[k] = 1, groups[k] = 7;
  const auto found = estimate_mean(values, groups);
  ASSERT_TRUE(found.bounds);
  EXPECT_DOUBLE_EQ(found.mean, 0.5);
  EXPECT_DOUBLE_EQ(found.bounds->low, 0);
  EXPECT_DOUBLE_EQ(found.bounds->high, 1);
}

TEST(EstimateMean, BoundsFollowTheLevel) {
  // Three videos 0, 0, 3: means 0..3 with chances 8/27, 12/27, 6/27, 1/27. Below 90 %: 3 is left
  // out; 0 stays, since 8/27 are more than 5 %.
  const Values values{0, 0, 3};
  const Groups groups{0, 1, 2};
  const auto wide = estimate_mean(values, groups, {}, {.level = 0.99});
  EXPECT_DOUBLE_EQ(wide.bounds->low, 0);
  EXPECT_DOUBLE_EQ(wide.bounds->high, 3);
  const auto narrow = estimate_mean(values, groups, {}, {.level = 0.9});
  EXPECT_DOUBLE_EQ(narrow.bounds->high, 2);
  const auto half = estimate_mean(values, groups, {}, {.level = 0.3});
  EXPECT_DOUBLE_EQ(half.bounds->low, 1) << "35 % lie below: 8/27 are 30 %";
  EXPECT_DOUBLE_EQ(half.bounds->high, 1) << "65 % lie below: 20/27 are 74 %";
}

TEST(EstimateMean, WeightsMakeTheShareOfAllCases) {
  // 1 of 1 and 2 of 9 points.
  const auto found = estimate_mean(Values{1, 2. / 9, 0.5}, Groups{0, 1, 2}, Values{1, 9, 0});
  EXPECT_DOUBLE_EQ(found.mean, 0.3);
  EXPECT_EQ(found.values, 2);
  EXPECT_EQ(found.groups, 2) << "weight 0 is not counted";
  EXPECT_DOUBLE_EQ(found.bounds->low, 2. / 9);
  EXPECT_DOUBLE_EQ(found.bounds->high, 1);
}

TEST(EstimateMean, TheSameSeedGivesTheSameBounds) {
  const Values values{.1, .9, .4, .35, .7, .2, .66};
  const Groups groups{0, 1, 2, 3, 4, 5, 6};
  const auto first = estimate_mean(values, groups), again = estimate_mean(values, groups);
  EXPECT_EQ(first.bounds->low, again.bounds->low);
  EXPECT_EQ(first.bounds->high, again.bounds->high);
  const auto other = estimate_mean(values, groups, {}, {.seed = 1});
  EXPECT_NE(first.bounds->low, other.bounds->low);
  EXPECT_NEAR(first.bounds->low, other.bounds->low, 0.03);
}

TEST(EstimateMean, RefusesWhatDoesNotFit) {
  EXPECT_THROW(estimate_mean(Values{1, 2}, Groups{0}), Error);
  EXPECT_THROW(estimate_mean(Values{1, 2}, Groups{0, 1}, Values{1}), Error);
  EXPECT_THROW(estimate_mean(Values{1, 2}, Groups{0, 1}, Values{1, -1}), Error);
  EXPECT_THROW(estimate_mean(Values{1, 2}, Groups{0, 1}, {}, {.level = 95}), Error);
  EXPECT_THROW(estimate_mean(Values{1, 2}, Groups{0, 1}, {}, {.resamples = 0}), Error);
}

}  // namespace
}  // namespace praxiscope::studies
