#include "praxiscope/error.h"

#include "praxiscope/version.h"

namespace praxiscope {

Error Error::with_context(std::string_view context) const {
  return Error(kind_, std::string(context) + ": " + what());
}

std::string version() { return PRAXISCOPE_VERSION; }

}  // namespace praxiscope
