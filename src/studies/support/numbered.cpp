// See numbered.h.
#include "studies/support/numbered.h"

#include "praxiscope/error.h"
#include "praxiscope/text.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <cmath>

namespace praxiscope::studies {
namespace {

constexpr std::int64_t kMostNumber = 1'000'000;

[[noreturn]] void refuse(const std::string& what, const std::string& text) {
  throw Error(ErrorKind::kUsage,
              fmt::format("{}: found {}, expected topN, all, or numbers from 0 as 3,17,40-47", what,
                          in_quotes(text)));
}

bool read_number(std::string_view text, std::int64_t& value) {
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  return error == std::errc() && end == text.data() + text.size() && value >= 0 &&
         value <= kMostNumber;
}

}  // namespace

NumberedChoice parse_numbered(const std::string& what, const std::string& text) {
  NumberedChoice choice;
  const std::string word = trimmed(text);
  if (word == "all") {
    choice.is_all = true;
    return choice;
  }
  if (word.starts_with("top")) {
    if (!read_number(std::string_view(word).substr(3), choice.top) || choice.top == 0)
      refuse(what, text);
    return choice;
  }
  for (const std::string& part : split(word, ',')) {
    const std::string range = trimmed(part);
    const std::size_t dash = range.find('-');
    std::int64_t first = 0, last = 0;
    if (!read_number(std::string_view(range).substr(0, dash), first)) refuse(what, text);
    last = first;
    if (dash != std::string::npos && !read_number(std::string_view(range).substr(dash + 1), last))
      refuse(what, text);
    if (last < first || last - first > 100'000) refuse(what, text);
    for (std::int64_t number = first; number <= last; ++number) choice.numbers.push_back(number);
  }
  std::sort(choice.numbers.begin(), choice.numbers.end());
  choice.numbers.erase(std::unique(choice.numbers.begin(), choice.numbers.end()),
                       choice.numbers.end());
  return choice;
}

std::vector<std::int64_t> choose_numbered(const NumberedChoice& choice,
                                          std::span<const double> scores, const std::string& what) {
  const auto count = static_cast<std::int64_t>(scores.size());
  if (!choice.is_all && choice.top == 0) {
    if (!choice.numbers.empty() && choice.numbers.back() >= count)
      throw Error(ErrorKind::kUsage, fmt::format("{}: found {}, expected 0 to {}", what,
                                                 choice.numbers.back(), count - 1));
    return choice.numbers;
  }
  std::vector<std::int64_t> order(scores.size());
  for (std::size_t i = 0; i < order.size(); ++i) order[i] = static_cast<std::int64_t>(i);
  if (!choice.is_all && choice.top < count) {
    const auto score = [&](std::int64_t i) {
      const double value = scores[static_cast<std::size_t>(i)];
      return std::isfinite(value) ? value : -INFINITY;
    };
    std::stable_sort(order.begin(), order.end(),
                     [&](std::int64_t a, std::int64_t b) { return score(a) > score(b); });
    order.resize(static_cast<std::size_t>(choice.top));
    std::sort(order.begin(), order.end());
  }
  return order;
}

std::string in_short(std::span<const std::int64_t> numbers) {
  std::string text;
  for (std::size_t i = 0; i < numbers.size();) {
    std::size_t end = i + 1;
    while (end < numbers.size() && numbers[end] == numbers[end - 1] + 1) ++end;
    text += fmt::format("{}{}", text.empty() ? "" : ", ", numbers[i]);
    if (end - i > 1) text += fmt::format("{}{}", end - i > 2 ? "-" : ", ", numbers[end - 1]);
    i = end;
  }
  return text;
}

}  // namespace praxiscope::studies
