// Numbers that are the same on every machine. The standard library's distributions are not.
#pragma once

#include <cstdint>
#include <string_view>

namespace praxiscope::strings {

/// SplitMix64 (Steele, Lea, Flood, OOPSLA 2014). Every purpose has a stream of its own, so that
/// turning one switch of a clip changes nothing else in it.
class Random {
 public:
  Random(std::uint64_t seed, std::string_view purpose) : state_(seed) {
    for (const char c : purpose) state_ = bits() ^ static_cast<unsigned char>(c);
  }

  std::uint64_t bits() {
    state_ += 0x9E3779B97F4A7C15ULL;
    std::uint64_t z = state_;
    z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9ULL;
    z = (z ^ (z >> 27)) * 0x94D049BB133111EBULL;
    return z ^ (z >> 31);
  }
  double uniform(double low, double high) {
    return low + (high - low) * static_cast<double>(bits() >> 11) * 0x1.0p-53;
  }
  /// 0..count-1.
  int below(int count) { return static_cast<int>(bits() % static_cast<std::uint64_t>(count)); }
  bool chance(double probability) { return uniform(0, 1) < probability; }

 private:
  std::uint64_t state_;
};

}  // namespace praxiscope::strings
