// JPEG bytes to pixels; encode_picture() (figure.h) goes the other way.
#pragma once

#include <string>
#include <string_view>

namespace praxiscope::figure {

/// Rows of B, G, R and an unused byte: Cairo's RGB24 on little-endian machines.
struct PixelRows {
  unsigned char* data = nullptr;
  int width = 0, height = 0;
  int stride = 0;  ///< bytes from row to row
};

/// Decodes a picture of this very size; one that is shorter than it says goes as far as it goes.
/// @return why it cannot be decoded; empty when it was.
std::string decode_jpeg(std::string_view bytes, const PixelRows& rows);

}  // namespace praxiscope::figure
