// Where a study notes what is done, and under which name: a run with the same settings finds it.
#pragma once

#include <string>
#include <vector>

namespace praxiscope {

/// A file beside the first output: "<folder>/.<output>.<16 hex digits of `settings`>.journal"; ""
/// where there is no output.
std::string journal_path(const std::vector<std::string>& outputs, const std::string& settings);

/// Takes it away with all files whose names begin with its own. "": nothing.
void remove_journal(const std::string& path);

/// Paths with size and time of change, a line each: what is read decides about the numbers, too.
/// Folders stand for all files below them.
std::string stamps_of(const std::vector<std::string>& paths);

}  // namespace praxiscope
