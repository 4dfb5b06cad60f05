#include "optima/views.h"

#include <ATen/ATen.h>
#include <ATen/CPUGeneratorImpl.h>
#include <gtest/gtest.h>

#include <numbers>

namespace praxiscope::optima {
namespace {

Stream rgb(std::int64_t frames = 6) { return make_stream(InputSpec{}, {frames, 9, 9}); }

Stream flow(std::int64_t frames = 6) {
  InputSpec spec;
  spec.kind = InputKind::kFlow;
  return make_stream(spec, {frames, 9, 9});
}

TEST(Views, NothingWrapsAroundInTime) {
  const at::Tensor clip =
      at::arange(6, at::kFloat).reshape({1, 1, 6, 1, 1}).expand({1, 3, 6, 9, 9});
  const auto frames = [&](std::int64_t later) {
    View view;
    view.frames = 6, view.later = later;
    return seen_from(view, rgb(), clip).select(1, 0).select(2, 4).select(2, 4).flatten();
  };
  EXPECT_TRUE(at::equal(frames(2), at::tensor({0.0F, 0.0F, 0.0F, 1.0F, 2.0F, 3.0F})));
  EXPECT_TRUE(at::equal(frames(-2), at::tensor({2.0F, 3.0F, 4.0F, 5.0F, 5.0F, 5.0F})));
  EXPECT_TRUE(at::equal(frames(99), at::zeros({6})));  // never further than there are frames
}

TEST(Views, NothingWrapsAroundInSpace) {
  at::Tensor clip = at::zeros({1, 3, 6, 9, 9});
  clip.select(4, 8).fill_(1);  // a bright right border
  View view;
  view.frames = 6, view.right = 1.0 / 3;
  const at::Tensor seen = seen_from(view, rgb(), clip);
  EXPECT_EQ(seen.select(4, 0).abs().max().item<double>(), 0) << "the left one stays dark";
  EXPECT_EQ(seen.select(4, 8).abs().max().item<double>(), 0) << "it went out";
}

TEST(Views, StreamsOfSmallerPicturesMoveAsFarInThem) {
  at::Tensor clip = at::zeros({1, 3, 6, 9, 18});
  clip.select(4, 0).fill_(1);
  View view;
  view.frames = 6, view.right = 1.0 / 9;
  const Stream wide = make_stream(InputSpec{}, {6, 9, 18});
  EXPECT_EQ(seen_from(view, wide, clip).select(4, 2).min().item<double>(), 1) << "2 of 18 px";
  EXPECT_EQ(seen_from(view, wide, clip).select(4, 3).max().item<double>(), 0);
  const at::Tensor narrow = clip.narrow(4, 0, 9);
  EXPECT_EQ(seen_from(view, rgb(), narrow).select(4, 1).min().item<double>(), 1) << "1 of 9 px";
  EXPECT_EQ(seen_from(view, rgb(), narrow).select(4, 2).max().item<double>(), 0);
}

TEST(Views, MoveWhatTheyTurnByAsMuch) {
  const at::Tensor clip = at::rand({2, 3, 6, 9, 9});
  for (const auto& [right, down] : {std::pair(2.0, -1.0), std::pair(-3.0, 2.0)}) {
    View plain;
    plain.frames = 6, plain.right = right / 9, plain.down = down / 9;
    View turned = plain;
    turned.scale = 1 + 1e-9;  // resampled, and the same picture
    const at::Tensor one = seen_from(plain, rgb(), clip), other = seen_from(turned, rgb(), clip);
    EXPECT_TRUE(at::allclose(one, other, 0, 1e-5));
    plain.is_mirrored = true;  // mirrored first, then moved
    EXPECT_TRUE(at::allclose(seen_from(plain, rgb(), clip), seen_from(turned, rgb(), clip.flip(4)),
                             0, 1e-5));
  }
}

TEST(Views, StreamsOfFewerFramesMoveAsLong) {
  const at::Tensor clip =
      at::arange(3, at::kFloat).reshape({1, 1, 3, 1, 1}).expand({1, 2, 3, 9, 9});
  View view;
  view.frames = 12, view.later = 4;  // a third of the time: one frame of three
  const at::Tensor seen = seen_from(view, flow(3), clip).select(1, 0).select(2, 4).select(2, 4);
  EXPECT_TRUE(at::equal(seen.flatten(), at::tensor({0.0F, 0.0F, 1.0F})));
}

TEST(Views, FlowTurnsWithItsPicture) {
  // A quarter turn: what was at the right goes down, and so does motion to the right.
  at::Tensor pictures = at::zeros({1, 2, 1, 9, 9});
  pictures[0][0][0][4][8] = 1;  // at the right, moving right
  View view;
  view.turn = std::numbers::pi / 2;
  const at::Tensor seen = seen_from(view, flow(1), pictures);
  EXPECT_NEAR(seen[0][1][0][8][4].item<double>(), 1, 1e-5) << "at the bottom, moving down";
  EXPECT_NEAR(seen[0][0].abs().max().item<double>(), 0, 1e-5);
}

TEST(Views, MirroredFlowGoesTheOtherWay) {
  at::Tensor pictures = at::zeros({1, 2, 1, 9, 9});
  pictures[0][0][0][4][8] = 1;
  pictures[0][1][0][4][8] = 0.5;
  View view;
  view.is_mirrored = true;
  const at::Tensor seen = seen_from(view, flow(1), pictures);
  EXPECT_NEAR(seen[0][0][0][4][0].item<double>(), -1, 1e-5);
  EXPECT_NEAR(seen[0][1][0][4][0].item<double>(), 0.5, 1e-5);
}

TEST(Views, LargerPicturesHaveLongerMotion) {
  View view;
  view.scale = 2;
  const at::Tensor seen = seen_from(view, flow(1), at::full({1, 2, 1, 9, 9}, 0.25));
  EXPECT_NEAR(seen.min().item<double>(), 0.5, 1e-5);
}

TEST(Views, AreDrawnWithinTheirLimitsAndAlikeForASeed) {
  const ViewSettings settings{
      .shift = 0.25, .shift_frames = 2, .scale = 0.1, .turn = 5, .mirror = true};
  at::Generator one = at::detail::createCPUGenerator(3), other = at::detail::createCPUGenerator(3);
  double farthest = 0;
  std::int64_t latest = 0;
  int mirrored = 0;
  for (int i = 0; i < 300; ++i) {
    const View view = draw_view(settings, 16, one), again = draw_view(settings, 16, other);
    EXPECT_EQ(view.right, again.right);
    EXPECT_EQ(view.turn, again.turn);
    farthest = std::max({farthest, std::abs(view.right), std::abs(view.down)});
    latest = std::max(latest, std::abs(view.later));
    mirrored += view.is_mirrored ? 1 : 0;
    EXPECT_LE(std::abs(view.turn), 5 * std::numbers::pi / 180);
    EXPECT_GE(view.scale, 1 / 1.1 - 1e-12);
    EXPECT_LE(view.scale, 1.1 + 1e-12);
  }
  EXPECT_LE(farthest, 0.25);
  EXPECT_GT(farthest, 0.24);
  EXPECT_EQ(latest, 2);
  EXPECT_NEAR(mirrored, 150, 50);
}

TEST(Views, WithoutAWishSeeThePictureItself) {
  at::Generator generator = at::detail::createCPUGenerator(1);
  const at::Tensor clip = at::rand({2, 3, 6, 9, 9});
  EXPECT_TRUE(seen_from(draw_view({}, 6, generator), rgb(), clip).is_same(clip));
}

}  // namespace
}  // namespace praxiscope::optima
