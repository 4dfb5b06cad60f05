// Bytes and numbers as an HTML page carries them.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>

namespace praxiscope::figure {

/// RFC 4648, with padding.
std::string base64(std::string_view bytes);

/// "sha256-..." of an inline script or style, as a Content-Security-Policy names it.
/// @throws Error kInternal.
std::string csp_hash(std::string_view text);

/// IEEE 754 half precision, ties to even; beyond its range infinity.
std::uint16_t half_from_float(float value);

/// Little-endian bytes of the values, 4 each.
std::string float_bytes(std::span<const float> values);
/// Little-endian bytes of value / 2^exponent in half precision, 2 each.
std::string half_bytes(std::span<const float> values, int exponent);

/// Smallest e with |value| <= 2^e for all finite values; 0 where all are 0.
int common_exponent(std::span<const float> values);

}  // namespace praxiscope::figure
