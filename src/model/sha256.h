// SHA-256 of a file.
#pragma once

#include <string>

namespace praxiscope::program {

/// In lower-case hexadecimal. @throws Error kModel when the file cannot be read.
std::string sha256_of_file(const std::string& path);

}  // namespace praxiscope::program
