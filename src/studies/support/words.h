// Words in the columns of a terminal.
#pragma once

#include <string>

namespace praxiscope::studies {

/// At most so many characters, never half of one; "~" stands for what was cut off. Control
/// characters become visible.
std::string cut(const std::string& text, std::size_t most);

}  // namespace praxiscope::studies
