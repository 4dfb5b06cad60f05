#include "optima/priors.h"

#include <ATen/ATen.h>
#include <gtest/gtest.h>

#include <cmath>
#include <numbers>
#include <vector>

namespace praxiscope::optima {
namespace {

double at_row(const at::Tensor& values, std::int64_t row = 0) { return values[row].item<double>(); }

/// [1,1,frames,4,4], frame t all `t`.
at::Tensor ramp(std::int64_t frames) {
  return at::arange(frames, at::kFloat).reshape({1, 1, frames, 1, 1}).expand({1, 1, frames, 4, 4});
}

TEST(Priors, CountDifferencesThatThereAreAndNoMore) {
  // 4 steps of 1 between 5 frames of 16 pixels. Were the last frame compared with the first one, 16
  // squares of 4 would come on top.
  EXPECT_DOUBLE_EQ(at_row(temporal_variation(ramp(5))), 4 * 16);
  EXPECT_DOUBLE_EQ(at_row(spatial_variation(ramp(5))), 0);
  const at::Tensor across = ramp(5).permute({0, 1, 3, 4, 2}).contiguous();  // grows along x
  EXPECT_DOUBLE_EQ(at_row(spatial_variation(across)), 4 * 16);
  EXPECT_DOUBLE_EQ(at_row(temporal_variation(across)), 0);
  const at::Tensor down = ramp(5).permute({0, 1, 3, 2, 4}).contiguous();
  EXPECT_DOUBLE_EQ(at_row(spatial_variation(down)), 4 * 16);
}

TEST(Priors, TakeTheNormOverChannelsToItsPower) {
  at::Tensor pictures = at::zeros({1, 3, 1, 1, 2});
  pictures[0][0][0][0][0] = 3;
  pictures[0][1][0][0][0] = 4;  // a voxel of length 5
  EXPECT_NEAR(at_row(energy(pictures, 2)), 25, 1e-5);
  EXPECT_NEAR(at_row(energy(pictures, 3)), 125, 1e-3);
}

TEST(Priors, EnergyHasAFiniteSlopeAtNothing) {
  at::Tensor pictures = at::zeros({1, 3, 2, 2, 2}).requires_grad_(true);
  energy(pictures, 1).sum().backward();
  EXPECT_TRUE(at::isfinite(pictures.grad()).all().item<bool>());
}

TEST(Priors, WeighEveryRowAndTermByItself) {
  const at::Tensor one = at::rand({1, 3, 4, 5, 6}) - 0.5;
  const at::Tensor pictures = at::cat({one, one, one});
  const std::vector<Priors> rows = {{.energy = 2, .alpha = 3}, {.kappa = 3, .chi = 5}, {.l2 = 7}};
  const at::Tensor told = penalty(pictures, rows, 120);
  EXPECT_NEAR(at_row(told, 0), 2 * at_row(energy(one, 3)) / 120, 1e-5);
  EXPECT_NEAR(at_row(told, 1),
              (3 * at_row(spatial_variation(one)) + 5 * at_row(temporal_variation(one))) / 120,
              1e-5);
  EXPECT_NEAR(at_row(told, 2), 7 * one.square().sum().item<double>() / 120, 1e-5);
}

TEST(TemporalFrequency, IsThatOfAWave) {
  for (const int turns : {1, 2, 3}) {
    const at::Tensor wave =
        at::cos(at::arange(16, at::kDouble) * (2 * std::numbers::pi * turns / 16));
    const at::Tensor pictures = wave.reshape({1, 1, 16, 1, 1}).expand({1, 2, 16, 3, 3});
    EXPECT_NEAR(at_row(temporal_frequency(pictures)), turns / 16.0, 1e-9);
  }
}

TEST(TemporalFrequency, IsNothingForWhatStands) {
  const at::Tensor still = at::rand({1, 3, 1, 5, 5}).expand({1, 3, 8, 5, 5});
  EXPECT_NEAR(at_row(temporal_frequency(still)), 0, 1e-12);
  EXPECT_EQ(at_row(temporal_frequency(at::zeros({1, 3, 8, 5, 5}))), 0);
}

TEST(TemporalFrequency, CountsWhatStandsBesideWhatMoves) {
  // As much power in a still pattern as in the fastest wave: half of 1/2.
  at::Tensor pictures = at::zeros({1, 1, 8, 1, 4});
  for (std::int64_t t = 0; t < 8; ++t) {
    const double sign = t % 2 == 0 ? 1 : -1;
    pictures[0][0][t][0][0] = sign, pictures[0][0][t][0][1] = -sign;
    pictures[0][0][t][0][2] = 1, pictures[0][0][t][0][3] = -1;
  }
  EXPECT_NEAR(at_row(temporal_frequency(pictures)), 0.25, 1e-9);
}

TEST(Priors, ASpectrumTellsWhichFrequenciesThereAre) {
  // One wave of 1/8 and half as strong one of 1/4 cycles a frame.
  const at::Tensor t = at::arange(16, at::kDouble);
  const at::Tensor wave =
      at::cos(2 * std::numbers::pi / 8 * t) + 0.5 * at::cos(2 * std::numbers::pi / 4 * t + 1);
  const at::Tensor pictures =
      wave.reshape({1, 1, 16, 1, 1}).expand({1, 3, 16, 5, 5}).to(at::kFloat) + 0.3;
  const at::Tensor shares = temporal_spectrum(pictures);
  ASSERT_EQ(shares.sizes(), (std::vector<std::int64_t>{1, 9}));
  EXPECT_NEAR(shares[0][2].item<double>(), 0.8, 1e-6);
  EXPECT_NEAR(shares[0][4].item<double>(), 0.2, 1e-6);
  EXPECT_NEAR(shares.sum().item<double>(), 1, 1e-9);
  EXPECT_NEAR(temporal_frequency(pictures).item<double>(), 0.8 / 8 + 0.2 / 4, 1e-6);
  EXPECT_EQ(temporal_spectrum(at::ones({1, 3, 4, 2, 2})).abs().sum().item<double>(), 0);
}

}  // namespace
}  // namespace praxiscope::optima
