// What is drawn of signed maps of pixels.
#include "render/map_range.h"

#include <ATen/ATen.h>
#include <gtest/gtest.h>

namespace praxiscope {
namespace {

TEST(MeanOfCells, LetsNeighboursOfBothSignsCancel) {
  at::Tensor map = at::ones({2, 16, 24});
  map.slice(2, 0, 24, 2).fill_(-1);  // stripes one pixel wide
  map.select(0, 1).slice(0, 8, 16).slice(1, 16, 24).fill_(3);
  const at::Tensor cells = mean_of_cells(map);
  ASSERT_EQ(cells.sizes(), (std::vector<std::int64_t>{2, 2, 3}));
  at::Tensor expected = at::zeros({2, 2, 3});
  expected[1][1][2] = 3;
  EXPECT_TRUE(at::allclose(cells, expected));
}

TEST(MeanOfCells, OfASmallMapIsItsMean) {
  const at::Tensor map = at::arange(12, at::kDouble).view({1, 3, 4});
  const at::Tensor cells = mean_of_cells(map);
  ASSERT_EQ(cells.sizes(), (std::vector<std::int64_t>{1, 1, 1}));
  EXPECT_FLOAT_EQ(cells.item<float>(), 5.5F);
}

}  // namespace
}  // namespace praxiscope
