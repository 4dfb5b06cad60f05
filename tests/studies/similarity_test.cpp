// How alike maps are, on cases with known answers.
#include "studies/faithfulness/similarity.h"

#include "praxiscope/error.h"

#include <ATen/ATen.h>
#include <gtest/gtest.h>

#include <cmath>
#include <limits>

namespace praxiscope::studies {
namespace {

at::Tensor line(std::vector<double> values) {
  return at::tensor(values, at::kDouble).view({1, 1, -1});
}

TEST(Spearman, LooksAtOrderOnly) {
  EXPECT_DOUBLE_EQ(*spearman(line({1, 2, 3, 4}), line({1, 10, 100, 1000})), 1);
  EXPECT_DOUBLE_EQ(*spearman(line({1, 2, 3, 4}), line({9, 3, 2, -5})), -1);
  // Ranks 1 2 3 4 5 and 2 3 4 5 1: differences 1 1 1 1 4, 1 - 6 * 20 / (5 * 24).
  EXPECT_NEAR(*spearman(line({1, 2, 3, 4, 5}), line({2, 2.5, 4.5, 6, 1.})), 0, 1e-12);
}

TEST(Spearman, EqualValuesShareTheirMeanRank) {
  // Ranks 1.5 1.5 3 4 and 1 2 3 4: covariance 4.5, variances 4.5 and 5.
  EXPECT_NEAR(*spearman(line({0, 0, 7, 9}), line({1, 2, 3, 4})), 4.5 / std::sqrt(4.5 * 5), 1e-12);
}

TEST(Pearson, LooksAtValues) {
  EXPECT_DOUBLE_EQ(*pearson(line({1, 2, 3}), line({10, 12, 14})), 1);
  // Deviations -1 0 1 and -1 1 0.
  EXPECT_NEAR(*pearson(line({1, 2, 3}), line({1, 3, 2})), 0.5, 1e-12);
  EXPECT_NEAR(*pearson(line({1e-200, 2e-200, 3e-200}), line({1, 3, 2})), 0.5, 1e-9);
}

TEST(Correlations, OfAConstantAreUnknown) {
  EXPECT_FALSE(spearman(line({0, 0, 0}), line({1, 2, 3})));
  EXPECT_FALSE(pearson(line({1, 2, 3}), line({4, 4, 4})));
  EXPECT_FALSE(pearson(line({1}), line({2})));
}

TEST(Correlations, LeaveOutWhatIsNotFinite) {
  const double nan = std::nan(""), infinity = std::numeric_limits<double>::infinity();
  EXPECT_DOUBLE_EQ(*spearman(line({1, nan, 2, 3}), line({4, 1, 5, 6})), 1);
  EXPECT_DOUBLE_EQ(*pearson(line({1, 2, 3, 4}), line({1, 2, 3, infinity})), 1);
  EXPECT_FALSE(pearson(line({nan, nan}), line({1, 2})));
  EXPECT_THROW(pearson(line({1, 2}), line({1, 2, 3})), Error);
}

TEST(Ssim, IsOneForTheSameAndForDarkness) {
  at::manual_seed(3);
  const at::Tensor map = at::rand({6, 7, 8});
  EXPECT_NEAR(ssim(map, map), 1, 1e-12);
  EXPECT_DOUBLE_EQ(ssim(at::zeros({6, 7, 8}), at::zeros({6, 7, 8})), 1);
}

TEST(Ssim, OfTwoLevelsIsTheLuminanceTerm) {
  const at::Tensor a = at::full({5, 5, 5}, 0.5), b = at::full({5, 5, 5}, 1.0);
  EXPECT_NEAR(ssim(a, b), (2 * 0.5 + 1e-4) / (0.25 + 1 + 1e-4), 1e-6);
}

TEST(Ssim, OneWindowByHand) {
  // One frame of 1 x 2: the window is all of it. Means 1/2, variances 1/4, covariance -1/4.
  const double expected = (0.5 + 1e-4) * (-0.5 + 9e-4) / ((0.5 + 1e-4) * (0.5 + 9e-4));
  EXPECT_NEAR(ssim(line({0, 1}), line({1, 0})), expected, 1e-12);
  EXPECT_THROW(ssim(at::zeros({2, 2}), at::zeros({2, 2})), Error);
}

ClipFrame frame(std::int64_t index, bool is_padding = false) {
  return {.source_index = index, .pts = Rational(index, 25), .is_padding = is_padding};
}

TEST(SharedFrames, AreThePlacesOfTheSameSourceFrames) {
  const auto [a, b] = shared_frames({frame(0), frame(2), frame(4), frame(6)},
                                    {frame(4), frame(6), frame(8), frame(8, true)});
  EXPECT_TRUE(a.equal(at::tensor({2, 3}, at::kLong)));
  EXPECT_TRUE(b.equal(at::tensor({0, 1}, at::kLong)));
}

TEST(SharedFrames, PaddingAndDistantClipsShareNothing) {
  const auto [a, b] = shared_frames({frame(0), frame(0, true)}, {frame(1), frame(0, true)});
  EXPECT_EQ(a.numel(), 0);
  EXPECT_EQ(b.numel(), 0);
}

}  // namespace
}  // namespace praxiscope::studies
