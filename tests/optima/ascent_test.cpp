#include "optima/ascent.h"

#include <ATen/ATen.h>
#include <gtest/gtest.h>

namespace praxiscope::optima {
namespace {

TEST(Ascent, MakesEveryRowsGradientAUnitsSize) {
  at::Tensor values = at::zeros({3, 2});
  const at::Tensor gradient = at::tensor({3.0F, 4.0F, 3e-9F, 4e-9F, 0.0F, 0.0F}).reshape({3, 2});
  Ascent(AscentKind::kNormalized).step(values, gradient, 0.1);
  const double size = std::sqrt((9.0 + 16) / 2);
  EXPECT_NEAR(values[0][0].item<double>(), 0.1 * 3 / size, 1e-6);
  EXPECT_NEAR(values[1][1].item<double>(), 0.1 * 4 / size, 1e-6) << "however small it is";
  EXPECT_EQ(values[2].abs().max().item<double>(), 0) << "nothing to follow";
}

TEST(Ascent, AdamRemembersEarlierSteps) {
  // m = 0.9 m + 0.1 g, v = 0.99 v + 0.01 g^2, both divided by what they have seen (Kingma and Ba,
  // algorithm 1), worked out for g = 1, then g = -1: the second step is 1/19 against the first.
  at::Tensor values = at::zeros({1, 1});
  Ascent ascent(AscentKind::kAdam);
  ascent.step(values, at::ones({1, 1}), 0.1);
  EXPECT_NEAR(values.item<double>(), 0.1, 1e-6);
  ascent.step(values, -at::ones({1, 1}), 0.1);
  EXPECT_NEAR(values.item<double>(), 0.1 - 0.1 / 19, 1e-6);
}

TEST(Ascent, SettlesAtTheEnd) {
  EXPECT_EQ(rate_at(1, 0, 300), 1);
  EXPECT_EQ(rate_at(1, 200, 300), 1);
  EXPECT_NEAR(rate_at(1, 299, 300), 0.1, 1e-9);
  for (int step = 1; step < 300; ++step)
    EXPECT_LE(rate_at(1, step, 300), rate_at(1, step - 1, 300));
  EXPECT_EQ(rate_at(1, 0, 1), 1);
}

}  // namespace
}  // namespace praxiscope::optima
