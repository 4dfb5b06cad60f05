// Words for people: did-you-mean, quoting, natural order.
#pragma once

#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace praxiscope {

/// Up to `most` candidates close to `word` (edit distance with transpositions, case ignored; also
/// prefixes and substrings), best first.
std::vector<std::string> find_similar(std::string_view word,
                                      std::span<const std::string> candidates,
                                      std::size_t most = 3);

/// "; did you mean \"a\" or \"b\"?" or "" when nothing is close.
std::string did_you_mean(std::string_view word, std::span<const std::string> candidates);

/// "a2" before "a10"; for sorting file names.
bool natural_less(std::string_view a, std::string_view b);

/// In double quotes, control characters and quotes escaped, so that a message stays one line.
std::string in_quotes(std::string_view text);

/// Foreign text (labels, file names) for a terminal: control characters as '?', so that they cannot
/// steer it; UTF-8 stays.
std::string without_controls(std::string_view text);

std::vector<std::string> split(std::string_view text, char separator);
/// Without white space at both ends.
std::string trimmed(std::string_view text);

}  // namespace praxiscope
