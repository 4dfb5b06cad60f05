// Which files `explain` writes for which input; finds out before any work that two would collide.
#pragma once

#include <string>
#include <vector>

namespace praxiscope::cli {

/// The input's name without folder and ending; "stdin" for "-".
std::string stem_of(const std::string& input);

/// The -o of one input as given, or the default: <stem>.praxiscope.mp4 in the current folder, .png
/// for a still picture.
/// @throws Error kUsage for "-" without -o, kInput when the input cannot be opened.
std::vector<std::string> outputs_for(const std::string& input,
                                     const std::vector<std::string>& given);

/// @throws Error kUsage when two inputs would write one file, or an output is an input; tells of
/// {stem}.
void check_outputs(const std::vector<std::string>& inputs, const std::vector<std::string>& outputs);

}  // namespace praxiscope::cli
