#include "praxiscope/rational.h"

#include "praxiscope/error.h"

#include <gtest/gtest.h>

#include <cstdint>
#include <limits>

namespace praxiscope {
namespace {

TEST(Rational, IsReducedWithAPositiveDenominator) {
  EXPECT_EQ(Rational(6, 8), Rational(3, 4));
  EXPECT_EQ(Rational(1, -2), Rational(-1, 2));
  EXPECT_EQ(Rational(-3, -6), Rational(1, 2));
  EXPECT_EQ(Rational(0, -5), Rational());
  EXPECT_EQ(Rational(0, 5).den(), 1);
}

TEST(Rational, CountsExactly) {
  EXPECT_EQ(Rational(1, 3) + Rational(1, 6), Rational(1, 2));
  EXPECT_EQ(Rational(1, 3) - Rational(1, 2), Rational(-1, 6));
  EXPECT_EQ(Rational(2, 3) * Rational(9, 4), Rational(3, 2));
  EXPECT_EQ(Rational(2, 3) / Rational(-4, 9), Rational(-3, 2));
  // A hundred thousand NTSC frames do not drift by a tick.
  Rational sum;
  for (int i = 0; i < 100000; ++i) sum = sum + Rational(1001, 30000);
  EXPECT_EQ(sum, Rational(10010, 3));
}

TEST(Rational, IsOrdered) {
  EXPECT_LT(Rational(1, 3), Rational(34, 100));
  EXPECT_GT(Rational(-1, 3), Rational(-34, 100));
  constexpr std::int64_t kMost = std::numeric_limits<std::int64_t>::max();
  EXPECT_LT(Rational(kMost - 1, kMost), Rational(kMost, kMost - 1)) << "products need 128 bits";
}

TEST(Rational, RoundsToTicks) {
  const Rational millisecond(1, 1000);
  EXPECT_EQ(Rational(1, 3).rounded_to(millisecond), 333);
  EXPECT_EQ(Rational(2, 3).rounded_to(millisecond), 667);
  EXPECT_EQ(Rational(1, 2000).rounded_to(millisecond), 1) << "halves go away from zero";
  EXPECT_EQ(Rational(-1, 2000).rounded_to(millisecond), -1);
  EXPECT_EQ(Rational(-1, 3).floored_to(millisecond), -334);
  EXPECT_EQ(Rational(2, 3).floored_to(millisecond), 666);
}

TEST(Rational, ReadsUserNumbers) {
  EXPECT_EQ(Rational::nearest(29.97, 1001), Rational(2997, 100));
  EXPECT_EQ(Rational::nearest(25), Rational(25, 1));
  EXPECT_EQ(Rational::nearest(0.5), Rational(1, 2));
}

TEST(Rational, PrintsWholeNumbersBare) {
  EXPECT_EQ(Rational(30000, 1001).to_string(), "30000/1001");
  EXPECT_EQ(Rational(4, 2).to_string(), "2");
}

TEST(Rational, RefusesWhatHasNoValue) {
  EXPECT_THROW(Rational(1, std::numeric_limits<std::int64_t>::min()), Error);
  EXPECT_THROW(Rational(1, 0), Error);
  EXPECT_THROW(Rational().inverse(), Error);
  constexpr std::int64_t kMost = std::numeric_limits<std::int64_t>::max();
  EXPECT_THROW(Rational(kMost, 1) * Rational(kMost, 1), Error);
}

}  // namespace
}  // namespace praxiscope
