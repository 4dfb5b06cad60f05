// See draws.h.
#include "studies/support/draws.h"

#include <cstdint>
#include <limits>

namespace praxiscope::studies {

std::size_t draw_below(std::size_t bound, std::mt19937_64& generator) {
  const std::uint64_t surplus = (std::numeric_limits<std::uint64_t>::max() % bound + 1) % bound;
  const std::uint64_t last = std::numeric_limits<std::uint64_t>::max() - surplus;
  std::uint64_t drawn = generator();
  while (drawn > last) drawn = generator();
  return static_cast<std::size_t>(drawn % bound);
}

}  // namespace praxiscope::studies
