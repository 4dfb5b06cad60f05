// Methods, presets and colormaps as text: for `list`, for `help explain`, and for doc/methods.md.
// Everything is read from the tables of the library, so a new room appears by itself.
#pragma once

#include "praxiscope/explain.h"

#include <span>
#include <string>
#include <vector>

namespace praxiscope::cli {

std::string methods_as_text();      ///< one line each
std::string methods_as_json();      ///< schema "praxiscope.list.methods/1"
std::string methods_as_markdown();  ///< doc/methods.md
std::string presets_as_text();
std::string presets_as_json();  ///< schema "praxiscope.list.presets/1"

/// "auto" and the names that render knows.
const std::vector<std::string>& colormap_names();

/// Targets, and the options of every method: the long part of `praxiscope help explain`.
std::string explain_help();

}  // namespace praxiscope::cli
