// What is known beforehand must be found: filters, products, what priors leave of them.
#include "optima/maximizer.h"

#include "methods/fake_model.h"

#include "praxiscope/error.h"

#include <ATen/ATen.h>
#include <gtest/gtest.h>

#include <cmath>
#include <numbers>

namespace praxiscope::optima {
namespace {

using praxiscope::testing::FakeModel;
using praxiscope::testing::Keep;

constexpr std::int64_t kFrames = 8, kSide = 17;
constexpr std::array<std::int64_t, 3> kSize{kFrames, kSide, kSide};

/// A wave in a bell that goes along x by `speed` px a frame: [frames,side,side].
at::Tensor gabor(double speed) {
  const at::Tensor t = (at::arange(kFrames, at::kDouble) - 3.5).reshape({-1, 1, 1});
  const at::Tensor y = (at::arange(kSide, at::kDouble) - 8).reshape({1, -1, 1});
  const at::Tensor x = (at::arange(kSide, at::kDouble) - 8).reshape({1, 1, -1});
  const at::Tensor bell = at::exp(-(x.square() + y.square()) / (2 * 3.5 * 3.5) - t.square() / 18);
  return (bell * at::cos(2 * std::numbers::pi / 6 * (x - speed * t))).to(at::kFloat);
}

/// Colours of the filter and of nothing else; [C,T,H,W].
at::Tensor gray(const at::Tensor& filter, std::int64_t channels) {
  return filter.unsqueeze(0).expand({channels, kFrames, kSide, kSide});
}

at::Tensor answer(const at::Tensor& clips, const at::Tensor& filter) {
  return (clips * gray(filter, clips.size(1))).sum({1, 2, 3, 4});
}

/// Logit 0: how much of `filter` there is.
FakeModel gabor_network(double speed) {
  FakeModel model({"rgb"}, [filter = gabor(speed)](const auto& inputs, const Keep& keep) {
    const at::Tensor seen = keep("seen", answer(inputs[0] * 2 - 1, filter).unsqueeze(1));
    return at::cat({seen, at::zeros_like(seen)}, 1);
  });
  model.labels() = {"wave", "nothing"};
  return model;
}

double cosine(const at::Tensor& a, const at::Tensor& b) {
  return at::cosine_similarity(a.flatten(), b.flatten(), 0).item<double>();
}

Wish wish_of(Target target, Priors priors, std::size_t streams = 1) {
  Wish wish;
  wish.objective.target = std::move(target);
  wish.objective.a_hat = 100;
  wish.priors.assign(streams, priors);
  return wish;
}

Optimum only(const Model& model, const Streams& streams, const Wish& wish,
             const MaximizeSettings& settings) {
  Progress progress;
  return maximize(model, streams, {&wish, 1}, settings, progress).at(0);
}

TEST(Maximize, FindsASpaceTimeFilterAtItsSpeedAndDirection) {
  for (const double speed : {0.0, 1.0, -1.0, 2.0}) {
    const FakeModel model = gabor_network(speed);
    const Streams streams(model.manifest(), {{kSize}});
    const at::Tensor wanted = gray(gabor(speed), 3), mirrored = gray(gabor(-speed), 3);
    for (const CanvasKind kind : {CanvasKind::kPixels, CanvasKind::kFourier}) {
      MaximizeSettings settings{.steps = 500, .rate = 0.03, .canvas = {.kind = kind}};
      const Optimum found = only(model, streams, wish_of({}, {.l2 = 20}), settings);
      EXPECT_GE(cosine(found.streams[0], wanted), 0.95) << speed;
      if (speed != 0) {
        EXPECT_LT(cosine(found.streams[0], mirrored), 0.6) << speed;
      }
      const at::Tensor again =
          ask(model, streams, {{found.streams[0].unsqueeze(0)}}, {{Objective{}}});
      EXPECT_NEAR(again.item<double>(), found.score, 1e-3 * std::abs(found.score));
    }
  }
}

TEST(Maximize, FindsItThroughJitterUpToAShift) {
  const FakeModel model = gabor_network(1);
  const Streams streams(model.manifest(), {{kSize}});
  const MaximizeSettings settings{.steps = 300,
                                  .rate = 0.03,
                                  .canvas = {.kind = CanvasKind::kPixels},
                                  .views = {.shift = 0.07, .shift_frames = 1}};
  const Optimum found = only(model, streams, wish_of({}, {.l2 = 20}), settings);
  // Jitter blurs what is found along its own way; the best shift is looked for.
  const at::Tensor wanted = gray(gabor(1), 3);
  double best = 0;
  for (std::int64_t by = -2; by <= 2; ++by)
    best = std::max(best, cosine(found.streams[0], wanted.roll({by}, {3})));
  EXPECT_GE(best, 0.95);
}

/// Logit 0: the root of (how much of one filter RGB has) x (how much of another flow has), both
/// where positive. The root, so that it grows as its inputs do and a quadratic prior has an
/// optimum.
FakeModel product_network() {
  FakeModel model({"rgb", "flow"}, [](const auto& inputs, const Keep& keep) {
    const at::Tensor rgb = answer(inputs[0] * 2 - 1, gabor(0)).clamp_min(0);
    const at::Tensor flow = answer(inputs[1] * 2 - 1, gabor(1)).clamp_min(0);
    return keep("product", (rgb * flow + 1e-12).sqrt().unsqueeze(1));
  });
  model.manifest().inputs[1].kind = InputKind::kFlow;
  model.labels() = {"both"};
  return model;
}

TEST(Maximize, ProductUnitsNeedBothStreams) {
  const FakeModel model = product_network();
  const Streams streams(model.manifest(), {{kSize, kSize}});
  const MaximizeSettings settings{
      .steps = 250, .rate = 0.03, .canvas = {.kind = CanvasKind::kPixels}};
  Wish both = wish_of({}, {.l2 = 10}, 2);
  const Optimum found = only(model, streams, both, settings);
  EXPECT_GE(cosine(found.streams[0], gray(gabor(0), 3)), 0.95);
  EXPECT_GE(cosine(found.streams[1], gray(gabor(1), 2)), 0.95);
  Wish one = both;
  one.start = {at::Tensor(), at::zeros({2, kFrames, kSide, kSide})};
  one.is_fixed = {false, true};
  const Optimum alone = only(model, streams, one, settings);
  EXPECT_EQ(alone.streams[1].abs().max().item<double>(), 0) << "it stays as it was told";
  EXPECT_GT(found.score, 10);
  EXPECT_NEAR(alone.score, 0, 1e-5) << "a product with nothing";
}

/// Likes every difference between frames: how slow its optimum is, only priors say.
FakeModel change_network() {
  FakeModel model({"rgb"}, [](const auto& inputs, const Keep& keep) {
    const at::Tensor& clip = inputs[0];
    const at::Tensor change = clip.narrow(2, 1, kFrames - 1) - clip.narrow(2, 0, kFrames - 1);
    return keep("change", (change.square() + 1e-8).sqrt().sum({1, 2, 3, 4}).unsqueeze(1));
  });
  model.labels() = {"change"};
  return model;
}

TEST(Maximize, SlownessMakesItSlower) {
  const FakeModel model = change_network();
  const Streams streams(model.manifest(), {{kSize}});
  std::vector<Wish> wishes;
  for (const double chi : {10.0, 1.0, 0.1, 0.0})
    wishes.push_back(wish_of({}, {.l2 = 1, .chi = chi}));
  for (Wish& wish : wishes) wish.objective.a_hat = 5000;
  Progress progress;
  const auto found = maximize(model, streams, wishes, {.steps = 150, .rate = 0.05}, progress);
  double before = -1;
  for (const Optimum& one : found) {
    const double frequency = temporal_frequency(one.streams[0].unsqueeze(0)).item<double>();
    EXPECT_GT(frequency, before);
    before = frequency;
  }
}

TEST(Maximize, GivesTheSameForASeedWhateverTheOtherRows) {
  const FakeModel model = gabor_network(1);
  const Streams streams(model.manifest(), {{kSize}});
  const MaximizeSettings settings{
      .steps = 20, .views = {.shift = 0.15, .scale = 0.05, .turn = 3}, .seed = 7};
  Wish one = wish_of({}, {.l2 = 5}), other = wish_of({}, {.l2 = 1, .chi = 3});
  other.draw = 1;
  Progress progress;
  const Optimum alone = only(model, streams, one, settings);
  const std::vector<Wish> pair = {other, one};
  const auto both = maximize(model, streams, pair, settings, progress);
  EXPECT_TRUE(at::allclose(both[1].streams[0], alone.streams[0], 0, 1e-4));
  EXPECT_FALSE(at::allclose(both[0].streams[0], alone.streams[0], 0, 1e-2));
  EXPECT_TRUE(at::equal(only(model, streams, one, settings).streams[0], alone.streams[0]));
}

TEST(Maximize, StopsEarlyWithWhatIsBestSoFar) {
  const FakeModel model = gabor_network(1);
  const Streams streams(model.manifest(), {{kSize}});
  MaximizeSettings settings{.steps = 1000};
  int last = 0;
  settings.watch = [&](int step, double) { return (last = step) < 10; };
  const Optimum stopped = only(model, streams, wish_of({}, {}), settings);
  EXPECT_EQ(last, 10);
  EXPECT_EQ(stopped.steps, 10);
  EXPECT_EQ(stopped.course.size(), 10U);
  ASSERT_EQ(stopped.streams.size(), 1U);
  EXPECT_GT(stopped.course.back(), stopped.course.front());

  Progress progress;
  progress.cancel();
  const Wish wish = wish_of({}, {});
  const auto cancelled = maximize(model, streams, {&wish, 1}, settings, progress);
  EXPECT_EQ(cancelled[0].streams.size(), 1U) << "the start, which is a clip as well";
  EXPECT_TRUE(cancelled[0].course.empty());
}

TEST(Maximize, StopsWhenTheNetworkIsSureOfEveryClass) {
  const FakeModel model = gabor_network(1);
  const Streams streams(model.manifest(), {{kSize}});
  const MaximizeSettings settings{.steps = 40, .stops_when_sure = true};
  const Wish wave = wish_of({}, {});
  Wish nothing = wave;
  nothing.objective.target.class_index = 1;
  const Optimum sure = only(model, streams, wave, settings);
  EXPECT_LT(sure.course.size(), 40U);
  EXPECT_GE(sure.sure, std::log(99.0)) << "p 0.99 of two classes, the other's logit is 0";
  Progress progress;
  const std::vector<Wish> pair = {wave, nothing};  // the second logit is 0 whatever is shown
  const auto both = maximize(model, streams, pair, settings, progress);
  EXPECT_EQ(both[1].course.size(), 40U);
  EXPECT_TRUE(std::isnan(both[1].sure));
  EXPECT_NEAR(both[0].sure, sure.sure, 1e-3) << "at the same step as alone";
  Wish contrast = wave;
  contrast.objective.target.kind = Target::Kind::kContrast;
  contrast.objective.target.other_class_index = 1;
  EXPECT_EQ(only(model, streams, contrast, settings).course.size(), 40U);
}

TEST(Maximize, GoesOnFromAClip) {
  const FakeModel model = gabor_network(1);
  const Streams streams(model.manifest(), {{kSize}});
  Wish wish = wish_of({}, {});
  wish.start = {at::full({3, kFrames, kSide, kSide}, 0.5)};
  const Optimum found = only(model, streams, wish, {.steps = 1, .rate = 1e-4});
  EXPECT_NEAR(found.streams[0].mean().item<double>(), 0.5, 0.01);
}

TEST(Streams, PathwaysShareTheirPictures) {
  FakeModel model({"slow", "fast"}, [](const auto& inputs, const Keep&) { return inputs[0]; });
  model.manifest().inputs[0].preparation.bgr = true;
  const Streams streams(model.manifest(), {{std::array<std::int64_t, 3>{2, 5, 5}, {8, 5, 5}}});
  ASSERT_EQ(streams.all().size(), 1U);
  EXPECT_EQ(streams.all()[0].name, "fast");
  const at::Tensor pictures = at::rand({1, 3, 8, 5, 5}) * 2 - 1;
  const auto inputs = streams.inputs({{pictures}});
  EXPECT_TRUE(at::allclose(inputs[0].select(2, 1), inputs[1].select(2, 7).flip(1)))
      << "the last frame of both, its colours in each one's order";
  EXPECT_TRUE(at::allclose(streams.pictures(inputs)[0], pictures, 0, 1e-5));
}

TEST(Objective, NamesWhatThereIsNot) {
  const FakeModel model = gabor_network(0);
  const Streams streams(model.manifest(), {{kSize}});
  const auto message = [&](const Objective& objective) {
    try {
      ask(model, streams, {{at::zeros({1, 3, kFrames, kSide, kSide})}}, {{objective}});
    } catch (const Error& error) {
      EXPECT_EQ(error.kind(), ErrorKind::kUsage);
      return std::string(error.what());
    }
    return std::string("nothing was thrown");
  };
  Objective objective;
  objective.target.class_index = 9;
  EXPECT_EQ(message(objective), "maximize: no class 9; the network has 0 to 1");
  objective.target.kind = Target::Kind::kUnit;
  objective.target.layer = "seen";
  objective.target.channel = 3;
  EXPECT_EQ(message(objective), "maximize: layer \"seen\": found channel 3, expected 0 to 0");
  objective.target.channel = 0;
  objective.direction = at::ones({4});
  EXPECT_EQ(message(objective),
            "maximize: layer \"seen\": found a direction of 4 numbers, expected one of 1: as many "
            "as the layer has channels");
}

TEST(Objective, TakesUnitsAtTheirPlace) {
  FakeModel model({"rgb"}, [](const auto& inputs, const Keep& keep) {
    return keep("copy", inputs[0]).mean({2, 3, 4});
  });
  model.labels() = {"a", "b", "c"};
  const Streams streams(model.manifest(), {{std::array<std::int64_t, 3>{4, 5, 5}}});
  at::Tensor clip = at::zeros({1, 3, 4, 5, 5});
  clip[0][1][2][2][2] = 0.5, clip[0][1][0][0][0] = 1;  // 0: gray, 0.5
  Objective objective;
  objective.target.kind = Target::Kind::kUnit;
  objective.target.layer = "copy";
  objective.target.channel = 1;
  const auto value = [&] { return ask(model, streams, {{clip}}, {{objective}}).item<double>(); };
  objective.place = Place::kCenter;
  EXPECT_NEAR(value(), 0.75, 1e-6);
  objective.direction = at::tensor({1.0F, 2.0F, 3.0F});
  EXPECT_NEAR(value(), 0.5 + 2 * 0.75 + 3 * 0.5, 1e-5);
  objective.direction = at::Tensor();
  objective.place = Place::kStrongest;
  EXPECT_NEAR(value(), 1, 1e-6);
  objective.place = Place::kMean;
  EXPECT_NEAR(value(), 0.5 + 0.75 / 100, 1e-6);
  objective.target.t = objective.target.y = objective.target.x = 0;
  EXPECT_NEAR(value(), 1, 1e-6);
}

/// Layer "parts": how bright red and blue are, nowhere below 0; logit: the root of the sum of their
/// squares, so that much of one is as good as some of both.
FakeModel colors_network() {
  FakeModel model({"rgb"}, [](const auto& inputs, const Keep& keep) {
    const at::Tensor seen = inputs[0] * 2 - 1;
    const at::Tensor parts =
        keep("parts", at::stack({seen.select(1, 0), seen.select(1, 2)}, 1).clamp_min(1e-3));
    return parts.mean({2, 3, 4}).square().sum(1, true).sqrt();
  });
  model.labels() = {"colour"};
  return model;
}

TEST(Maximize, AFamilyIsMadeToDiffer) {
  const FakeModel model = colors_network();
  const Streams streams(model.manifest(), {{kSize}});
  // Red and blue of every optimum, and how alike two of them are at the layer.
  const auto likeness = [&](double diversity) {
    std::vector<Wish> wishes(2, wish_of({}, {.l2 = 0.5}));
    for (std::size_t n = 0; n < 2; ++n) {
      wishes[n].objective.a_hat = 1;
      wishes[n].draw = static_cast<std::int64_t>(n);
      wishes[n].family = 3;
    }
    MaximizeSettings settings{.steps = 200, .rate = 0.02, .canvas = {.kind = CanvasKind::kPixels}};
    settings.diversity = diversity;
    settings.diversity_layer = "parts";
    Progress progress;
    const std::vector<Optimum> found = maximize(model, streams, wishes, settings, progress);
    std::vector<at::Tensor> grams;
    for (const Optimum& one : found) {
      EXPECT_GT(one.score, 0.1) << "it is still driven";
      const at::Tensor& seen = one.streams[0];
      const at::Tensor parts = at::stack({seen[0], seen[2]}).clamp_min(1e-3).flatten(1);
      grams.push_back(parts.mm(parts.t()));
    }
    return cosine(grams[0], grams[1]);
  };
  const double as_they_come = likeness(0), apart = likeness(2);
  EXPECT_GT(as_they_come, 0.9);
  EXPECT_LT(apart, as_they_come - 0.3);
}

TEST(Maximize, DiversityNeedsALayerToCompareAt) {
  const FakeModel model = colors_network();
  const Streams streams(model.manifest(), {{kSize}});
  MaximizeSettings settings{.steps = 1};
  settings.diversity = 1;
  try {
    only(model, streams, wish_of({}, {}), settings);
    FAIL() << "expected an error";
  } catch (const Error& error) {
    EXPECT_EQ(error.kind(), ErrorKind::kUsage);
  }
}

TEST(Maximize, TellsWhatIsBestSoFar) {
  const FakeModel model = colors_network();
  const Streams streams(model.manifest(), {{kSize}});
  MaximizeSettings settings{.steps = 70, .rate = 0.02};
  std::vector<int> steps;
  double last = 0;
  settings.look = [&](std::span<const Optimum> best) {
    ASSERT_EQ(best.size(), 1U);
    steps.push_back(best[0].steps);
    last = best[0].value;
    EXPECT_EQ(best[0].streams[0].sizes(), (std::vector<std::int64_t>{3, kFrames, kSide, kSide}));
  };
  Wish wish = wish_of({}, {.l2 = 0.5});
  wish.objective.a_hat = 1;
  const Optimum found = only(model, streams, wish, settings);
  EXPECT_EQ(steps, (std::vector<int>{32, 64, 70}));
  EXPECT_EQ(last, found.value);
}

TEST(Maximize, SlopesAreThoseOfTheScore) {
  const FakeModel model = gabor_network(1);
  const Streams streams(model.manifest(), {{kSize}});
  const auto slope =
      slopes(model, streams, {{at::zeros({1, 3, kFrames, kSide, kSide})}}, {{Objective{}}});
  // The network sees (u + 1) / 2 as 2 ((u + 1) / 2) - 1 = u: its filter is its slope.
  EXPECT_GE(cosine(slope.at(0)[0], gray(gabor(1), 3)), 1 - 1e-6);
}

}  // namespace
}  // namespace praxiscope::optima
