// Exact time: a fraction of integers, in seconds unless a name says otherwise. Doubles appear only
// when a time is printed.
#pragma once

#include <compare>
#include <cstdint>
#include <string>

namespace praxiscope {

/// A fraction num/den, always reduced, den > 0.
class Rational {
 public:
  constexpr Rational() = default;
  /// @throws Error kInternal when den is 0 or the reduced fraction does not fit 64 bits.
  Rational(std::int64_t num, std::int64_t den);
  /// A whole number.
  static Rational of(std::int64_t whole) { return Rational(whole, 1); }
  /// The fraction nearest to `value` with a denominator up to `max_den` (for user text such
  /// as 29.97).
  static Rational nearest(double value, std::int64_t max_den = 1001);

  constexpr std::int64_t num() const noexcept { return num_; }
  constexpr std::int64_t den() const noexcept { return den_; }
  /// For printing and drawing only.
  double to_double() const noexcept {
    return static_cast<double>(num_) / static_cast<double>(den_);
  }
  /// "num/den", or "num" for whole numbers.
  std::string to_string() const;

  /// round(this / unit) with halves away from zero: the time stamp in ticks of `unit` seconds.
  std::int64_t rounded_to(const Rational& unit) const;
  /// floor(this / unit).
  std::int64_t floored_to(const Rational& unit) const;
  /// 1 / this. @throws Error kInternal for 0.
  Rational inverse() const;

  friend Rational operator+(const Rational& a, const Rational& b);
  friend Rational operator-(const Rational& a, const Rational& b);
  friend Rational operator*(const Rational& a, const Rational& b);
  friend Rational operator/(const Rational& a, const Rational& b);
  friend bool operator==(const Rational& a, const Rational& b) noexcept = default;
  friend std::strong_ordering operator<=>(const Rational& a, const Rational& b) noexcept;

 private:
  std::int64_t num_ = 0;
  std::int64_t den_ = 1;
};

}  // namespace praxiscope
