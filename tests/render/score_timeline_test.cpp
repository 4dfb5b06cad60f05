// ScoreTimeline: probabilities over time in bounded memory.
#include "praxiscope/error.h"
#include "praxiscope/render.h"

#include <fmt/format.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <limits>
#include <map>
#include <set>

namespace praxiscope {
namespace {

TEST(ScoreTimeline, StaysBoundedAndKeepsTheMean) {
  ScoreTimeline timeline(0, 3600.0, {"a", "b"});
  const int count = 90000;
  for (int i = 0; i < count; ++i)
    timeline.add(i * 0.04, i * 0.04, {static_cast<float>(i) / count, 0.25F});
  EXPECT_LE(timeline.points().size(), 1024U);
  EXPECT_GE(timeline.points().size(), 500U);
  double last = -1;
  for (const auto& point : timeline.points()) {
    EXPECT_GT(point.time_s, last);
    last = point.time_s;
    EXPECT_NEAR(point.probabilities[0], point.time_s / 3600, 1e-3);
    EXPECT_NEAR(point.probabilities[1], 0.25, 1e-5);
  }
}

TEST(ScoreTimeline, AVideoLongerThanItsHeaderSaysGetsCoarser) {
  ScoreTimeline timeline(0, 10.0, {"a"});
  for (int i = 0; i < 100000; ++i) timeline.add(i * 0.04, i * 0.04, {static_cast<float>(i % 2)});
  EXPECT_LE(timeline.points().size(), 1024U);
  EXPECT_LT(timeline.points().front().time_s, 20);
  EXPECT_GT(timeline.points().back().time_s, 3900);
  for (std::size_t i = 0; i + 1 < timeline.points().size(); ++i) {
    EXPECT_NEAR(timeline.points()[i].probabilities[0], 0.5, 0.1);
  }
}

TEST(ScoreTimeline, APipeKeepsTheLastSeconds) {
  ScoreTimeline timeline(0, std::nullopt, {"a"});
  for (int i = 0; i < 100000; ++i) timeline.add(i * 0.01, i * 0.01, {0.5F});
  EXPECT_LE(timeline.points().size(), 1024U);
  EXPECT_LT(timeline.points().front().time_s, 990) << "10 s and more are there";
  EXPECT_GT(timeline.points().front().time_s, 900) << "but not everything";
}

TEST(ScoreTimeline, FollowsTheClassesThatWereHighestAnywhere) {
  std::vector<std::string> labels;
  for (int k = 0; k < 1000; ++k) labels.push_back("class " + std::to_string(k));
  ScoreTimeline timeline(0, 100.0, labels);
  const auto add = [&](double time_s, std::map<std::size_t, float> high) {
    std::vector<float> p(1000, 1e-4F);
    for (const auto& [k, value] : high) p[k] = value;
    timeline.add(time_s, time_s, p);
  };
  add(0, {{7, 0.9F}, {3, 0.05F}});
  add(1, {{500, 0.8F}, {3, 0.1F}});
  add(2, {{999, 0.7F}, {4, 0.2F}});
  add(3, {{1, 0.01F}});
  std::vector<std::size_t> followed = timeline.followed();
  const std::size_t place =
      static_cast<std::size_t>(std::find(followed.begin(), followed.end(), 500) - followed.begin());
  EXPECT_EQ(std::set<std::size_t>(followed.begin(), followed.end()),
            (std::set<std::size_t>{7, 500, 999, 4}));
  add(4, {{12, 0.6F}});
  followed = timeline.followed();
  EXPECT_EQ(std::set<std::size_t>(followed.begin(), followed.end()),
            (std::set<std::size_t>{7, 500, 999, 12}));
  EXPECT_EQ(followed.at(place), 500U) << "a class that stays keeps its place and colour";
}

TEST(ScoreTimeline, ClipsFarApartAreNotJoined) {
  ScoreTimeline timeline(0, 10.0, {"a"}, 0.1);
  timeline.add(0, 1, {0.25F});
  timeline.add(0.5, 1.5, {0.5F});    // overlaps
  timeline.add(1.55, 2.5, {0.75F});  // touches
  timeline.add(8, 9, {1.0F});        // far away
  std::string told;
  for (const ScoreTimeline::Point& point : timeline.points())
    told += fmt::format("{}{:.3g}:{:.3g} ", point.is_joined ? "-" : "|", point.time_s,
                        point.probabilities[0]);
  EXPECT_EQ(told, "|0:0.25 -0.5:0.25 -1:0.5 -2.02:0.75 -2.5:0.75 |8:1 -8.5:1 ");
  EXPECT_EQ(timeline.end_s(), 9);
}

TEST(ScoreTimeline, RefusesAnotherNumberOfClasses) {
  ScoreTimeline timeline(0, 10.0, {"a", "b"});
  EXPECT_THROW(timeline.add(0, 0, {0.5F}), Error);
}

TEST(ScoreTimeline, ADurationThatMakesNoSenseCountsAsUnknown) {
  EXPECT_FALSE(ScoreTimeline(0, 0.0, {"a"}).duration_s());
  EXPECT_FALSE(ScoreTimeline(0, -3.0, {"a"}).duration_s());
  EXPECT_FALSE(ScoreTimeline(0, std::numeric_limits<double>::quiet_NaN(), {"a"}).duration_s());
}

}  // namespace
}  // namespace praxiscope
