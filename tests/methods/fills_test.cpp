// What replaces removed content: its values in the network's own units.
#include "methods/support/fills.h"

#include <ATen/ATen.h>
#include <gtest/gtest.h>

namespace praxiscope::methods {
namespace {

InputSpec spec_of() {
  InputSpec spec;
  spec.preparation.range = {0, 1};
  spec.preparation.mean = {0.5, 0.4, 0.3};
  spec.preparation.std = {0.5, 0.25, 0.1};
  return spec;
}

at::Tensor clips() {
  at::manual_seed(7);
  return at::rand({2, 3, 6, 20, 24});
}

TEST(Fills, BlackAndGrayAreWhatThePreparationMakesOfThem) {
  const at::Tensor black = make_fill(FillKind::kBlack, clips(), spec_of(), 0);
  EXPECT_EQ(black.sizes(), clips().sizes());
  EXPECT_FLOAT_EQ(black[1][0][5][19][23].item<float>(), -1.0F);
  EXPECT_FLOAT_EQ(black[0][1][0][0][0].item<float>(), -1.6F);
  const at::Tensor gray = make_fill(FillKind::kGray, clips(), spec_of(), 0);
  EXPECT_FLOAT_EQ(gray[0][2][0][0][0].item<float>(), 2.0F);
}

TEST(Fills, BlackFlowIsNoMotion) {
  InputSpec flow;
  flow.kind = InputKind::kFlow;
  flow.preparation.range = {-1, 1};
  flow.preparation.mean = {0};
  flow.preparation.std = {1};
  const at::Tensor x = at::rand({1, 2, 3, 4, 4});
  EXPECT_EQ(make_fill(FillKind::kFrozen, x, flow, 0).abs().max().item<double>(), 0);
  EXPECT_TRUE(make_fill(FillKind::kReversed, x, flow, 0).equal(-x.flip({2})));
  const at::Tensor fill = make_fill(FillKind::kBlack, x, flow, 0);
  EXPECT_EQ(fill.abs().max().item<float>(), 0);
}

TEST(Fills, MeanIsEachClipsOwnColour) {
  const at::Tensor x = clips();
  const at::Tensor fill = make_fill(FillKind::kMean, x, spec_of(), 0);
  EXPECT_TRUE(at::allclose(fill.amax({2, 3, 4}), x.mean({2, 3, 4})));
  EXPECT_TRUE(at::allclose(fill.amin({2, 3, 4}), x.mean({2, 3, 4})));
}

TEST(Fills, BlurKeepsConstantsAndTheMeanOfAPoint) {
  const at::Tensor flat = at::full({1, 3, 2, 32, 32}, 0.7);
  EXPECT_TRUE(at::allclose(make_fill(FillKind::kBlur, flat, spec_of(), 0), flat));
  at::Tensor point = at::zeros({1, 3, 2, 65, 65});
  point.select(3, 32).select(3, 32).fill_(1);
  const at::Tensor spread = make_fill(FillKind::kBlur, point, spec_of(), 0);
  EXPECT_NEAR(spread[0][0][0].sum().item<float>(), 1, 1e-4);
  const double sigma = 10.0 * 65 / 224;
  EXPECT_NEAR(spread[0][0][0][32][32].item<float>(), 1 / (2 * M_PI * sigma * sigma), 2e-3);
  EXPECT_TRUE(at::allclose(spread, spread.transpose(3, 4))) << "the same in both directions";
}

TEST(Fills, FrozenShuffledAndReversedKeepPictures) {
  const at::Tensor x = clips();
  const at::Tensor frozen = make_fill(FillKind::kFrozen, x, spec_of(), 0);
  for (std::int64_t t = 0; t < 6; ++t) EXPECT_TRUE(frozen.select(2, t).equal(x.select(2, 0)));
  EXPECT_TRUE(make_fill(FillKind::kReversed, x, spec_of(), 0).select(2, 0).equal(x.select(2, 5)));
  const at::Tensor shuffled = make_fill(FillKind::kShuffled, x, spec_of(), 3);
  EXPECT_TRUE(shuffled.equal(make_fill(FillKind::kShuffled, x, spec_of(), 3))) << "by seed";
  EXPECT_TRUE(std::get<0>(shuffled.flatten(3).sum(3).sort(2))
                  .allclose(std::get<0>(x.flatten(3).sum(3).sort(2))))
      << "every frame once";
}

TEST(Fills, ShufflingAlwaysChangesTheOrder) {
  const at::Tensor x = at::arange(2).view({1, 1, 2, 1, 1}).to(at::kFloat);
  for (std::uint64_t seed = 0; seed < 8; ++seed)
    EXPECT_EQ(make_fill(FillKind::kShuffled, x, spec_of(), seed)[0][0][0].item<float>(), 1) << seed;
}

TEST(Fills, NoiseHasTheClipsMeanAndSpreadWhateverTheBatch) {
  const at::Tensor x = clips();
  const at::Tensor fill = make_fill(FillKind::kNoise, x, spec_of(), 5);
  EXPECT_NEAR(fill[0][1].mean().item<float>(), x[0][1].mean().item<float>(), 0.03);
  EXPECT_NEAR(fill[0][1].std().item<float>(), x[0][1].std().item<float>(), 0.03);
  EXPECT_TRUE(
      fill.narrow(0, 1, 1).equal(make_fill(FillKind::kNoise, x.narrow(0, 1, 1), spec_of(), 5)));
}

TEST(Fills, NamesAndKindsAgree) {
  EXPECT_EQ(find_fill("frozen"), FillKind::kFrozen);
  std::string names(kFillNames);
  for (std::size_t begin = 0; begin < names.size();) {
    const std::size_t end = std::min(names.find('|', begin), names.size());
    EXPECT_NO_THROW(find_fill(names.substr(begin, end - begin)));
    begin = end + 1;
  }
}

}  // namespace
}  // namespace praxiscope::methods
