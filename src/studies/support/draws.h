// Numbers drawn alike on every machine.
#pragma once

#include <cstddef>
#include <random>

namespace praxiscope::studies {

/// A number below `bound` (> 0) without preference. std::uniform_int_distribution is another one in
/// every standard library; this is not.
std::size_t draw_below(std::size_t bound, std::mt19937_64& generator);

}  // namespace praxiscope::studies
