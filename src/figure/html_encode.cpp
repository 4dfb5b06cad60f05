#include "figure/html_encode.h"

#include "praxiscope/error.h"

#include <openssl/evp.h>

#include <algorithm>
#include <array>
#include <bit>
#include <cmath>

namespace praxiscope::figure {

std::string base64(std::string_view bytes) {
  std::string out((bytes.size() + 2) / 3 * 4 + 1, '\0');  // OpenSSL ends it with a NUL
  const int length = EVP_EncodeBlock(reinterpret_cast<unsigned char*>(out.data()),
                                     reinterpret_cast<const unsigned char*>(bytes.data()),
                                     static_cast<int>(bytes.size()));
  out.resize(static_cast<std::size_t>(length));
  return out;
}

std::string csp_hash(std::string_view text) {
  std::array<unsigned char, EVP_MAX_MD_SIZE> digest{};
  unsigned int size = 0;
  if (EVP_Digest(text.data(), text.size(), digest.data(), &size, EVP_sha256(), nullptr) != 1)
    throw Error(ErrorKind::kInternal, "figure: cannot compute a SHA-256");
  return "sha256-" + base64({reinterpret_cast<const char*>(digest.data()), size});
}

std::uint16_t half_from_float(float value) {
  const auto bits = std::bit_cast<std::uint32_t>(value);
  const auto sign = static_cast<std::uint16_t>(bits >> 16 & 0x8000U);
  if (std::isnan(value)) return static_cast<std::uint16_t>(sign | 0x7E00U);
  const double size = std::abs(static_cast<double>(value));
  if (size >= 65520) return static_cast<std::uint16_t>(sign | 0x7C00U);
  // In units of the last place: 2^-24 for subnormals, else 2^(exponent - 10). nearbyint ties to
  // even; a mantissa that rounds up to 2048 carries into the exponent by itself.
  const int exponent = size < std::ldexp(1.0, -14) ? -14 : std::ilogb(size);
  const auto units = static_cast<std::uint32_t>(std::nearbyint(std::ldexp(size, 10 - exponent)));
  if (exponent == -14) return static_cast<std::uint16_t>(sign | units);
  return static_cast<std::uint16_t>(sign |
                                    ((static_cast<std::uint32_t>(exponent + 14) << 10) + units));
}

std::string float_bytes(std::span<const float> values) {
  std::string out;
  out.reserve(4 * values.size());
  for (const float value : values) {
    const auto bits = std::bit_cast<std::uint32_t>(value);
    for (int shift = 0; shift < 32; shift += 8) out += static_cast<char>(bits >> shift & 0xFFU);
  }
  return out;
}

std::string half_bytes(std::span<const float> values, int exponent) {
  std::string out;
  out.reserve(2 * values.size());
  for (const float value : values) {
    // In double: the factor may be beyond the range of float.
    const double scaled = std::ldexp(static_cast<double>(value), -exponent);
    const std::uint16_t bits = half_from_float(static_cast<float>(scaled));
    out += static_cast<char>(bits & 0xFFU);
    out += static_cast<char>(bits >> 8);
  }
  return out;
}

int common_exponent(std::span<const float> values) {
  double most = 0;
  for (const float value : values) {
    if (std::isfinite(value)) most = std::max(most, std::abs(static_cast<double>(value)));
  }
  int exponent = 0;
  if (most > 0 && std::frexp(most, &exponent) == 0.5) --exponent;  // a power of two itself
  return exponent;
}

}  // namespace praxiscope::figure
