// Clips on disk: what is put there comes back, also for a later run.
#include "studies/support/clip_store.h"

#include "praxiscope/error.h"

#include <ATen/ATen.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include <filesystem>

namespace praxiscope::studies {
namespace {

namespace fs = std::filesystem;

std::vector<at::Tensor> clip_of(double value) {
  return {at::full({3, 2, 4, 5}, value, at::kFloat),
          at::linspace(-1, 1, 2 * 2 * 3 * 3, at::kFloat).reshape({2, 2, 3, 3})};
}

void expect_alike(const std::vector<at::Tensor>& found, const std::vector<at::Tensor>& kept) {
  ASSERT_EQ(found.size(), kept.size());
  for (std::size_t i = 0; i < kept.size(); ++i) {
    EXPECT_EQ(found[i].sizes(), kept[i].sizes());
    EXPECT_EQ(found[i].scalar_type(), at::kFloat);
    // Half of a step of a 16-bit float below 1.
    EXPECT_LE((found[i] - kept[i]).abs().max().item<double>(), 1.0 / 4096);
  }
}

TEST(ClipStore, GivesBackWhatItWasGiven) {
  ClipStore store("");
  const std::int64_t first = store.add(clip_of(0.25)), second = store.add(clip_of(-0.5));
  EXPECT_NE(first, second);
  expect_alike(store.get(first), clip_of(0.25));
  expect_alike(store.get(second), clip_of(-0.5));
  expect_alike(store.get(store.add(clip_of(1))), clip_of(1));
  expect_alike(store.get(first), clip_of(0.25));
  EXPECT_THROW(store.get(-1), Error);
  EXPECT_THROW(store.get(1 << 20), Error) << "behind the end";
}

TEST(ClipStore, KeepsThemForARunThatGoesOn) {
  const std::string path =
      (fs::path(::testing::TempDir()) / ("clips" + std::to_string(::getpid()))).string();
  fs::remove(path);
  std::int64_t place = -1;
  {
    ClipStore store(path);
    place = store.add(clip_of(0.25));
  }
  ClipStore store(path);
  const std::int64_t next = store.add(clip_of(0.75));
  EXPECT_GT(next, place) << "behind what is there";
  expect_alike(store.get(place), clip_of(0.25));
  expect_alike(store.get(next), clip_of(0.75));
  fs::remove(path);
}

TEST(ClipStore, SaysWhereItCannotWrite) {
  try {
    ClipStore store("/nowhere/at/all");
    FAIL() << "expected an error";
  } catch (const Error& error) {
    EXPECT_EQ(error.kind(), ErrorKind::kOutput);
    EXPECT_NE(std::string(error.what()).find("/nowhere/at/all"), std::string::npos);
  }
}

}  // namespace
}  // namespace praxiscope::studies
