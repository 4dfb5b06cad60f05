// The commands of studies, one a room: made from the library's table, so that a new study has its
// command, help and options by itself.
#pragma once

#include "cli/command.h"

#include <string>
#include <vector>

namespace praxiscope::cli {

/// In the order of the table.
const std::vector<const Command*>& study_commands();

std::string studies_as_text();  ///< one line each
std::string studies_as_json();  ///< schema "praxiscope.list.studies/1"

}  // namespace praxiscope::cli
