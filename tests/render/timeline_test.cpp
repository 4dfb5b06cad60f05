#include "praxiscope/error.h"
#include "praxiscope/render.h"

#include <ATen/ATen.h>
#include <fmt/format.h>
#include <gtest/gtest.h>

#include <cmath>
#include <limits>

namespace praxiscope {
namespace {

ClipInput clip_at(const std::vector<Rational>& pts) {
  ClipInput input;
  input.name = "rgb";
  for (std::size_t i = 0; i < pts.size(); ++i) {
    input.frames.push_back({static_cast<std::int64_t>(i), pts[i], false});
  }
  return input;
}

/// Frames begin, begin + 1, ... in 25ths of a second.
std::vector<Rational> frames_25(std::int64_t begin, std::int64_t count) {
  std::vector<Rational> pts;
  for (std::int64_t i = begin; i < begin + count; ++i) pts.emplace_back(i, 25);
  return pts;
}

at::Tensor ramp(const std::vector<float>& per_frame) {
  return at::tensor(per_frame).view({-1, 1, 1}).expand({-1, 2, 3}).contiguous();
}

float value(const std::optional<FrameMap>& map) {
  return map ? map->values[0][0].item<float>() : std::numeric_limits<float>::quiet_NaN();
}

TEST(MapTimeline, GivesAClipsOwnMapsAtItsOwnFrames) {
  MapTimeline timeline;
  timeline.add(clip_at(frames_25(0, 4)), ramp({1, 5, 2, 8}));
  for (const auto& [i, expected] : {std::pair{0, 1.0F}, {1, 5.0F}, {2, 2.0F}, {3, 8.0F}}) {
    const auto map = timeline.take(Rational(i, 25));
    EXPECT_FLOAT_EQ(value(map), expected);
    EXPECT_EQ(map->clip_range.lo, 1);
    EXPECT_EQ(map->clip_range.hi, 8);
    EXPECT_EQ(map->values.sizes(), (at::IntArrayRef{2, 3}));
  }
}

TEST(MapTimeline, InterpolatesInTrueTimeWhenTheRateVaries) {
  MapTimeline timeline;
  timeline.add(clip_at({Rational(0, 1), Rational(1, 10), Rational(1, 2), Rational(3, 5)}),
               ramp({0, 10, 50, 20}));
  EXPECT_NEAR(value(timeline.take(Rational(1, 40))), 2.5, 1e-5);
  EXPECT_NEAR(value(timeline.take(Rational(1, 5))), 20,
              1e-5);  // a quarter of the way from 1/10 to 1/2
  EXPECT_NEAR(value(timeline.take(Rational(11, 20))), 35, 1e-5);
}

TEST(MapTimeline, OverlappingClipsAddUpToOne) {
  MapTimeline timeline;
  for (std::int64_t begin = 0; begin <= 24; begin += 8) {
    timeline.add(clip_at(frames_25(begin, 16)), at::full({16, 2, 3}, 7.0));
  }
  for (std::int64_t i = 0; i < 40; ++i)
    EXPECT_NEAR(value(timeline.take(Rational(i, 25))), 7, 1e-5) << i;
}

TEST(MapTimeline, AClipFadesOutBeforeItEnds) {
  // Two clips that disagree completely: 0 and 1, overlapping by half.
  MapTimeline timeline;
  timeline.add(clip_at(frames_25(0, 17)), at::zeros({17, 2, 3}));
  timeline.add(clip_at(frames_25(8, 17)), at::ones({17, 2, 3}));
  float last = 0;
  for (std::int64_t i = 0; i < 25; ++i) {
    const float now = value(timeline.take(Rational(i, 25)));
    if (i <= 8) {
      EXPECT_FLOAT_EQ(now, 0) << "the second clip begins with weight 0";
    }
    if (i >= 16) {
      EXPECT_FLOAT_EQ(now, 1) << "the first clip ends with weight 0";
    }
    // Triangles over 16 frames that overlap by 8: the share grows by 1/8 a frame.
    EXPECT_NEAR(now - last, i > 8 && i <= 16 ? 0.125 : 0, 1e-5) << i;
    last = now;
  }
}

TEST(MapTimeline, HasNoJumpsOverALongVideo) {
  MapTimeline timeline;
  std::int64_t next_clip = 0;
  float last = -1;
  for (std::int64_t i = 0; i < 400; ++i) {
    for (; next_clip <= i + 16 && next_clip + 16 <= 400; next_clip += 8) {
      timeline.add(clip_at(frames_25(next_clip, 16)),
                   at::full({16, 1, 1}, next_clip % 3 == 0 ? 1.0 : 0.0));
    }
    const float now = value(timeline.take(Rational(i, 25)));
    ASSERT_TRUE(std::isfinite(now));
    if (last >= 0) {
      EXPECT_LE(std::abs(now - last), 0.16) << i;
    }
    last = now;
  }
}

TEST(MapTimeline, AStillGetsTheMeanOfItsRepeatedFrames) {
  MapTimeline timeline;
  timeline.add(clip_at(std::vector<Rational>(4, Rational(0, 1))), ramp({1, 2, 3, 6}));
  EXPECT_FLOAT_EQ(value(timeline.take(Rational(0, 1))), 3);
}

TEST(MapTimeline, PaddingGivesTheLastFrameTheMean) {
  MapTimeline timeline;
  timeline.add(clip_at({Rational(0, 1), Rational(1, 25), Rational(1, 25), Rational(1, 25)}),
               ramp({4, 1, 2, 6}));
  EXPECT_FLOAT_EQ(value(timeline.take(Rational(0, 1))), 4);
  EXPECT_FLOAT_EQ(value(timeline.take(Rational(1, 25))), 3);
}

TEST(MapTimeline, HoldsTheNearestMapAtBothEndsForAWhile) {
  MapTimeline timeline;
  timeline.add(clip_at(frames_25(100, 16)),
               ramp(std::vector<float>{2, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 9}));
  EXPECT_FALSE(timeline.take(Rational(0, 1))) << "4 s before the clip nothing is known";
  EXPECT_FLOAT_EQ(value(timeline.take(Rational(90, 25))), 2);
  EXPECT_FLOAT_EQ(value(timeline.take(Rational(120, 25))), 9);
  EXPECT_FALSE(timeline.take(Rational(400, 25)));
}

TEST(MapTimeline, BridgesSmallGapsAndLeavesLargeOnesEmpty) {
  MapTimeline small;
  small.add(clip_at(frames_25(0, 2)), at::zeros({2, 1, 1}));
  small.add(clip_at(frames_25(11, 2)), at::ones({2, 1, 1}));
  EXPECT_FLOAT_EQ(value(small.take(Rational(1, 25))), 0);
  EXPECT_NEAR(value(small.take(Rational(6, 25))), 0.5, 1e-5);
  EXPECT_NEAR(value(small.take(Rational(11, 25))), 1, 1e-5);
  MapTimeline large;
  large.add(clip_at(frames_25(0, 2)), at::zeros({2, 1, 1}));
  large.add(clip_at(frames_25(250, 2)), at::ones({2, 1, 1}));
  EXPECT_TRUE(large.take(Rational(20, 25)));
  EXPECT_FALSE(large.take(Rational(100, 25)));
  EXPECT_FLOAT_EQ(value(large.take(Rational(240, 25))), 1);
}

TEST(MapTimeline, BlendsTheRangesOfTheClipsLikeTheirMaps) {
  MapTimeline timeline;
  timeline.add(clip_at(frames_25(0, 17)), at::full({17, 1, 1}, 2.0));
  timeline.add(clip_at(frames_25(8, 17)), at::full({17, 1, 1}, 4.0));
  const auto map = timeline.take(Rational(12, 25));
  EXPECT_FLOAT_EQ(map->clip_range.lo, 3);
  EXPECT_FLOAT_EQ(map->clip_range.hi, 3);
}

TEST(MapTimeline, LeavesTheFarthestShareOutOfTheColours) {
  MapTimeline timeline(0, 0.9);
  at::Tensor volume = at::linspace(-1, 1, 24).view({4, 2, 3}).contiguous();
  volume[0][0][0] = -50;
  volume[1][0][0] = 100;
  timeline.add(clip_at(frames_25(0, 4)), volume);
  const auto map = timeline.take(Rational(1, 25));
  EXPECT_EQ(map->clip_range.lo, -50);
  EXPECT_EQ(map->clip_range.hi, 100);
  EXPECT_NEAR(map->color_range.lo, -21.0 / 23, 1e-5) << "the 21st of 24 sizes";
  EXPECT_NEAR(map->color_range.hi, 21.0 / 23, 1e-5);
}

TEST(MapTimeline, AFewValuesAmongZerosKeepTheirColours) {
  MapTimeline timeline(0, 0.5);
  timeline.add(clip_at(frames_25(0, 4)), ramp({0, 0, 0, 8}));
  EXPECT_EQ(timeline.take(Rational(1, 25))->color_range.hi, 8);
}

TEST(MapTimeline, KeepsThePixelMapAndTheCallersVolume) {
  MapTimeline timeline;
  ClipInput input = clip_at(frames_25(0, 2));
  input.source_from_clip = {2, 3, 4, 5};
  at::Tensor volume = at::ones({2, 1, 1});
  timeline.add(input, volume);
  volume.fill_(9);
  const auto map = timeline.take(Rational(0, 1));
  EXPECT_FLOAT_EQ(value(map), 1) << "what was added is not the caller's memory any more";
  EXPECT_EQ(map->source_from_clip.offset_y, 5);
}

TEST(MapTimeline, OneBrokenClipDoesNotSpoilItsNeighbour) {
  MapTimeline timeline;
  timeline.add(clip_at(frames_25(0, 17)), at::ones({17, 1, 1}));
  timeline.add(clip_at(frames_25(8, 17)),
               at::full({17, 1, 1}, std::numeric_limits<float>::quiet_NaN()));
  EXPECT_FLOAT_EQ(value(timeline.take(Rational(8, 25))), 1) << "weight 0 times NaN is nothing";
}

TEST(MapTimeline, OneBrokenClipDoesNotSpoilTheRange) {
  MapTimeline timeline;
  timeline.add(clip_at(frames_25(0, 17)), at::full({17, 1, 1}, 3.0));
  timeline.add(clip_at(frames_25(8, 17)),
               at::full({17, 1, 1}, std::numeric_limits<float>::infinity()));
  const auto both = timeline.take(Rational(12, 25));
  EXPECT_FALSE(std::isfinite(value(both))) << "raw values stay what they are";
  EXPECT_FLOAT_EQ(both->clip_range.lo, 3);
  EXPECT_FLOAT_EQ(both->clip_range.hi, 3);
  EXPECT_TRUE(std::isnan(timeline.take(Rational(20, 25))->clip_range.hi));
}

Target target_of(std::int64_t class_index) {
  Target target;
  target.class_index = class_index;
  return target;
}

TEST(MapTimeline, DoesNotMixMapsOfDifferentTargets) {
  // Four clips of 16 frames every 4: of classes 1, 2, 1, 2, with the class as value.
  MapTimeline timeline;
  for (const std::int64_t clip : {0, 1, 2, 3}) {
    const std::int64_t target = clip % 2 + 1;
    timeline.add(clip_at(frames_25(4 * clip, 17)),
                 at::full({17, 1, 1}, static_cast<double>(target)), clip, target_of(target));
  }
  for (std::int64_t i = 0; i < 29; ++i) {
    const auto map = timeline.take(Rational(i, 25));
    // The middles lie at 8, 12, 16, 20; at equal distance rounding decides.
    if (i >= 10 && i <= 18 && (i - 6) % 4 == 0) continue;
    const std::int64_t nearest = std::clamp<std::int64_t>((i - 6) / 4, 0, 3);
    EXPECT_EQ(map->clip, nearest) << i;
    EXPECT_FLOAT_EQ(value(map), static_cast<float>(nearest % 2 + 1)) << i;
    EXPECT_FLOAT_EQ(map->clip_range.hi, value(map)) << i;
  }
}

TEST(MapTimeline, DoesNotBridgeBetweenDifferentTargets) {
  MapTimeline timeline;
  timeline.add(clip_at(frames_25(0, 2)), at::zeros({2, 1, 1}), 0, target_of(4));
  timeline.add(clip_at(frames_25(11, 2)), at::ones({2, 1, 1}), 1, target_of(5));
  EXPECT_FLOAT_EQ(value(timeline.take(Rational(5, 25))), 0);
  EXPECT_FLOAT_EQ(value(timeline.take(Rational(7, 25))), 1);
}

TEST(MapTimeline, ReachesAsFarAsItIsTold) {
  MapTimeline timeline(4.8);
  timeline.add(clip_at(frames_25(250, 2)), at::ones({2, 1, 1}));
  EXPECT_FALSE(timeline.take(Rational(129, 25)));
  EXPECT_TRUE(timeline.take(Rational(131, 25)));
  EXPECT_TRUE(timeline.take(Rational(370, 25)));
  EXPECT_FALSE(timeline.take(Rational(372, 25)));
}

/// Clips at random places with random targets: a frame that is_final() lets go looks the same when
/// all clips are there.
TEST(MapTimeline, WhatIsFinalDoesNotChange) {
  std::uint32_t state = 7;
  const auto random = [&](std::uint32_t below) {
    state = state * 1664525 + 1013904223;
    return static_cast<std::int64_t>((state >> 16) % below);
  };
  int early = 0;
  for (int video = 0; video < 60; ++video) {
    const std::int64_t length = 2 + random(20), end = 200;
    MapTimeline stream(static_cast<double>(length - 1) / 25), whole = stream;
    std::vector<std::int64_t> begins;
    for (std::int64_t at = random(40); at < end; at += 1 + random(video % 2 == 0 ? 8 : 60))
      begins.push_back(at);
    std::vector<std::int64_t> targets;
    const auto add = [&](MapTimeline& timeline, std::size_t k) {
      timeline.add(clip_at(frames_25(begins[k], length)),
                   at::full({length, 1, 1}, static_cast<double>(begins[k])),
                   static_cast<std::int64_t>(k), target_of(targets[k]));
    };
    for (std::size_t k = 0; k < begins.size(); ++k) {
      targets.push_back(random(2));
      add(whole, k);
    }
    std::size_t given = 0;
    for (std::int64_t i = 0; i < end; ++i) {
      const Rational pts(i, 25);
      const auto next = [&]() -> std::optional<Rational> {
        if (given == begins.size()) return std::nullopt;
        return Rational(begins[given], 25);
      };
      while (!stream.is_final(pts, next())) add(stream, given++);
      early += given < begins.size() ? 1 : 0;
      const auto a = stream.take(pts), b = whole.take(pts);
      ASSERT_EQ(a.has_value(), b.has_value()) << video << ": " << i;
      if (!a) continue;
      ASSERT_EQ(a->clip, b->clip) << video << ": " << i;
      ASSERT_EQ(value(a), value(b)) << video << ": " << i;
    }
  }
  EXPECT_GT(early, 5000) << "most frames need not wait for the end";
}

TEST(MapTimeline, IsFinalInGapsOnlyBeyondTheReach) {
  MapTimeline timeline(2);
  EXPECT_FALSE(timeline.is_final(Rational(0, 25), Rational(50, 25))) << "it may be held back to 0";
  EXPECT_TRUE(timeline.is_final(Rational(0, 25), Rational(51, 25)));
  EXPECT_TRUE(timeline.is_final(Rational(0, 25), std::nullopt)) << "no clip will come";
  timeline.add(clip_at(frames_25(0, 10)), at::ones({10, 1, 1}));
  EXPECT_TRUE(timeline.is_final(Rational(9, 25), Rational(10, 25))) << "inside a clip";
  EXPECT_FALSE(timeline.is_final(Rational(9, 25), Rational(9, 25)));
  EXPECT_FALSE(timeline.is_final(Rational(10, 25), Rational(20, 25)));
}

TEST(MapTimeline, RefusesVolumesThatDoNotFit) {
  MapTimeline timeline;
  EXPECT_THROW(timeline.add(clip_at(frames_25(0, 4)), at::ones({3, 2, 2})), Error);
  EXPECT_THROW(timeline.add(clip_at(frames_25(0, 4)), at::ones({4, 2})), Error);
  timeline.add(clip_at(frames_25(0, 4)), at::ones({4, 2, 2}));
  EXPECT_THROW(timeline.add(clip_at(frames_25(4, 4)), at::ones({4, 3, 2})), Error);
}

/// An hour of clips of 4 MB in a few seconds would show: the timeline may hold only what still
/// reaches on.
TEST(MapTimeline, ForgetsWhatIsOver) {
  MapTimeline timeline;
  for (std::int64_t begin = 0; begin < 800; begin += 8) {
    at::Tensor volume = at::zeros({16, 64, 64});
    timeline.add(clip_at(frames_25(begin, 16)), volume);
    for (std::int64_t i = begin; i < begin + 8; ++i) ASSERT_TRUE(timeline.take(Rational(i, 25)));
    // A frame of the distant past is out of reach for what is kept: nothing is held of it.
    if (begin >= 80) {
      MapTimeline copy = timeline;
      EXPECT_FALSE(copy.take(Rational(begin - 60, 25)));
    }
  }
}

}  // namespace
}  // namespace praxiscope
