// What survives without motion, for a network whose answer is known for every order of frames.
#include "methods/support/motion_split.h"

#include "methods/explaining.h"
#include "methods/fake_model.h"

#include <gtest/gtest.h>

namespace praxiscope::testing {
namespace {

/// Logit 0: how much brighter the last frame is than the first; logit 1: the mean brightness.
FakeModel brightening() {
  return FakeModel({"rgb"}, [](const std::vector<at::Tensor>& inputs, const Keep&) {
    const at::Tensor frames = inputs[0].mean({1, 3, 4});  // [N,T]
    const at::Tensor last = frames.select(1, frames.size(1) - 1), first = frames.select(1, 0);
    return at::stack({last - first, frames.mean(1)}, 1);
  });
}

/// Frame t is t everywhere: [1,3,4,2,2].
at::Tensor ramp() {
  return at::arange(4, at::kFloat).view({1, 1, 4, 1, 1}).expand({1, 3, 4, 2, 2}).contiguous();
}

std::vector<MotionSplit> split_of(const FakeModel& model, const at::Tensor& clip) {
  const std::vector<Target> targets{class_target(0), class_target(1), contrast(0, 1)};
  const Run run = model.run(std::vector<at::Tensor>{clip}, {});
  const std::vector<std::vector<Target>> asked{targets};
  Listener listener;
  return methods::motion_split({.model = model, .run = run, .targets = asked, .batch = 4}, 0,
                               listener);
}

TEST(MotionSplit, TellsMotionFromAppearance) {
  const auto split = split_of(brightening(), ramp());
  ASSERT_EQ(split.size(), 3U);
  const MotionSplit::Values& change = split[0].score;
  EXPECT_FLOAT_EQ(change.whole, 3);
  EXPECT_FLOAT_EQ(change.frozen, 0);
  EXPECT_FLOAT_EQ(change.reversed, -3);
  EXPECT_GT(change.shuffled, -3);
  EXPECT_LT(change.shuffled, 3);
  const MotionSplit::Values& mean = split[1].score;
  EXPECT_FLOAT_EQ(mean.whole, 1.5);
  EXPECT_FLOAT_EQ(mean.frozen, 0) << "the first frame is black";
  EXPECT_FLOAT_EQ(mean.shuffled, 1.5) << "the same pictures in any order";
  EXPECT_FLOAT_EQ(mean.reversed, 1.5);
}

TEST(MotionSplit, GivesProbabilitiesOfClassesAndDifferencesOfContrasts) {
  const auto split = split_of(brightening(), ramp());
  const auto p = [](double a, double b) { return std::exp(a) / (std::exp(a) + std::exp(b)); };
  EXPECT_NEAR(split[0].probability.whole, p(3, 1.5), 1e-6);
  EXPECT_NEAR(split[0].probability.frozen, 0.5, 1e-6);
  EXPECT_NEAR(split[0].probability.reversed, p(-3, 1.5), 1e-6);
  EXPECT_FLOAT_EQ(split[2].score.whole, 1.5);
  EXPECT_FLOAT_EQ(split[2].score.reversed, -4.5);
  EXPECT_NEAR(split[2].probability.whole, p(3, 1.5) - p(1.5, 3), 1e-6);
}

}  // namespace
}  // namespace praxiscope::testing
