// Names of outputs: from what the user asked for to one path each, and whether they collide. Public
// part in praxiscope/explain.h. Opens and writes nothing.
#pragma once

#include "praxiscope/explain.h"

#include <string>
#include <vector>

namespace praxiscope {

/// The pattern with "{stem}" replaced by the input's name, see expand_output().
std::string with_stem(const std::string& pattern, const std::string& input);

/// kSheet: a contact sheet; what a .png of a video is, and every "sheet.png" and "*.sheet.png".
enum class OutputForm { kVideo, kPng, kNpz, kJson, kPdf, kHtml, kSheet };
/// By the ending. @throws Error kUsage for unknown endings, naming those that work.
OutputForm output_form(const std::string& path);
/// As above, for a source that is known.
OutputForm output_form(const std::string& path, bool is_still);

/// The paths that explain() writes for one open input, in the order of `options.outputs`, all of
/// which may be written as far as that can be known beforehand.
/// @throws Error kUsage for unknown endings, a file named twice, the input itself; kOutput for a
/// file that exists (without `options.overwrite`) or a missing folder.
std::vector<std::string> plan_outputs(const std::string& input, const ExplainOptions& options,
                                      bool is_still);

/// Checks inputs and the outputs that they have together: each named once, known endings, no input
/// among the outputs, all may appear.
/// @throws Error kUsage, kOutput.
void check_common_outputs(const std::vector<std::string>& inputs,
                          const std::vector<std::string>& outputs, bool overwrite);

}  // namespace praxiscope
