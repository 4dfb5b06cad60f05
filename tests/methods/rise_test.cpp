// RISE of a linear network converges to what the masks' second moments say, with the error it
// tells.
#include "methods/explaining.h"
#include "methods/fake_model.h"
#include "methods/support/random_masks.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace praxiscope::testing {
namespace {

using methods::RandomMasks;

Attribution ask(const Model& model, const std::string& options, const Target& target,
                std::uint64_t seed = 0) {
  const std::unique_ptr<Method> method = make_method(model, {.method = "rise", .options = options});
  const praxiscope::Run run = run_for(model, *method, {noise_clips(1)}, {});
  const std::vector<std::vector<Target>> targets = {{target}};
  Listener progress;
  return method->explain(
      {.model = model, .run = run, .targets = targets, .seed = seed, .batch = 50},
      progress)[0][0][0];
}

/// E[S M_v] / E[M_v] of masks from 2x2x2 grids with S = sum_u c_u M_u: grid cells are independent,
/// so E[M_u M_v] = p^2 + p (1 - p) sum_g U_gu U_gv, where U_g is the mask of a lone cell g; its
/// mean over all shifts.
at::Tensor expected_map(const at::Tensor& c, double p) {
  const at::Tensor lone = at::eye(8).view({8, 1, 2, 2, 2});
  const at::Tensor enlarged =
      at::upsample_trilinear3d(lone, {6, 12, 12}, /*align_corners=*/false).to(at::kDouble);
  at::Tensor sum = at::zeros({4, 8, 8}, at::kDouble);
  for (int t = 0; t < 2; ++t) {
    for (int y = 0; y < 4; ++y) {
      for (int x = 0; x < 4; ++x) {
        const at::Tensor u = enlarged.narrow(2, t, 4).narrow(3, y, 8).narrow(4, x, 8).squeeze(1);
        const at::Tensor of_cells = (u * c).sum({1, 2, 3});  // [8]
        sum += p * c.sum() + (1 - p) * (u * of_cells.view({8, 1, 1, 1})).sum(0);
      }
    }
  }
  return sum / 32;
}

double rms(const at::Tensor& values) { return values.square().mean().sqrt().item<double>(); }

TEST(Rise, OfALinearNetworkConvergesWithTheErrorItTells) {
  const auto model = linear_network();
  const at::Tensor c =
      (model->parameter("weight")[1].view({3, 4, 8, 8}) * noise_clips(1)[0]).sum(0).to(at::kDouble);
  const at::Tensor expected = expected_map(c, 0.3);
  const std::string options = "score=logit,center=off,grid=2x2x2,probability=0.3,masks=";
  const auto error_of = [&](int masks) {
    double square = 0, told = 0;
    for (const std::uint64_t seed : {1, 2, 3, 4}) {
      const Attribution map = ask(*model, options + std::to_string(masks), class_target(1), seed);
      square += std::pow(rms(map.volume - expected), 2) / 4;
      told += map.measures.at("standard error") / 4;
    }
    EXPECT_GT(told, 0.6 * std::sqrt(square)) << masks << " masks";
    EXPECT_LT(told, 1.7 * std::sqrt(square)) << masks << " masks";
    return std::sqrt(square);
  };
  const double few = error_of(100), many = error_of(1600);
  const double range = (expected.max() - expected.min()).item<double>();
  EXPECT_LT(many, 0.07 * range);
  EXPECT_LT(many, few / 2.5) << "16 times the masks: 4 times less error";
}

TEST(Rise, CenteredAtTheMeanAnswer) {
  const auto model = gap_network();
  const Attribution on = ask(*model, "masks=30", class_target(2));
  const Attribution off = ask(*model, "masks=30,center=off", class_target(2));
  EXPECT_TRUE(at::allclose(off.volume - on.measures.at("mean score"), on.volume, 1e-5, 1e-6));
  EXPECT_TRUE(on.is_signed);
  EXPECT_FALSE(off.is_signed);
  EXPECT_GT(off.volume.min().item<float>(), 0);
  EXPECT_TRUE(ask(*model, "masks=30,center=off", contrast(2, 1)).is_signed);
}

TEST(Rise, OfANetworkThatLooksAtNothingIsFlat) {
  const FakeModel model({"rgb"}, [](const std::vector<at::Tensor>& x, const Keep&) {
    return (x[0].mean({2, 3, 4}) * 0) + at::tensor({1.0F, 2.0F, 3.0F});
  });
  const Attribution map = ask(model, "masks=25,score=logit,center=off", class_target(2));
  EXPECT_TRUE(at::allclose(map.volume, at::full({4, 8, 8}, 3.0F)));
  EXPECT_LT(map.measures.at("standard error"), 1e-6);
}

TEST(Rise, KnowsNothingOfCellsThatNoMaskShows) {
  const auto model = gap_network();
  const Attribution map = ask(*model, "masks=1,probability=0.0001", class_target(2));
  EXPECT_EQ(map.volume.abs().max().item<float>(), 0);
}

TEST(Rise, HidesEachInputInTurn) {
  const auto model = two_stream_network();
  const Question question{.method = "rise", .options = "masks=40,score=logit"};
  // A flow that is black already has nothing to hide.
  const std::vector<at::Tensor> clips = {noise_clips(1), at::zeros({1, 2, 4, 8, 8})};
  const auto maps = explain(*model, question, clips, {class_target(1)})[0][0];
  ASSERT_EQ(maps.size(), 2u);
  EXPECT_GT(maps[0].volume.abs().max().item<float>(), 1e-3);
  EXPECT_LT(maps[1].volume.abs().max().item<float>(), 1e-6);
}

TEST(Rise, DependsOnTheSeedOnly) {
  const auto model = gap_network();
  const at::Tensor one = ask(*model, "masks=20", class_target(0), 7).volume;
  EXPECT_TRUE(at::equal(one, ask(*model, "masks=20", class_target(0), 7).volume));
  EXPECT_FALSE(at::equal(one, ask(*model, "masks=20", class_target(0), 8).volume));
}

TEST(RandomMasks, ShowTheirShareOfTheClip) {
  const RandomMasks masks(
      {.count = 400, .probability = 0.25, .grid = {4, 3, 3}, .clip = {8, 10, 11}, .seed = 3});
  at::Tensor sum = at::zeros({8, 10, 11});
  for (int i = 0; i < 400; ++i) {
    const at::Tensor mask = masks(i);
    ASSERT_EQ(mask.sizes(), at::IntArrayRef({8, 10, 11}));
    EXPECT_GE(mask.min().item<float>(), 0);
    EXPECT_LE(mask.max().item<float>(), 1 + 1e-6);
    sum += mask;
  }
  EXPECT_LT((sum / 400 - 0.25).abs().max().item<float>(), 0.09) << "4 standard deviations";
  EXPECT_TRUE(at::equal(masks(17), masks(17)));
  EXPECT_FALSE(at::equal(masks(17), masks(18)));
}

TEST(RandomMasks, OfACoarseGridAreCutToTheClip) {
  const RandomMasks still(
      {.count = 3, .probability = 0.5, .grid = {4, 7, 7}, .clip = {1, 2, 3}, .seed = 3});
  EXPECT_EQ(still(2).sizes(), at::IntArrayRef({1, 2, 3}));
}

TEST(Rise, NamesWhatIsNoMask) {
  const auto model = gap_network();
  const auto message = [&](const std::string& options) {
    return usage_error([&] { ask(*model, options, class_target(0)); });
  };
  EXPECT_EQ(message("masks=0"), "rise: option masks: found \"0\", expected 1 to 1000000");
  EXPECT_EQ(message("probability=1"),
            "rise: option probability: found \"1\", expected a number between 0 and 1, both "
            "excluded");
  EXPECT_EQ(message("grid=7x7"),
            "rise: option grid: found \"7x7\", expected cells over time, height and width, as in "
            "4x7x7");
}

}  // namespace
}  // namespace praxiscope::testing
