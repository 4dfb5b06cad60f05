// Which clips there are: balance, the planted bias, twins.
#include "strings/clip_spec.h"

#include "strings/random.h"

#include <gtest/gtest.h>

#include <set>

namespace praxiscope::strings {
namespace {

/// Share of the clips of an instrument that have a chair.
double share_of_chairs(const Split& split, Instrument instrument) {
  int clips = 0, chairs = 0;
  for (int i = 0; i < 12000; ++i) {
    const ClipSpec spec = clip_of(split, i);
    if (spec.instrument != instrument) continue;
    ++clips;
    chairs += spec.has_chair ? 1 : 0;
  }
  EXPECT_EQ(clips, 6000);
  return static_cast<double>(chairs) / clips;
}

TEST(Splits, HaveThePlantedBiasWhereTheySaySo) {
  EXPECT_NEAR(share_of_chairs(kTrain, Instrument::kCello), 0.95, 0.01);
  EXPECT_NEAR(share_of_chairs(kTrain, Instrument::kViolin), 0.05, 0.01);
  for (const Split& split : {kTrainFair, kTest}) {
    EXPECT_NEAR(share_of_chairs(split, Instrument::kCello), 0.5, 0.02);
    EXPECT_NEAR(share_of_chairs(split, Instrument::kViolin), 0.5, 0.02);
  }
}

TEST(Splits, ShareNoClipAndHoldAllClassesEqually) {
  std::set<std::uint64_t> seeds;
  std::vector<int> counts(kClasses);
  for (int i = 0; i < 600; ++i) {
    EXPECT_TRUE(seeds.insert(clip_of(kTrain, i).seed).second);
    EXPECT_TRUE(seeds.insert(clip_of(kTest, i).seed).second);
    ++counts[static_cast<std::size_t>(class_of(clip_of(kTest, i)))];
    EXPECT_EQ(clip_of(kTrain, i).seed, clip_of(kTrainFair, i).seed) << "the same but for chairs";
  }
  for (const int count : counts) EXPECT_EQ(count, 100);
  EXPECT_EQ(class_names().size(), static_cast<std::size_t>(kClasses));
  EXPECT_EQ(class_names()[static_cast<std::size_t>(
                class_of({.instrument = Instrument::kCello, .motion = Motion::kPlucking}))],
            "plucking a cello");
}

TEST(Twins, DifferInOneThing) {
  const ClipSpec spec{7, Instrument::kCello, Motion::kHolding, true, false};
  for (const Twin& twin : twins_of(spec)) {
    SCOPED_TRACE(twin.change);
    EXPECT_EQ(twin.spec.seed, spec.seed);
    EXPECT_EQ(twin.spec.has_chair != spec.has_chair, twin.change == "chair");
    EXPECT_EQ(twin.spec.instrument != spec.instrument, twin.change == "instrument");
    EXPECT_EQ(twin.spec.motion != spec.motion, twin.change == "motion");
    EXPECT_EQ(twin.spec.is_reversed != spec.is_reversed, twin.change == "reversed");
  }
  EXPECT_EQ(twins_of(spec).size(), 4U);
}

TEST(Random, IsSplitMix64) {
  // The first numbers of the authors' program from state 0.
  Random random(0, "");
  EXPECT_EQ(random.bits(), 0xE220A8397B1DCDAFULL);
  EXPECT_EQ(random.bits(), 0x6E789E6AA1B965F4ULL);
  EXPECT_EQ(random.bits(), 0x06C45D188009454FULL);
}

TEST(Random, HasAStreamForEveryPurpose) {
  EXPECT_NE(Random(1, "room").bits(), Random(1, "moor").bits());
  EXPECT_NE(Random(1, "room").bits(), Random(2, "room").bits());
  EXPECT_EQ(Random(1, "room").bits(), Random(1, "room").bits());
  Random random(3, "mean");
  double sum = 0;
  for (int i = 0; i < 10000; ++i) {
    const double value = random.uniform(-1, 3);
    ASSERT_GE(value, -1);
    ASSERT_LT(value, 3);
    sum += value;
  }
  EXPECT_NEAR(sum / 10000, 1, 0.05);
}

}  // namespace
}  // namespace praxiscope::strings
