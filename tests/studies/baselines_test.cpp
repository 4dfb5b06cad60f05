// Maps that know nothing of the network.
#include "studies/faithfulness/baselines.h"

#include "praxiscope/error.h"

#include <ATen/ATen.h>
#include <gtest/gtest.h>

#include <cmath>

namespace praxiscope::studies {
namespace {

TEST(CentreMap, IsLargestInTheMiddleAndConstantInTime) {
  const at::Tensor map = centre_map(3, 9, 17);
  ASSERT_EQ(map.sizes(), (std::vector<std::int64_t>{3, 9, 17}));
  EXPECT_EQ(map.argmax().item<std::int64_t>(), 4 * 17 + 8);
  EXPECT_FLOAT_EQ(map[0][4][8].item<float>(), 1);
  EXPECT_TRUE(map[0].equal(map[2]));
  EXPECT_TRUE(map.equal(map.flip({1}))) << "the same above and below";
  EXPECT_TRUE(map.equal(map.flip({2})));
  // 4 px from the centre of 17: exp(-(4 / 4.25)^2 / 2).
  EXPECT_NEAR(map[1][4][12].item<float>(), std::exp(-8 / (4.25 * 4.25)), 1e-6);
}

TEST(CentreMap, OfAnEvenSideHasItsCentreBetweenPixels) {
  const at::Tensor map = centre_map(1, 1, 4);
  EXPECT_EQ(map[0][0][1].item<float>(), 1);
  EXPECT_EQ(map[0][0][2].item<float>(), 1);
  EXPECT_NEAR(map[0][0][0].item<float>(), std::exp(-(1.5 * 1.5 - 0.5 * 0.5) / 2), 1e-6);
}

TEST(RandomMap, IsTheSameForTheSameSeed) {
  const at::Tensor map = random_map(4, 20, 20, 3);
  EXPECT_TRUE(map.equal(random_map(4, 20, 20, 3)));
  EXPECT_FALSE(map.equal(random_map(4, 20, 20, 4)));
  EXPECT_NEAR(map.mean().item<float>(), 0.5, 0.03);
  EXPECT_GE(map.min().item<float>(), 0);
  EXPECT_LT(map.max().item<float>(), 1);
}

TEST(EdgeMap, SeesEdgesInBothDirectionsAndNothingElse) {
  at::Tensor clip = at::zeros({3, 2, 5, 6});
  clip.select(1, 0).slice(2, 3).fill_(1);  // frame 0: a step between columns 2 and 3
  clip.select(1, 1).slice(1, 2).fill_(1);  // frame 1: a step between rows 1 and 2
  const at::Tensor edges = edge_map(clip);
  ASSERT_EQ(edges.sizes(), (std::vector<std::int64_t>{2, 5, 6}));
  for (std::int64_t y = 0; y < 5; ++y) {
    for (std::int64_t x = 0; x < 6; ++x) {
      EXPECT_EQ(edges[0][y][x].item<float>(), x == 2 || x == 3 ? 4 : 0) << y << " " << x;
      EXPECT_EQ(edges[1][y][x].item<float>(), y == 1 || y == 2 ? 4 : 0) << y << " " << x;
    }
  }
}

TEST(EdgeMap, LooksAtTheMeanOfTheChannels) {
  at::Tensor clip = at::zeros({2, 1, 3, 3});
  clip[0].slice(2, 2).fill_(1);
  clip[1].slice(2, 2).fill_(-1);
  EXPECT_EQ(edge_map(clip).max().item<float>(), 0);
  EXPECT_EQ(edge_map(at::ones({3, 1, 1, 1})).max().item<float>(), 0) << "one pixel";
}

TEST(Baselines, RefuseEmptySizes) {
  EXPECT_THROW(centre_map(0, 2, 2), Error);
  EXPECT_THROW(random_map(1, 0, 2, 0), Error);
  EXPECT_THROW(edge_map(at::zeros({2, 2, 2})), Error);
}

}  // namespace
}  // namespace praxiscope::studies
