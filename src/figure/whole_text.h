// Words of people that are longer than a label.
#pragma once

#include <string>
#include <string_view>

namespace praxiscope::figure {

/// printable() (render/text.h) of a text that is not shortened: for paragraphs and for what readers
/// are told who do not see. At most 100,000 bytes.
std::string printable_whole(std::string_view text);

}  // namespace praxiscope::figure
