// See rectifiers.h.
#include "studies/support/rectifiers.h"

#include <cctype>

namespace praxiscope::studies {

bool is_rectifier(const std::string& type) {
  std::string lower;
  for (const char c : type) lower += static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
  for (const char* word : {"relu", "hardtanh", "threshold", "clamp"}) {
    // Those with a small slope on their negative side rectify nothing away.
    if (lower.find(word) != std::string::npos && !lower.starts_with("leaky") &&
        lower.find("prelu") == std::string::npos && lower.find("leaky_relu") == std::string::npos)
      return true;
  }
  return false;
}

}  // namespace praxiscope::studies
