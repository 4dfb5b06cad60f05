// SmoothGrad: nothing to smooth in a linear network, and noise of the right size elsewhere.
#include "methods/explaining.h"
#include "methods/fake_model.h"

#include <gtest/gtest.h>

namespace praxiscope::testing {
namespace {

at::Tensor map_of(const Model& model, const std::string& options, const at::Tensor& clips,
                  const Target& target) {
  return coarse(model, {.method = "smooth_grad", .options = options}, {clips}, target);
}

/// S = sum x^2 / 2, whose gradient is the clip that the network was given.
std::unique_ptr<FakeModel> square_network() {
  return std::make_unique<FakeModel>(std::vector<std::string>{"rgb"},
                                     [](const std::vector<at::Tensor>& x, const Keep&) {
                                       return x[0].square().flatten(1).sum(1, /*keepdim=*/true) / 2;
                                     });
}

TEST(SmoothGrad, OfALinearNetworkIsSaliency) {
  const auto model = linear_network();
  const at::Tensor w = model->parameter("weight")[2].view({3, 4, 8, 8});
  const at::Tensor clips = noise_clips(1);
  EXPECT_TRUE(at::allclose(map_of(*model, "", clips, class_target(2))[0], w.abs().amax(0)));
  EXPECT_TRUE(at::allclose(map_of(*model, "values=signed,channels=sum", clips, class_target(2))[0],
                           w.sum(0), 1e-5, 1e-6));
  EXPECT_TRUE(at::allclose(map_of(*model, "squared=on,channels=mean", clips, class_target(2))[0],
                           w.square().mean(0)));
}

TEST(SmoothGrad, NoiseIsAShareOfEachClipsRange) {
  const auto model = square_network();
  const at::Tensor x = at::cat({noise_clips(1, 1), noise_clips(1, 1) * 10});
  const std::string options = "values=signed,noise=0.2,samples=";
  const at::Tensor noise = map_of(*model, options + "1", x, class_target(0)) - x.select(1, 0);
  for (int n = 0; n < 2; ++n) {
    const double sigma = 0.2 * (x[n].max() - x[n].min()).item<double>();
    EXPECT_NEAR(noise[n].std().item<double>() / sigma, 1, 0.15);
    EXPECT_NEAR(noise[n].mean().item<double>() / sigma, 0, 0.2);
  }
  EXPECT_LT(relative_difference(noise[1], noise[0] * 10), 1e-4) << "the same for every clip";
  const at::Tensor mean = map_of(*model, options + "64", x, class_target(0)) - x.select(1, 0);
  EXPECT_NEAR((mean[0].std() / noise[0].std()).item<double>(), 1.0 / 8, 0.02)
      << "every sample has noise of its own";
}

TEST(SmoothGrad, SquaredIsTheMeanOfSquares) {
  const auto model = square_network();
  const at::Tensor x = noise_clips(1, 1);
  const at::Tensor map = map_of(*model, "squared=on,samples=400,noise=0.1", x, class_target(0));
  const double sigma = 0.1 * (x.max() - x.min()).item<double>();
  // E (x + e)^2 = x^2 + sigma^2
  EXPECT_NEAR((map - x.select(1, 0).square()).mean().item<double>() / (sigma * sigma), 1, 0.1);
}

TEST(SmoothGrad, WithoutNoiseIsSaliency) {
  const auto model = fc_network();
  const at::Tensor clips = noise_clips(2);
  EXPECT_LT(relative_difference(map_of(*model, "noise=0,samples=3", clips, class_target(1)),
                                coarse(*model, {.method = "saliency"}, {clips}, class_target(1))),
            1e-6);
}

TEST(SmoothGrad, GoesBySeed) {
  const auto model = square_network();
  const std::unique_ptr<Method> method = make_method(*model, {.method = "smooth_grad"});
  const std::vector<at::Tensor> clips = {noise_clips(1, 1)};
  const praxiscope::Run run = run_for(*model, *method, clips, {});
  const std::vector<std::vector<Target>> targets = {{class_target(0)}};
  const auto with_seed = [&](std::uint64_t seed) {
    Listener progress;
    return method
        ->explain({.model = *model, .run = run, .targets = targets, .seed = seed},
                  progress)[0][0][0]
        .volume;
  };
  EXPECT_TRUE(at::equal(with_seed(4), with_seed(4)));
  EXPECT_FALSE(at::equal(with_seed(4), with_seed(5)));
}

TEST(SmoothGrad, RefusesOptionsWithoutMeaning) {
  const auto model = linear_network();
  const auto error = [&](const std::string& options) {
    return usage_error([&] { map_of(*model, options, noise_clips(1), class_target(0)); });
  };
  EXPECT_EQ(error("samples=0"), "smooth_grad: option samples: found 0, expected at least 1");
  EXPECT_EQ(error("noise=-0.1"),
            "smooth_grad: option noise: found -0.1, expected a share of at least 0, as in "
            "noise=0.15");
  EXPECT_EQ(error("noise=nan"),
            "smooth_grad: option noise: found nan, expected a share of at least 0, as in "
            "noise=0.15");
  EXPECT_EQ(error("squared=on,values=signed"),
            "smooth_grad: option values: found \"signed\" with squared=on, expected absolute; a "
            "square has no sign");
}

}  // namespace
}  // namespace praxiscope::testing
