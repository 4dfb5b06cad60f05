// See words.h.
#include "studies/support/words.h"

#include "praxiscope/text.h"

namespace praxiscope::studies {

std::string cut(const std::string& text, std::size_t most) {
  const std::string plain = without_controls(text);
  std::size_t characters = 0, end = 0;
  for (std::size_t i = 0; i < plain.size(); ++i) {
    if ((static_cast<unsigned char>(plain[i]) & 0xC0U) == 0x80U) continue;
    if (characters++ == most - 1) end = i;
  }
  return characters <= most ? plain : plain.substr(0, end) + "~";
}

}  // namespace praxiscope::studies
