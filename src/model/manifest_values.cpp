// Duty: see manifest_values.h.
#include "model/manifest_values.h"

#include "core/text.h"

#include "praxiscope/error.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <cmath>
#include <span>

namespace praxiscope {
namespace {

std::optional<std::int64_t> whole_number(const std::string& text) {
  std::int64_t value = 0;
  const char* end = text.data() + text.size();
  const auto [last, error] = std::from_chars(text.data(), end, value);
  return error == std::errc() && last == end ? std::optional(value) : std::nullopt;
}

std::optional<double> number(const std::string& text) {
  double value = 0;
  const char* end = text.data() + text.size();
  const auto [last, error] = std::from_chars(text.data(), end, value);
  if (error != std::errc() || last != end || !std::isfinite(value)) return std::nullopt;
  return value;
}

/// The position of `text` in `words`.
std::size_t one_of(const std::string& text, const std::vector<std::string>& words,
                   const ValueOrigin& origin) {
  const auto found = std::find(words.begin(), words.end(), text);
  if (found != words.end()) return static_cast<std::size_t>(found - words.begin());
  std::string list;
  for (std::size_t i = 0; i < words.size(); ++i) {
    list += (i == 0 ? "" : i + 1 == words.size() ? " or " : ", ") + in_quotes(words[i]);
  }
  refuse_value(origin, in_quotes(text), list + did_you_mean(text, words));
}

}  // namespace

void refuse_value(const ValueOrigin& origin, const std::string& found,
                  const std::string& expected) {
  throw Error(origin.is_option ? ErrorKind::kUsage : ErrorKind::kModel,
              origin.text + ": found " + found + ", expected " + expected);
}

std::optional<Rational> parse_fps(const std::string& text, const ValueOrigin& origin) {
  if (text == "source") return std::nullopt;
  const std::vector<std::string> parts = split(text, '/');
  if (parts.size() == 2) {
    const auto num = whole_number(parts[0]), den = whole_number(parts[1]);
    if (num && den && *den > 0) return checked_fps(Rational(*num, *den), origin);
  }
  const auto value = number(text);
  if (!value || *value <= 0 || *value > 1e6) {
    refuse_value(origin, in_quotes(text),
                 "frames per second (25, 29.97, 30000/1001) or \"source\"");
  }
  return checked_fps(Rational::nearest(*value), origin);
}

std::optional<Size> parse_size(const std::string& text, const ValueOrigin& origin) {
  if (text == "none") return std::nullopt;
  const std::vector<std::string> parts = split(text, 'x');
  const auto height = whole_number(parts.front()), width = whole_number(parts.back());
  if (parts.size() > 2 || !height || !width) {
    refuse_value(origin, in_quotes(text),
                 "px as \"224\", \"height x width\" as \"128x171\", or "
                 "\"none\"");
  }
  return checked_size(*height, *width, origin);
}

void parse_resize(const std::string& text, const ValueOrigin& origin, Preparation& into) {
  const auto size = parse_size(text, origin);
  into.short_side.reset();
  into.exact.reset();
  if (!size) return;
  if (text.find('x') == std::string::npos) {
    into.short_side = size->height;
  } else {
    into.exact = size;
  }
}

std::vector<double> parse_numbers(const std::string& text, const ValueOrigin& origin) {
  std::vector<double> out;
  for (const std::string& part : split(text, ',')) {
    const auto value = number(trimmed(part));
    if (!value) refuse_value(origin, in_quotes(text), "numbers with commas between them");
    out.push_back(*value);
  }
  return out;
}

Interpolation parse_interpolation(const std::string& text, const ValueOrigin& origin) {
  return std::array{Interpolation::kBilinear,
                    Interpolation::kBicubic}[one_of(text, {"bilinear", "bicubic"}, origin)];
}

InputKind parse_input_kind(const std::string& text, const ValueOrigin& origin) {
  return std::array{InputKind::kRgb, InputKind::kFlow}[one_of(text, {"rgb", "flow"}, origin)];
}

Spacing parse_spacing(const std::string& text, const ValueOrigin& origin) {
  return std::array{Spacing::kEven, Spacing::kSpread}[one_of(text, {"even", "spread"}, origin)];
}

Layout parse_layout(const std::string& text, const ValueOrigin& origin) {
  return std::array{Layout::kNCTHW, Layout::kNTCHW,
                    Layout::kNTHWC}[one_of(text, {"NCTHW", "NTCHW", "NTHWC"}, origin)];
}

CallKind parse_call(const std::string& text, const ValueOrigin& origin) {
  return std::array{CallKind::kSeparate, CallKind::kTuple, CallKind::kList,
                    CallKind::kDict}[one_of(text, {"separate", "tuple", "list", "dict"}, origin)];
}

OutputKind parse_output_kind(const std::string& text, const ValueOrigin& origin) {
  return std::array{OutputKind::kLogits,
                    OutputKind::kProbabilities}[one_of(text, {"logits", "probabilities"}, origin)];
}

FlowAlgorithm parse_flow_algorithm(const std::string& text, const ValueOrigin& origin) {
  return std::array{FlowAlgorithm::kTvl1,
                    FlowAlgorithm::kDis}[one_of(text, {"tvl1", "dis"}, origin)];
}

bool parse_channel_order(const std::string& text, InputKind kind, const ValueOrigin& origin) {
  return (kind == InputKind::kFlow ? one_of(text, {"xy", "yx"}, origin)
                                   : one_of(text, {"rgb", "bgr"}, origin)) == 1;
}

int checked_count(std::int64_t value, const ValueOrigin& origin, std::int64_t most) {
  if (value < 1 || value > most) {
    refuse_value(origin, std::to_string(value), fmt::format("a whole number from 1 to {}", most));
  }
  return static_cast<int>(value);
}

Size checked_size(std::int64_t height, std::int64_t width, const ValueOrigin& origin) {
  for (const std::int64_t side : {height, width}) {
    if (side < 1 || side > kMostPixels) {
      refuse_value(origin, fmt::format("{} px", side), fmt::format("1 to {} px", kMostPixels));
    }
  }
  return {static_cast<int>(height), static_cast<int>(width)};
}

Rational checked_fps(const Rational& value, const ValueOrigin& origin) {
  if (value <= Rational() || value > Rational::of(1'000'000)) {
    refuse_value(origin, value.to_string(), "more than 0 and at most 1000000 frames per second");
  }
  return value;
}

std::array<double, 2> checked_range(const std::vector<double>& values, const ValueOrigin& origin) {
  if (values.size() != 2 || values[0] == values[1]) {
    refuse_value(origin, fmt::format("[{:.7g}]", fmt::join(values, ", ")),
                 "two different numbers: what bytes 0 and 255 become");
  }
  return {values[0], values[1]};
}

std::vector<double> checked_channels(std::vector<double> values, InputKind kind, bool is_divisor,
                                     const ValueOrigin& origin) {
  const std::size_t channels = kind == InputKind::kFlow ? 2 : 3;
  if (values.size() == 1) values.resize(channels, values[0]);
  if (values.size() != channels) {
    refuse_value(origin, fmt::format("{} numbers", values.size()),
                 fmt::format("{} (one a channel) or 1", channels));
  }
  if (is_divisor && std::find(values.begin(), values.end(), 0.0) != values.end()) {
    refuse_value(origin, "0", "numbers to divide by");
  }
  return values;
}

}  // namespace praxiscope
