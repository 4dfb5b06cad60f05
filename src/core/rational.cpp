#include "praxiscope/rational.h"

#include "praxiscope/error.h"

#include <cmath>
#include <limits>
#include <numeric>

namespace praxiscope {
namespace {

__extension__ using Wide = __int128;

Wide gcd(Wide a, Wide b) {
  if (a < 0) a = -a;
  if (b < 0) b = -b;
  while (b != 0) {
    const Wide rest = a % b;
    a = b;
    b = rest;
  }
  return a;
}

std::int64_t narrow(Wide value) {
  constexpr Wide kMax = std::numeric_limits<std::int64_t>::max();
  if (value > kMax || value < -kMax - 1) {
    throw Error(ErrorKind::kInternal, "rational: a time does not fit 64 bits");
  }
  return static_cast<std::int64_t>(value);
}

Rational reduced(Wide num, Wide den) {
  if (den == 0) throw Error(ErrorKind::kInternal, "rational: denominator 0");
  if (den < 0) num = -num, den = -den;
  if (const Wide factor = gcd(num, den); factor > 1) num /= factor, den /= factor;
  // The public constructor reduces again; with reduced numbers that costs one gcd and changes
  // nothing.
  return Rational(narrow(num), narrow(den));
}

Wide floor_div(Wide a, Wide b) {  // b > 0
  const Wide q = a / b;
  return q * b > a ? q - 1 : q;
}

}  // namespace

Rational::Rational(std::int64_t num, std::int64_t den) {
  if (den == 0) throw Error(ErrorKind::kInternal, "rational: denominator 0");
  const Wide factor = gcd(num, den) * (den < 0 ? -1 : 1);
  num_ = narrow(num / factor);
  den_ = narrow(den / factor);
}

Rational Rational::nearest(double value, std::int64_t max_den) {
  Rational best;
  double best_error = std::numeric_limits<double>::infinity();
  for (std::int64_t den = 1; den <= max_den; ++den) {
    const auto num = static_cast<std::int64_t>(std::llround(value * static_cast<double>(den)));
    const double error = std::abs(value - static_cast<double>(num) / static_cast<double>(den));
    if (error < best_error - 1e-12) best = Rational(num, den), best_error = error;
  }
  return best;
}

std::string Rational::to_string() const {
  return den_ == 1 ? std::to_string(num_) : std::to_string(num_) + "/" + std::to_string(den_);
}

std::int64_t Rational::rounded_to(const Rational& unit) const {
  const Wide num = Wide(num_) * unit.den(), den = Wide(den_) * unit.num();
  if (den <= 0) throw Error(ErrorKind::kInternal, "rational: unit must be > 0");
  const Wide twice = num < 0 ? -num * 2 : num * 2;
  const Wide magnitude = floor_div(twice + den, den * 2);
  return static_cast<std::int64_t>(num < 0 ? -magnitude : magnitude);
}

std::int64_t Rational::floored_to(const Rational& unit) const {
  const Wide den = Wide(den_) * unit.num();
  if (den <= 0) throw Error(ErrorKind::kInternal, "rational: unit must be > 0");
  return static_cast<std::int64_t>(floor_div(Wide(num_) * unit.den(), den));
}

Rational Rational::inverse() const { return reduced(den_, num_); }

Rational operator+(const Rational& a, const Rational& b) {
  return reduced(Wide(a.num_) * b.den_ + Wide(b.num_) * a.den_, Wide(a.den_) * b.den_);
}
Rational operator-(const Rational& a, const Rational& b) {
  return reduced(Wide(a.num_) * b.den_ - Wide(b.num_) * a.den_, Wide(a.den_) * b.den_);
}
Rational operator*(const Rational& a, const Rational& b) {
  return reduced(Wide(a.num_) * b.num_, Wide(a.den_) * b.den_);
}
Rational operator/(const Rational& a, const Rational& b) {
  return reduced(Wide(a.num_) * b.den_, Wide(a.den_) * b.num_);
}

std::strong_ordering operator<=>(const Rational& a, const Rational& b) noexcept {
  const Wide left = Wide(a.num_) * b.den_, right = Wide(b.num_) * a.den_;
  return left < right   ? std::strong_ordering::less
         : left > right ? std::strong_ordering::greater
                        : std::strong_ordering::equal;
}

}  // namespace praxiscope
