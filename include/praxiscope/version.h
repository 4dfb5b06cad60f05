#pragma once

#include <string>

namespace praxiscope {

/// "0.1.0".
std::string version();

}  // namespace praxiscope
