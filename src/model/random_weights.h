// Networks that have forgotten what they learnt: copies of a Program with random weights.
#pragma once

#include "model/program.h"

#include <cstdint>
#include <memory>

namespace praxiscope::program {

/// How many operators read weights (floating-point constants of more than one element), in all
/// blocks.
std::size_t count_weighted_operators(const Program& program);

/// A copy that shares everything but the weights of its last `count` weighted operators, in the
/// order of the program. Weights that several operators read are changed for all of them.
///
/// Kernels and matrices are drawn from the normal distribution with their own mean and deviation;
/// vectors (biases, gains, running statistics) are permuted, so that variances stay positive. So
/// each layer keeps its scale, and only what it learnt is gone.
/// Source: Adebayo et al., "Sanity Checks for Saliency Maps", NeurIPS 2018, sec. 3 (cascading
/// randomization).
///
/// @param seed  the same gives the same weights, whatever `count` is.
std::unique_ptr<Program> with_random_weights(const Program& program, std::size_t count,
                                             std::uint64_t seed);

}  // namespace praxiscope::program
