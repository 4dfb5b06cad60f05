// How clips move: one frame says nothing of the motion, two do.
#include "strings/plan.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <vector>

namespace praxiscope::strings {
namespace {

/// Largest distance between two samples' distribution functions (Kolmogorov, Smirnov).
double distance(std::vector<double> a, std::vector<double> b) {
  std::sort(a.begin(), a.end());
  std::sort(b.begin(), b.end());
  double most = 0;
  for (const std::vector<double>* all : {&a, &b}) {
    for (const double x : *all) {
      const auto share = [&](const std::vector<double>& sorted) {
        return static_cast<double>(std::upper_bound(sorted.begin(), sorted.end(), x) -
                                   sorted.begin()) /
               static_cast<double>(sorted.size());
      };
      most = std::max(most, std::abs(share(a) - share(b)));
    }
  }
  return most;
}

std::vector<Touch> touches(Motion motion, double frame, std::uint64_t first_seed) {
  std::vector<Touch> all;
  for (std::uint64_t seed = 0; seed < 2000; ++seed)
    all.push_back(Plan({.seed = first_seed + seed, .motion = motion}).touch_at(frame));
  return all;
}

TEST(Plan, OneFrameDoesNotTellTheMotion) {
  const auto part = [](const std::vector<Touch>& all, double Touch::*member) {
    std::vector<double> values;
    for (const Touch& touch : all) values.push_back(touch.*member);
    return values;
  };
  for (const double frame : {0.0, 30.0, 63.0}) {
    const auto held = touches(Motion::kHolding, frame, 0);
    std::uint64_t first = 5000;
    for (const Motion motion : {Motion::kBowing, Motion::kPlucking}) {
      const auto played = touches(motion, frame, first += 5000);
      // 0.061 is passed by one in a thousand pairs of samples of this size.
      EXPECT_LT(distance(part(held, &Touch::stroke), part(played, &Touch::stroke)), 0.061);
      EXPECT_LT(distance(part(held, &Touch::pull), part(played, &Touch::pull)), 0.061);
    }
  }
}

TEST(Plan, MovesOnlyWhatTheMotionMovesAndOnlyInItsInterval) {
  for (std::uint64_t seed = 0; seed < 50; ++seed) {
    for (const Motion motion : {Motion::kBowing, Motion::kPlucking, Motion::kHolding}) {
      const Plan plan({.seed = seed, .motion = motion});
      double strokes = 0, pulls = 0;
      for (int t = 0; t + 1 < kFrames; ++t) {
        const Touch now = plan.touch_at(t), next = plan.touch_at(t + 1);
        const double stroke = std::abs(next.stroke - now.stroke),
                     pull = std::abs(next.pull - now.pull);
        if (t < plan.begin() || t >= plan.end()) {
          EXPECT_EQ(stroke + pull, 0);
        }
        strokes += stroke;
        pulls += pull;
      }
      EXPECT_EQ(strokes > 1, motion == Motion::kBowing) << seed;
      EXPECT_EQ(pulls > 1, motion == Motion::kPlucking) << seed;
      EXPECT_LT(plan.begin(), plan.end());
      EXPECT_GE(plan.begin(), 0);
      EXPECT_LE(plan.end(), kFrames);
    }
  }
}

TEST(Plan, ReversedRunsBackwards) {
  ClipSpec spec{.seed = 11, .motion = Motion::kBowing};
  const Plan forward(spec);
  spec.is_reversed = true;
  const Plan backward(spec);
  for (int t = 0; t < kFrames; ++t) {
    const int other = kFrames - 1 - t;
    EXPECT_EQ(forward.touch_at(t).stroke, backward.touch_at(other).stroke);
    EXPECT_EQ(forward.camera_at(t).x, backward.camera_at(other).x);
    EXPECT_EQ(forward.lean_at(t), backward.lean_at(other));
    EXPECT_EQ(forward.drift_at(1, t), backward.drift_at(1, other));
  }
  EXPECT_EQ(backward.begin(), kFrames - forward.end());
  EXPECT_EQ(backward.end(), kFrames - forward.begin());
}

}  // namespace
}  // namespace praxiscope::strings
