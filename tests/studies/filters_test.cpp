// Kernels: numbers by hand, colours at known weights, views and their places.
#include "render/flow_colors.h"
#include "studies/filters/kernel_films.h"
#include "studies/filters/kernel_numbers.h"

#include <ATen/ATen.h>
#include <gmock/gmock.h>

namespace praxiscope::studies {
namespace {

using ::testing::ElementsAre;
using Bytes = std::array<int, 3>;

at::Tensor kernel(std::vector<float> values, at::IntArrayRef shape) {
  return at::tensor(values).view(shape).clone();
}

Bytes at(const at::Tensor& bytes, int y, int x) {
  return {bytes[y][x][0].item<int>(), bytes[y][x][1].item<int>(), bytes[y][x][2].item<int>()};
}

TEST(KernelNumbers, ByHand) {
  // Two frames of 1x2 weights: (3 1), (1 -1).
  const KernelNumbers numbers = kernel_numbers(kernel({3, 1, 1, -1}, {1, 2, 1, 2}));
  EXPECT_EQ(numbers.mean, 1);
  EXPECT_DOUBLE_EQ(numbers.norm, std::sqrt(12.0));
  // The mean over time is (2 0): 2 (4 + 0) of 12 is constant.
  EXPECT_DOUBLE_EQ(*numbers.temporal_share, 1 - 8 / 12.0);
  // Neighbours in x: (1-3)^2, (-1-1)^2, mean 4; mean square 3.
  EXPECT_DOUBLE_EQ(*numbers.smoothness_space, 1 - 4 / 6.0);
  // In time: (1-3)^2, (-1-1)^2 as well.
  EXPECT_DOUBLE_EQ(*numbers.smoothness_time, 1 - 4 / 6.0);
}

TEST(KernelNumbers, ConstantKernelsAreSmoothAndStill) {
  const KernelNumbers numbers = kernel_numbers(at::full({3, 3, 5, 5}, 0.25));
  EXPECT_DOUBLE_EQ(*numbers.temporal_share, 0);
  EXPECT_DOUBLE_EQ(*numbers.smoothness_space, 1);
  EXPECT_DOUBLE_EQ(*numbers.smoothness_time, 1);
}

TEST(KernelNumbers, DifferencesInTimeAreAllMotion) {
  const KernelNumbers numbers = kernel_numbers(kernel({-1, 1}, {1, 2, 1, 1}));
  EXPECT_DOUBLE_EQ(*numbers.temporal_share, 1);
  EXPECT_DOUBLE_EQ(*numbers.smoothness_time, -1);
  EXPECT_FALSE(numbers.smoothness_space.has_value()) << "one pixel has no neighbours";
}

TEST(KernelNumbers, NoiseIsNotSmoothOnAverage) {
  at::Generator generator = at::detail::createCPUGenerator(3);
  double sum = 0;
  for (int i = 0; i < 200; ++i)
    sum += *kernel_numbers(at::randn({3, 3, 7, 7}, generator, at::kFloat)).smoothness_space;
  EXPECT_NEAR(sum / 200, 0, 0.01);
}

TEST(KernelNumbers, ZerosHaveNone) {
  const KernelNumbers numbers = kernel_numbers(at::zeros({3, 3, 7, 7}));
  EXPECT_EQ(numbers.norm, 0);
  EXPECT_FALSE(numbers.temporal_share.has_value());
  EXPECT_FALSE(numbers.smoothness_space.has_value());
  EXPECT_FALSE(kernel_numbers(at::ones({3, 1, 7, 7})).temporal_share.has_value()) << "one frame";
}

TEST(KernelNumbers, OfALayerByHand) {
  Convolution one;
  one.layer = "conv1";
  one.kernels = kernel({1, 3, -1, 1}, {2, 1, 2, 1, 1});
  const LayerNumbers numbers = layer_numbers(one);
  EXPECT_EQ(numbers.mean, 1);
  EXPECT_DOUBLE_EQ(numbers.std, std::sqrt(2.0));
  EXPECT_EQ(numbers.min, -1);
  EXPECT_EQ(numbers.max, 3);
  const nlohmann::json told_layer = told(one, numbers);
  EXPECT_EQ(told_layer["shape"], (std::vector<int>{2, 1, 2, 1, 1}));
  EXPECT_TRUE(told_layer["kernels"][0]["smoothness_space"].is_null());
  EXPECT_DOUBLE_EQ(told_layer["kernels"][0]["temporal_share"].get<double>(), 1 - 8 / 10.0);
}

TEST(Median, OfThoseThatAreThere) {
  EXPECT_EQ(median({3, NAN, 1, 2}), 2);
  EXPECT_EQ(median({4, 1}), 2.5);
  EXPECT_EQ(median({NAN}), std::nullopt);
}

Convolution convolution(at::IntArrayRef shape) {
  Convolution one;
  one.kernels = at::zeros(shape);
  return one;
}

TEST(KernelKind, FollowsWhatIsRead) {
  EXPECT_EQ(kind_of(convolution({8, 3, 3, 7, 7}), true, false), KernelKind::kColor);
  EXPECT_EQ(kind_of(convolution({8, 3, 3, 7, 7}), false, false), KernelKind::kNorm);
  EXPECT_EQ(kind_of(convolution({8, 2, 3, 7, 7}), false, true), KernelKind::kFlow);
  EXPECT_EQ(kind_of(convolution({8, 1, 3, 7, 7}), false, false), KernelKind::kSigned)
      << "depthwise";
  EXPECT_EQ(kind_of(convolution({8, 45, 3, 1, 1}), false, false), KernelKind::kSigned)
      << "temporal";
  EXPECT_EQ(kind_of(convolution({8, 45, 1, 1, 1}), false, false), KernelKind::kSigned) << "mixing";
  EXPECT_EQ(kind_of(convolution({8, 45, 1, 3, 3}), false, false), KernelKind::kNorm);
}

TEST(KernelColours, AreGrayAtZeroAndSymmetric) {
  const at::Tensor rgb = kernel({0, 2, 0, -2, 0, 0}, {3, 1, 1, 2});  // red (0 2), green (0 -2)
  const at::Tensor bytes = kernel_bytes(rgb, KernelKind::kColor, false, KernelView::kLoop, 0, 2);
  EXPECT_EQ(at(bytes, 0, 0), (Bytes{128, 128, 128}));
  EXPECT_EQ(at(bytes, 0, 1), (Bytes{255, 0, 128}));
  const at::Tensor bgr = kernel_bytes(rgb, KernelKind::kColor, true, KernelView::kLoop, 0, 2);
  EXPECT_EQ(at(bgr, 0, 1), (Bytes{128, 0, 255})) << "the first channel is blue";
}

TEST(KernelColours, FlowHasOneHueADirection) {
  // To the right, twice as strong to the right, to the left, down.
  const at::Tensor flow = kernel({1, 2, -2, 0, 0, 0, 0, 2}, {2, 1, 1, 4});
  const at::Tensor bytes = kernel_bytes(flow, KernelKind::kFlow, false, KernelView::kLoop, 0, 2);
  const Bytes weak = at(bytes, 0, 0), right = at(bytes, 0, 1), left = at(bytes, 0, 2);
  EXPECT_GT(right[0], right[1] + 60) << "right is red";
  EXPECT_GT(left[1] + left[2], 2 * left[0]) << "left is its opposite";
  EXPECT_GT(weak[1], right[1]) << "weaker is paler";
  const at::Tensor still =
      kernel_bytes(at::zeros({2, 1, 1, 1}), KernelKind::kFlow, false, KernelView::kLoop, 0, 2);
  EXPECT_EQ(at(still, 0, 0)[0], at(still, 0, 0)[1]) << "no direction, no hue";
  // The wheel says the same: right of its middle the colour of the strongest to the right.
  const at::Tensor wheel = flow_wheel(101);
  EXPECT_EQ(at(wheel, 50, 100), right);
  EXPECT_EQ(at(wheel, 100, 50), at(bytes, 0, 3)) << "y grows downwards";
  EXPECT_EQ(at(wheel, 0, 0), (Bytes{255, 255, 255}));
}

TEST(KernelViews, CutThroughTime) {
  // A dot that moves to the right: frame t has its weight at x = t.
  at::Tensor moving = at::zeros({1, 3, 3, 3});
  for (int t = 0; t < 3; ++t) moving[0][t][1][t] = 1;
  const at::Tensor slice =
      kernel_bytes(moving, KernelKind::kSigned, false, KernelView::kSliceXT, 1, 1);
  const Bytes red = at(slice, 0, 0), white = at(slice, 0, 1);
  EXPECT_NE(red, white);
  EXPECT_EQ(at(slice, 1, 1), red) << "a slanted line";
  EXPECT_EQ(at(slice, 2, 2), red);
  const at::Tensor other =
      kernel_bytes(moving, KernelKind::kSigned, false, KernelView::kSliceYT, 2, 1);
  EXPECT_EQ(at(other, 2, 1), red) << "t down, y across at x = 2";
  EXPECT_EQ(at(other, 0, 1), white);
}

TEST(KernelViews, OfPointsAreChannelsByTime) {
  const at::Tensor temporal = kernel({1, -1, 0, 0, 2, -2}, {2, 3, 1, 1});
  const at::Tensor bytes =
      kernel_bytes(temporal, KernelKind::kSigned, false, KernelView::kLoop, 0, 2);
  EXPECT_EQ(bytes.sizes(), (at::IntArrayRef{2, 3, 3})) << "two channels down, three frames across";
  const at::Tensor mixing =
      kernel_bytes(at::ones({5, 1, 1, 1}), KernelKind::kSigned, false, KernelView::kLoop, 0, 2);
  EXPECT_EQ(mixing.sizes(), (at::IntArrayRef{2, 3, 3})) << "five channels, row by row";
  EXPECT_EQ(at(mixing, 1, 2), (Bytes{128, 128, 128})) << "no sixth";
}

ShownKernels shown(at::IntArrayRef shape, KernelKind kind) {
  ShownKernels kernels;
  kernels.kernels = at::randn(shape);
  kernels.kind = kind;
  for (std::int64_t o = 0; o < shape[0]; ++o) kernels.numbers.push_back(o);
  return kernels;
}

TEST(KernelFilms, HaveAsManyPicturesAsPlaces) {
  const ShownKernels deep = shown({4, 3, 5, 7, 9}, KernelKind::kColor);
  EXPECT_EQ(places_of(deep, KernelView::kLoop), 5);
  EXPECT_EQ(places_of(deep, KernelView::kSliceXT), 7);
  EXPECT_EQ(places_of(deep, KernelView::kSliceYT), 9);
  const ShownKernels flat = shown({4, 3, 1, 7, 7}, KernelKind::kColor);
  EXPECT_EQ(places_of(flat, KernelView::kLoop), 1);
  EXPECT_EQ(places_of(flat, KernelView::kSliceXT), 0) << "one frame";
  ShownKernels pair = flat;
  pair.factor = at::randn({6, 4, 3, 1, 1});
  pair.factor_name = "stem.3";
  EXPECT_EQ(places_of(pair, KernelView::kLoop), 3) << "the factor's frames";
  std::vector<FigurePicture> stored;
  for (const ShownKernels& one : {deep, flat, pair}) {
    const FigureFilm film = make_kernel_film(one, KernelView::kLoop, stored);
    EXPECT_EQ(static_cast<std::int64_t>(film.pictures.size()), places_of(one, KernelView::kLoop));
    EXPECT_TRUE(std::isnan(film.times_s.front()));
  }
}

TEST(KernelFilms, ReachIsThatOfTheColours) {
  ShownKernels one;
  one.kernels = kernel({3, -4}, {1, 2, 1, 1, 1});
  one.kind = KernelKind::kFlow;
  one.numbers = {0};
  EXPECT_EQ(reach_of(one), 5) << "length of the vector";
  one.kind = KernelKind::kNorm;
  EXPECT_EQ(reach_of(one), 5);
  one.kind = KernelKind::kSigned;
  EXPECT_EQ(reach_of(one), 4);
}

}  // namespace
}  // namespace praxiscope::studies
