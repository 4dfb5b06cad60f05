// Words and numbers of manifests and command lines as values: "128x171", "30000/1001", "bicubic".
// Knows neither JSON nor files.
#pragma once

#include "praxiscope/manifest.h"

#include <optional>
#include <string>
#include <vector>

namespace praxiscope {

/// Where a value came from, for messages: `manifest "a/model.json": "inputs[0].crop"` or
/// `--crop`; wrong values of the command line are usage errors.
struct ValueOrigin {
  std::string text;
  bool is_option = false;
};

/// "<origin>: found <found>, expected <expected>". @throws Error kUsage or kModel, always.
[[noreturn]] void refuse_value(const ValueOrigin& origin, const std::string& found,
                               const std::string& expected);

/// "25", "29.97", "30000/1001"; "source" is no resampling.
std::optional<Rational> parse_fps(const std::string& text, const ValueOrigin& origin);
/// "112x113" is height x width, "112" a square; "none" nothing.
std::optional<Size> parse_size(const std::string& text, const ValueOrigin& origin);
/// "256" sets short_side, "128x171" exact, "none" neither.
void parse_resize(const std::string& text, const ValueOrigin& origin, Preparation& into);
/// "0.45,0.45,0.45"; one number stands for all channels. `is_std`: none may be 0.
std::vector<double> parse_numbers(const std::string& text, const ValueOrigin& origin);

Interpolation parse_interpolation(const std::string& text, const ValueOrigin& origin);
InputKind parse_input_kind(const std::string& text, const ValueOrigin& origin);
Spacing parse_spacing(const std::string& text, const ValueOrigin& origin);
Layout parse_layout(const std::string& text, const ValueOrigin& origin);
CallKind parse_call(const std::string& text, const ValueOrigin& origin);
OutputKind parse_output_kind(const std::string& text, const ValueOrigin& origin);
FlowAlgorithm parse_flow_algorithm(const std::string& text, const ValueOrigin& origin);
/// "bgr" is true; of flow "yx".
bool parse_channel_order(const std::string& text, InputKind kind, const ValueOrigin& origin);

/// Numbers checked for sense, whatever they came from.
int checked_count(std::int64_t value, const ValueOrigin& origin, std::int64_t most);
Size checked_size(std::int64_t height, std::int64_t width, const ValueOrigin& origin);
Rational checked_fps(const Rational& value, const ValueOrigin& origin);
std::array<double, 2> checked_range(const std::vector<double>& values, const ValueOrigin& origin);
/// One number a channel of `kind`; one alone is repeated. `is_divisor`: none may be 0.
std::vector<double> checked_channels(std::vector<double> values, InputKind kind, bool is_divisor,
                                     const ValueOrigin& origin);

inline constexpr std::int64_t kMostFrames = 100'000;
inline constexpr std::int64_t kMostPixels = 16'384;  ///< along a side

}  // namespace praxiscope
