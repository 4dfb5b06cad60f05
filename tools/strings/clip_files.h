// A folder of clips with their truth, in the forms that `praxiscope evaluate` reads.
#pragma once

#include "strings/clip_spec.h"

#include <cstdint>
#include <string>

namespace praxiscope::strings {

struct FolderWish {
  std::string folder;
  Split split = kTest;
  std::int64_t first = 0, count = 6;
  bool twins = false;  ///< every clip's four counterfactuals beside it
  bool flow = false;   ///< flow/NAME.npy, [63,128,128,2], px to the next frame
  bool overwrite = false;
};

/// Writes
///   clips/NAME.mp4          25 frames/s
///   masks/THING/NAME.mp4    white where THING is: instrument, bow, hand, person, chair, distractor
///   list.txt                lines `clips/NAME.mp4 label`
///   intervals.txt           lines `NAME.mp4 begin_s end_s`: when the action happens
///   clips.json              what every clip is, and whose twin
/// NAME: SPLIT_INDEX, and for a twin SPLIT_INDEX_CHANGE. @throws Error kOutput.
void write_folder(const FolderWish& wish);

}  // namespace praxiscope::strings
