// The parts of a page that are the same for every figure: the files of html/, embedded by
// cmake/Embed.cmake.
#pragma once

#include <string_view>

namespace praxiscope::figure {

/// Places for the figure's own parts are written {{name}}.
extern const std::string_view kPage;
extern const std::string_view kStyle;
extern const std::string_view kScript;

}  // namespace praxiscope::figure
