#include "optima/canvas.h"

#include <ATen/ATen.h>
#include <ATen/core/grad_mode.h>
#include <gtest/gtest.h>
#include <torch/csrc/autograd/autograd.h>

#include <vector>

namespace praxiscope::optima {
namespace {

constexpr std::array<std::int64_t, 3> kSize{6, 10, 12};

InputSpec torchvision_like() {
  InputSpec spec;
  spec.preparation.mean = {0.4, 0.5, 0.6};
  spec.preparation.std = {0.2, 0.25, 0.3};
  return spec;
}

Stream flow_stream() {
  InputSpec spec;
  spec.kind = InputKind::kFlow;
  spec.preparation.range = {-1, 1};
  return make_stream(spec, kSize);
}

TEST(Stream, GoesToTheNetworkAndBack) {
  const Stream stream = make_stream(torchvision_like(), kSize);
  const at::Tensor white = network_input(stream, at::ones({1, 3, 6, 10, 12}));
  EXPECT_NEAR(white[0][0].mean().item<double>(), (1 - 0.4) / 0.2, 1e-5);
  EXPECT_NEAR(white[0][2].mean().item<double>(), (1 - 0.6) / 0.3, 1e-5);
  const at::Tensor black = network_input(stream, at::full({1, 3, 6, 10, 12}, -1));
  EXPECT_NEAR(black[0][1].mean().item<double>(), -0.5 / 0.25, 1e-5);
  const at::Tensor pictures = at::rand({2, 3, 6, 10, 12}) * 2 - 1;
  EXPECT_TRUE(at::allclose(centred(stream, network_input(stream, pictures)), pictures, 0, 1e-5));
}

TEST(Stream, MotionIsCutOffAlongItsDirection) {
  at::Tensor flow = at::zeros({1, 2, 1, 1, 3});
  flow[0][0][0][0][0] = 3, flow[0][1][0][0][0] = 4;      // length 5
  flow[0][0][0][0][1] = 0.3, flow[0][1][0][0][1] = 0.4;  // within
  const at::Tensor kept = within_range(flow_stream(), flow, 1);
  EXPECT_NEAR(kept[0][0][0][0][0].item<double>(), 0.6, 1e-6);
  EXPECT_NEAR(kept[0][1][0][0][0].item<double>(), 0.8, 1e-6);
  EXPECT_NEAR(kept[0][0][0][0][1].item<double>(), 0.3, 1e-6);
  EXPECT_EQ(kept[0][0][0][0][2].item<double>(), 0);
}

TEST(Canvas, BeginsWithThePicturesItIsGiven) {
  for (const CanvasKind kind : {CanvasKind::kPixels, CanvasKind::kFourier}) {
    const Stream stream = make_stream(torchvision_like(), kSize);
    const at::Tensor start = at::rand({2, 3, 6, 10, 12}) * 1.8 - 0.9;
    const std::vector<std::int64_t> draws = {0, 1};
    const auto canvas = make_canvas(stream, {.kind = kind}, draws, start, 1, "cpu");
    EXPECT_TRUE(at::allclose(canvas->pictures(), start, 0, 1e-4));
  }
}

TEST(Canvas, StartsAlikeWhereDrawsAreAlikeWhateverTheOtherRows) {
  for (const CanvasKind kind : {CanvasKind::kPixels, CanvasKind::kFourier}) {
    const Stream stream = make_stream(torchvision_like(), kSize);
    const CanvasSettings settings{.kind = kind, .contrast = 0.1};
    const std::vector<std::int64_t> three = {5, 5, 9}, one = {9};
    const at::Tensor rows = make_canvas(stream, settings, three, {}, 1, "cpu")->pictures();
    EXPECT_TRUE(at::equal(rows[0], rows[1]));
    EXPECT_FALSE(at::allclose(rows[0], rows[2], 0, 1e-3));
    const at::Tensor alone = make_canvas(stream, settings, one, {}, 1, "cpu")->pictures();
    EXPECT_TRUE(at::allclose(alone[0], rows[2], 0, 1e-6));
    const at::Tensor other_seed = make_canvas(stream, settings, one, {}, 2, "cpu")->pictures();
    EXPECT_FALSE(at::allclose(other_seed[0], rows[2], 0, 1e-3));
    EXPECT_NEAR(rows[0].std().item<double>(), 0.1, 0.02);
  }
}

TEST(Canvas, FourierMovesSlowWavesFarthest) {
  // The same slope at every amplitude changes low frequencies most: the pictures stay smooth.
  const Stream stream = flow_stream();
  const std::vector<std::int64_t> draws = {0};
  const auto canvas = make_canvas(stream, {.kind = CanvasKind::kFourier, .decay_time = 2}, draws,
                                  at::zeros({1, 2, 6, 10, 12}), 1, "cpu");
  const at::AutoGradMode record(true);
  const at::Tensor pictures = canvas->pictures();
  at::Tensor impulse = at::zeros_like(pictures);
  impulse[0][0][3][5][6] = 1;
  const at::Tensor slope =
      torch::autograd::grad({pictures}, {canvas->values()}, {impulse})[0][0][0];
  const at::Tensor size = slope.square().sum(-1).sqrt();  // [T,H,W/2+1]
  const double slow = size[1][0][1].item<double>();
  EXPECT_GT(slow, 0);
  EXPECT_NEAR(size[2][0][1].item<double>() / slow, 0.25, 1e-3) << "twice as fast, decay 2";
  EXPECT_NEAR(size[1][0][2].item<double>() / slow, 0.5, 1e-3) << "twice as fine, decay 1";
}

TEST(Canvas, KeepsPixelsInRange) {
  const Stream stream = make_stream(torchvision_like(), kSize);
  const std::vector<std::int64_t> draws = {0, 1};
  const auto canvas =
      make_canvas(stream, {.kind = CanvasKind::kPixels, .contrast = 3}, draws, {}, 1, "cpu");
  const std::vector<double> bounds = {1, 0.5};
  canvas->keep_in_range(bounds);
  EXPECT_EQ(canvas->pictures()[0].abs().max().item<double>(), 1);
  EXPECT_EQ(canvas->pictures()[1].abs().max().item<double>(), 0.5);
  EXPECT_TRUE(canvas->values().requires_grad());
}

}  // namespace
}  // namespace praxiscope::optima
