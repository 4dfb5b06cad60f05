// Pictures, masks and flow: what twins share, and that the flow is what the pictures do.
#include "strings/renderer.h"

#include "strings/part.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <cstdlib>

namespace praxiscope::strings {
namespace {

constexpr ClipSpec kClip{.seed = 42, .instrument = Instrument::kCello};

ClipSpec twin(std::string_view change, const ClipSpec& spec = kClip) {
  for (const Twin& one : twins_of(spec))
    if (one.change == change) return one.spec;
  ADD_FAILURE() << change;
  return spec;
}

int count(const std::vector<std::uint8_t>& masks, Mask mask) {
  return static_cast<int>(std::count(masks.begin(), masks.end(), static_cast<std::uint8_t>(mask)));
}

TEST(Renderer, GivesTheSameForTheSameClip) {
  EXPECT_EQ(Renderer(kClip).rgb(17), Renderer(kClip).rgb(17));
  EXPECT_NE(Renderer(kClip).rgb(17), Renderer({.seed = 43}).rgb(17));
  EXPECT_EQ(Renderer(kClip).flow(17), Renderer(kClip).flow(17));
}

TEST(Renderer, MotionsBeginInTheSamePicture) {
  EXPECT_EQ(Renderer(kClip).rgb(0), Renderer(twin("motion")).rgb(0));
  EXPECT_NE(Renderer(kClip).rgb(40), Renderer(twin("motion")).rgb(40));
}

TEST(Renderer, ReversedClipsShowTheSamePicturesBackwards) {
  const Renderer forward(kClip), backward(twin("reversed"));
  for (const int t : {0, 20, 63}) EXPECT_EQ(forward.rgb(t), backward.rgb(63 - t));
}

/// Whether a pixel or one beside it belongs to one of the masks.
bool is_near(const std::vector<std::uint8_t>& masks, int x, int y,
             std::initializer_list<Mask> wanted) {
  for (int v = std::max(0, y - 2); v <= std::min(kSide - 1, y + 2); ++v) {
    for (int u = std::max(0, x - 2); u <= std::min(kSide - 1, x + 2); ++u) {
      for (const Mask mask : wanted)
        if (masks[static_cast<std::size_t>(v * kSide + u)] == static_cast<std::uint8_t>(mask))
          return true;
    }
  }
  return false;
}

void expect_changes_within(std::string_view change, std::initializer_list<Mask> wanted) {
  const Renderer one(kClip), other(twin(change));
  const auto a = one.rgb(9), b = other.rgb(9), a_masks = one.masks(9), b_masks = other.masks(9);
  int changed = 0;
  for (int y = 0; y < kSide; ++y) {
    for (int x = 0; x < kSide; ++x) {
      const auto i = static_cast<std::size_t>(y * kSide + x) * 3;
      if (std::equal(&a[i], &a[i] + 3, &b[i])) continue;
      ++changed;
      EXPECT_TRUE(is_near(a_masks, x, y, wanted) || is_near(b_masks, x, y, wanted))
          << change << " changed " << x << ", " << y;
    }
  }
  EXPECT_GT(changed, 100);
}

TEST(Renderer, TwinsDifferOnlyWhereTheChangeIs) {
  expect_changes_within("chair", {Mask::kChair, Mask::kPerson});            // seated legs are bent
  expect_changes_within("instrument", {Mask::kInstrument, Mask::kPerson});  // the neck's hand moves
}

TEST(Renderer, ACelloIsLargerThanAViolinAndTheBowIsTheSame) {
  const auto cello = Renderer(kClip).masks(5), violin = Renderer(twin("instrument")).masks(5);
  EXPECT_GT(count(cello, Mask::kInstrument), 2 * count(violin, Mask::kInstrument));
  EXPECT_EQ(count(cello, Mask::kBow), count(violin, Mask::kBow));
  EXPECT_EQ(count(cello, Mask::kHand), count(violin, Mask::kHand));
}

TEST(Renderer, EveryClipShowsAllThatMatters) {
  for (int i = 0; i < 60; ++i) {
    const ClipSpec spec = clip_of(kTest, i);
    const auto masks = Renderer(spec).masks(31);
    EXPECT_GT(count(masks, Mask::kInstrument), 80) << i;
    EXPECT_GT(count(masks, Mask::kBow), 20) << i;
    EXPECT_GT(count(masks, Mask::kHand), 8) << i;
    EXPECT_GT(count(masks, Mask::kPerson), 600) << i;
    EXPECT_EQ(count(masks, Mask::kChair) > 0, spec.has_chair) << i;
  }
}

// Large, so that what moves goes farther than the blur of sampling between pixels.
constexpr int kLarge = 512;

/// Bilinear between pixel centres.
double sample(const std::vector<std::uint8_t>& rgb, double x, double y, int channel) {
  const double u = std::clamp(x - 0.5, 0.0, kLarge - 1.001),
               v = std::clamp(y - 0.5, 0.0, kLarge - 1.001);
  const int left = static_cast<int>(u), top = static_cast<int>(v);
  const auto at = [&](int dx, int dy) {
    return static_cast<double>(
        rgb[static_cast<std::size_t>(((top + dy) * kLarge + left + dx) * 3 + channel)]);
  };
  const double a = u - left, b = v - top;
  return (at(0, 0) * (1 - a) + at(1, 0) * a) * (1 - b) + (at(0, 1) * (1 - a) + at(1, 1) * a) * b;
}

/// Sum of differences of a frame from the next one, fetched along the flow and from where it was.
std::pair<double, double> differences(const Renderer& clip, int t) {
  const auto now = clip.rgb(t), next = clip.rgb(t + 1);
  const auto flow = clip.flow(t);
  const auto masks = clip.masks(t), masks_after = clip.masks(t + 1);
  double along = 0, still = 0;
  for (int y = 2; y < kLarge - 2; ++y) {
    for (int x = 2; x < kLarge - 2; ++x) {
      const auto i = static_cast<std::size_t>(y * kLarge + x);
      const double to_x = x + 0.5 + flow[2 * i], to_y = y + 0.5 + flow[2 * i + 1];
      const int px = std::clamp(static_cast<int>(to_x), 0, kLarge - 1),
                py = std::clamp(static_cast<int>(to_y), 0, kLarge - 1);
      // Covered in the next frame, or at an edge where two things share the pixel.
      if (masks_after[static_cast<std::size_t>(py * kLarge + px)] != masks[i]) continue;
      for (int c = 0; c < 3; ++c) {
        along += std::abs(sample(next, to_x, to_y, c) - now[3 * i + static_cast<std::size_t>(c)]);
        still += std::abs(next[3 * i + static_cast<std::size_t>(c)] -
                          now[3 * i + static_cast<std::size_t>(c)]);
      }
    }
  }
  return {along, still};
}

TEST(Flow, LeadsToThePixelThatShowsTheSame) {
  int moving = 0;
  for (int i = 0; i < 12; ++i) {
    const Renderer clip(clip_of(kTest, i), kLarge);
    const auto [along, still] = differences(clip, (clip.begin() + clip.end()) / 2);
    if (still < 500000) continue;  // hardly anything moves
    ++moving;
    EXPECT_LT(along, 0.5 * still) << i;
  }
  EXPECT_GT(moving, 5);
}

TEST(Flow, IsTheMotionOfWhatPlays) {
  // In the interval the bow of a bowed clip moves along itself; of a plucked one, across; of a held
  // one with the body alone. The instrument moves with the body.
  for (const Motion motion : {Motion::kBowing, Motion::kPlucking, Motion::kHolding}) {
    double most = 0;
    for (std::uint64_t seed = 0; seed < 6; ++seed) {
      const Renderer clip({.seed = seed, .motion = motion});
      for (int t = clip.begin(); t + 1 < clip.end(); t += 3) {
        const auto flow = clip.flow(t);
        const auto masks = clip.masks(t);
        double bow = 0, strings = 0;
        int bows = 0, all = 0;
        for (std::size_t i = 0; i < masks.size(); ++i) {
          const double speed = std::hypot(flow[2 * i], flow[2 * i + 1]);
          if (masks[i] == static_cast<std::uint8_t>(Mask::kBow)) bow += speed, ++bows;
          if (masks[i] == static_cast<std::uint8_t>(Mask::kInstrument)) strings += speed, ++all;
        }
        most = std::max(most, std::abs(bow / bows - strings / all));
      }
    }
    EXPECT_EQ(most > 1, motion != Motion::kHolding) << most;
    if (motion == Motion::kHolding) {
      EXPECT_LT(most, 0.1);
    }
  }
}

TEST(Flow, ScalesWithThePicture) {
  const Renderer large(kClip), small(kClip, 64);
  EXPECT_EQ(small.rgb(3).size(), 64U * 64 * 3);
  const auto wide = large.flow(30), half = small.flow(30);
  // The wall in the corner belongs to the camera alone.
  EXPECT_NEAR(half[0], wide[0] / 2, 0.02);
  EXPECT_NEAR(half[1], wide[1] / 2, 0.02);
}

}  // namespace
}  // namespace praxiscope::strings
