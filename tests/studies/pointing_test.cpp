// The pointing game against truths that are drawn by hand. Tests of the axes come first: the one
// public protocol for video compares (row, column) with (x, y), and counts frames without a box.
#include "studies/faithfulness/pointing.h"

#include "studies/flags.h"

#include "praxiscope/error.h"

#include <ATen/ATen.h>
#include <gtest/gtest.h>

#include <cmath>
#include <limits>

namespace praxiscope::studies {
namespace {

constexpr std::int64_t kT = 3, kH = 6, kW = 10;

at::Tensor map_with(std::int64_t t, std::int64_t y, std::int64_t x) {
  at::Tensor map = at::zeros({kT, kH, kW});
  map[t][y][x] = 1;
  return map;
}

at::Tensor truth_with(std::int64_t t, std::int64_t y, std::int64_t x) {
  return map_with(t, y, x).to(at::kBool);
}

at::Tensor all_frames() { return at::ones({kT}, at::kBool); }

void expect(const Pointing& found, double hits, std::int64_t counted, const char* why = "") {
  EXPECT_DOUBLE_EQ(found.hits, hits) << why;
  EXPECT_EQ(found.counted, counted) << why;
}

TEST(PointInClip, KeepsTimeRowsAndColumnsApart) {
  const at::Tensor map = map_with(1, 2, 5);
  expect(point_in_clip(map, truth_with(1, 2, 5), all_frames(), 0), 1, 1);
  expect(point_in_clip(map, truth_with(1, 5, 2), all_frames(), 0), 0, 1, "row and column");
  expect(point_in_clip(map, truth_with(2, 1, 5), all_frames(), 0), 0, 1, "time and row");
  expect(point_in_clip(map, truth_with(0, 2, 5), all_frames(), 5), 0, 1, "another frame");
}

TEST(PointInClip, ToleranceIsADiscInTheSameFrame) {
  const at::Tensor map = map_with(1, 2, 5);
  const at::Tensor aside = truth_with(1, 3, 6);  // sqrt(2) away
  expect(point_in_clip(map, aside, all_frames(), 1), 0, 1);
  expect(point_in_clip(map, aside, all_frames(), 1.42), 1, 1);
  const at::Tensor right = truth_with(1, 2, 8);  // 3 away
  expect(point_in_clip(map, right, all_frames(), 2.99), 0, 1);
  expect(point_in_clip(map, right, all_frames(), 3), 1, 1, "inclusive");
  expect(point_in_clip(map, right, all_frames(), 1e9), 1, 1, "larger than the picture");
}

TEST(PointInClip, TheToleranceDoesNotGoRoundTheEdge) {
  // Column 9 of row 2 and column 0 of row 3 are neighbours in memory.
  expect(point_in_clip(map_with(1, 2, 9), truth_with(1, 3, 0), all_frames(), 2), 0, 1);
}

TEST(PointInClip, SharedMaximaWinTheirShare) {
  at::Tensor map = map_with(1, 2, 5);
  map[1][2][6] = 1;
  map[2][0][0] = 1;
  map[0][5][9] = 1;
  expect(point_in_clip(map, truth_with(1, 2, 5), all_frames(), 0), 0.25, 1);
  expect(point_in_clip(map, truth_with(1, 2, 5), all_frames(), 1), 0.5, 1);
}

TEST(PointInClip, AConstantMapNeverHits) {
  const at::Tensor everywhere = at::ones({kT, kH, kW}, at::kBool);
  expect(point_in_clip(at::zeros({kT, kH, kW}), everywhere, all_frames(), 3), 0, 1);
  expect(point_in_clip(at::full({kT, kH, kW}, 2.F), everywhere, all_frames(), 3), 0, 1);
}

TEST(PointInClip, NumbersThatAreNotFiniteAreNeverLargest) {
  at::Tensor map = map_with(1, 2, 5);
  map[0][0][0] = std::numeric_limits<float>::quiet_NaN();
  map[0][0][1] = std::numeric_limits<float>::infinity();
  expect(point_in_clip(map, truth_with(1, 2, 5), all_frames(), 0), 1, 1);
  map.fill_(std::numeric_limits<float>::quiet_NaN());
  expect(point_in_clip(map, truth_with(1, 2, 5), all_frames(), 0), 0, 1);
}

TEST(PointInClip, NothingToBeFoundIsNotCounted) {
  const at::Tensor nothing = at::zeros({kT, kH, kW}, at::kBool);
  expect(point_in_clip(map_with(1, 2, 5), nothing, all_frames(), 3), 0, 0);
  expect(point_in_clip(map_with(1, 2, 5), truth_with(1, 2, 5), at::zeros({kT}, at::kBool), 3), 0,
         0);
}

TEST(PointInClip, LooksOnlyWhereTheTruthIsKnown) {
  at::Tensor map = map_with(0, 0, 0);  // brightest in a frame of which nothing is known
  map[1][2][5] = 0.5;
  const at::Tensor known = flags({false, true, true});
  expect(point_in_clip(map, truth_with(1, 2, 5), known, 0), 1, 1);
  expect(point_in_clip(map, truth_with(1, 2, 5), all_frames(), 0), 0, 1,
         "known to be empty: a miss");
}

TEST(PointInFrames, CountsFramesThatHaveTruthAndNoOthers) {
  at::Tensor map = at::rand({kT, kH, kW}) / 2;
  map[0][2][5] = 1;  // hits
  map[1][0][0] = 1;  // misses
  map[2][3][3] = 1;  // nothing to be found
  at::Tensor truth = at::zeros({kT, kH, kW}, at::kBool);
  truth[0][2][5] = true;
  truth[1][5][5] = true;
  expect(point_in_frames(map, truth, all_frames(), 0), 1, 2);
  truth[2][3][3] = true;
  expect(point_in_frames(map, truth, all_frames(), 0), 2, 3);
  expect(point_in_frames(map, truth, flags({true, true, false}), 0), 1, 2, "not known");
}

TEST(PointInFrames, ADarkFramePointsNowhere) {
  const at::Tensor everywhere = at::ones({kT, kH, kW}, at::kBool);
  expect(point_in_frames(map_with(1, 2, 5), everywhere, all_frames(), 0), 1, 3);
}

TEST(PointInFrames, OneFrameAndOnePixel) {
  const at::Tensor one = at::ones({1}, at::kBool);
  const at::Tensor map = at::tensor({0.F, 1.F}).view({1, 1, 2});
  expect(point_in_frames(map, flags({false, true}).view({1, 1, 2}), one, 0), 1, 1);
  expect(point_in_frames(at::ones({1, 1, 1}), at::ones({1, 1, 1}, at::kBool), one, 0), 0, 1,
         "one pixel is constant");
}

TEST(Pointing, RefusesWhatDoesNotFit) {
  const at::Tensor map = map_with(0, 0, 0), truth = truth_with(0, 0, 0);
  EXPECT_THROW(point_in_clip(map, truth.slice(0, 1), all_frames(), 0), Error);
  EXPECT_THROW(point_in_clip(map, truth, all_frames().slice(0, 1), 0), Error);
  EXPECT_THROW(point_in_clip(map, truth.to(at::kFloat), all_frames(), 0), Error);
  EXPECT_THROW(point_in_clip(map, truth, all_frames(), -1), Error);
  EXPECT_THROW(point_in_clip(map, truth, all_frames(), std::nan("")), Error);
}

}  // namespace
}  // namespace praxiscope::studies
