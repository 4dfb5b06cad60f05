// The forms that annotations are written in, one reader each; see load_annotations().
#pragma once

#include "studies/annotations/annotations.h"
#include "studies/annotations/names.h"

#include "praxiscope/error.h"

#include <map>
#include <string>

namespace praxiscope::studies {

/// What all readers fill.
struct Collection {
  const InputNames& names;
  std::map<std::string, Annotations::Entry> entries;  ///< by absolute name
};

/// Each adds what one path says; @throws Error kInput.
void read_json_annotations(const std::string& path, Collection& into, Progress& progress);
void read_text_annotations(const std::string& path, Collection& into, Progress& progress);
void read_annotation_folder(const std::string& path, Collection& into, Progress& progress);

/// The boxes of one frame: lines `class x1 y1 x2 y2`.
std::vector<Shape> read_frame_boxes(const std::string& path);

/// Reads a mask file or folder into the frames of `into`.
void read_mask(const std::string& path, InputTruth& into, Progress& progress);

/// Seconds as written in a file. @throws Error kInput unless 0 <= begin < end and both are finite.
Interval make_interval(double begin_s, double end_s, const std::string& where);

/// "where: found X, expected Y".
Error annotation_error(const std::string& where, const std::string& found,
                       const std::string& expected);

/// "12.5", without zeros behind.
std::string number_text(double value);

/// Larger annotation files are not what they claim to be.
constexpr std::int64_t kMostAnnotationBytes = std::int64_t{1} << 30;
/// @throws Error kInput when the file is missing, not a file, or too large.
void check_annotation_file(const std::string& path);

}  // namespace praxiscope::studies
