// Numbered things of which some are chosen: channels of a layer, kernels of a convolution.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <vector>

namespace praxiscope::studies {

/// "top24", "all", "3,17,40-47".
struct NumberedChoice {
  std::int64_t top = 0;               ///< > 0: the best so many
  bool is_all = false;                ///< otherwise `numbers`, as named
  std::vector<std::int64_t> numbers;  ///< ascending, each once
};

/// `what`: for messages, "activations: option channels". @throws Error kUsage.
NumberedChoice parse_numbered(const std::string& what, const std::string& text);

/// Ascending positions of those chosen among as many things as `scores` has; the best by score
/// (not-a-number last, ties by position).
/// @throws Error kUsage for a number that there is not; `what`: "layer \"conv1\": channels".
std::vector<std::int64_t> choose_numbered(const NumberedChoice& choice,
                                          std::span<const double> scores, const std::string& what);

/// "0-23", "3, 17, 40-47": ascending numbers in short.
std::string in_short(std::span<const std::int64_t> numbers);

}  // namespace praxiscope::studies
