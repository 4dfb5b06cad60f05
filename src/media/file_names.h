// Names to files: patterns, folders, lists. Knows names, not what is in the files.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace praxiscope {

/// Whether the ending is one of a picture ("jpg") or of any media ("mp4").
bool has_picture_ending(std::string_view path);
bool has_media_ending(std::string_view path);

/// "img_%05d.jpg": exactly one %d with an optional zero-padded width in the file name.
bool is_number_pattern(const std::string& input);
/// The files that a number pattern names, by number. Adds a warning when numbers are missing
/// between them.
std::vector<std::string> files_of_pattern(const std::string& pattern,
                                          std::vector<std::string>* warnings);

bool is_glob(const std::string& input);
/// In natural order; nothing when none fits.
std::vector<std::string> files_of_glob(const std::string& glob);

/// Still pictures of a folder (not below it), hidden ones left out, in natural order; .gif and
/// .apng count as videos.
std::vector<std::string> pictures_of_folder(const std::string& folder);

/// `; did you mean "b.mp4"?` for a file that is not there, from its neighbours; or "".
std::string similar_files(const std::string& path);

}  // namespace praxiscope
