#include "figure/whole_text.h"

#include "render/text.h"

#include <algorithm>

namespace praxiscope::figure {

std::string printable_whole(std::string_view text) {
  constexpr std::size_t kPiece = 384, kMost = 100'000;  // bytes
  text = text.substr(0, kMost);
  std::string out;
  // It is given pieces that it does not shorten.
  while (!text.empty()) {
    std::size_t end = std::min(kPiece, text.size());
    const auto is_inside = [&](std::size_t i) {
      return (static_cast<unsigned char>(text[i]) & 0xC0) == 0x80;
    };
    while (end < text.size() && end > kPiece - 4 && is_inside(end)) --end;
    out += printable(text.substr(0, end));
    text.remove_prefix(end);
  }
  return out;
}

}  // namespace praxiscope::figure
