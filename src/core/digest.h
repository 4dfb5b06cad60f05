// SHA-256 of files and of bytes: names for what has this content and no other.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace praxiscope {

/// In lower-case hexadecimal. @throws Error kModel when the file cannot be read.
std::string sha256_of_file(const std::string& path);
/// Of the parts' bytes, one after the other.
std::string sha256_of(const std::vector<std::string_view>& parts);

}  // namespace praxiscope
