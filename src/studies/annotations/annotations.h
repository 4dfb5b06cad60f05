// What people know of an input: boxes, polygons and masks of what is to be seen in its frames, and
// the seconds in which the action takes place. Files in, InputTruths out; knows no clip.
#pragma once

#include "praxiscope/preparation.h"
#include "praxiscope/progress.h"
#include "praxiscope/rational.h"

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <utility>
#include <variant>
#include <vector>

namespace praxiscope::studies {

/// Continuous pixel coordinates: pixel i spans [i, i+1).
struct Point {
  double x = 0;
  double y = 0;
};

struct Box {
  Point begin;  ///< upper left, inside
  Point end;    ///< lower right, outside
};

/// Corners in order, closed by itself; inside by the even-odd rule.
using Polygon = std::vector<Point>;

/// A picture of inside and outside, kept as runs: a video of masks fits into memory.
struct RunMask {
  Size size;
  /// Columns where inside begins and ends, [begin, end) in turn, row after row.
  std::vector<std::int32_t> runs;
  std::vector<std::int32_t> row_begin;  ///< height + 1 places in `runs`

  bool contains(std::int32_t row, std::int32_t column) const;
};

/// Something that is to be found in a frame.
struct Shape {
  Size of;  ///< px of the picture that the coordinates are in; 0 x 0: the source's own
  std::variant<Box, Polygon, RunMask> form;
};

/// Seconds on the source's own clock, where an action takes place: [begin, end).
struct Interval {
  Rational begin_s;
  Rational end_s;
};

/// All that is known of one input.
struct InputTruth {
  /// By source frame (0-based). An entry without shapes: known to show nothing that is to be found.
  /// No entry: not known.
  std::map<std::int64_t, std::vector<Shape>> frames;
  /// What holds for every frame: a single mask of a video.
  std::optional<std::vector<Shape>> every_frame;
  std::vector<Interval> intervals;  ///< empty: not known when
};

/// The annotations of a set of inputs. Mask files are read only when they are asked for. Const
/// calls may run at once.
class Annotations {
 public:
  /// Where something is known of an input.
  struct Entry {
    InputTruth truth;                ///< from text and JSON
    std::vector<std::string> masks;  ///< files and folders for open_source()
  };

  Annotations() = default;
  /// Entries by absolute path; load_annotations() makes them.
  explicit Annotations(std::map<std::string, Entry> entries) : entries_(std::move(entries)) {}

  bool is_empty() const { return entries_.empty(); }
  /// Whether something is known of an input, by any name of its path.
  bool has(const std::string& input) const;

  /// What is known of an input; nothing where it has no annotation. Masks are decoded here, frame
  /// by frame; damage and masks without white are warnings.
  /// @throws Error kInput when a mask gives no frame; kCancelled.
  std::optional<InputTruth> find(const std::string& input, Progress& progress) const;

 private:
  std::map<std::string, Entry> entries_;
};

/// Reads annotations in three forms, told apart by what a path is:
///
/// 1. **`.json`, COCO-like.** `videos` [{id, file_name}], `images` [{id, file_name}] (a still) or
///    [{id, video_id, frame_index}] (0-based), `annotations` [{image_id, bbox [x, y, w, h] and/or
///    segmentation [[x1, y1, x2, y2, ...], ...]}], `intervals` [{video_id, begin_s, end_s}]. With
///    `width` and `height` of an image or its video the coordinates are in pixels of that size. A
///    segmentation wins over its box; one that is not polygons (RLE) is passed over with a warning,
///    and its box counts. An image without annotations is known to show nothing. Categories make no
///    difference; other members are passed over.
/// 2. **Any other file: text**, a line for each fact. `path frame x y dx dy` (UCF101-24): a box in
///    frame `frame`, 1-based; dx = dy = 0: known to show nothing. `path begin_s end_s`: an action.
///    `# size WxH` says in pixels of which picture the boxes below are; other lines that begin with
///    # are comments.
/// 3. **A folder**, whose files are named as the inputs, with or without their folders:
///    `STEM.png`, `.mp4`, `.gif`, ...: a mask, frame k for frame k of the input; a single picture
///    counts for all frames. `STEM/` with pictures: a mask whose k-th picture (natural order) is
///    for frame k. `STEM/00001.txt`, ...: a frame's boxes, 1-based, lines `class x1 y1 x2 y2` in
///    pixels (`# size WxH` as above); an empty file: nothing. A pixel of a mask is inside where any
///    channel is 128 or more. A mask of another size is scaled to the source's.
///
/// A name fits an input when its parts are the last parts of the input's absolute path: the file
/// name (with or without its ending), and as many folders as are given. Several annotations of one
/// input add up. Annotations that fit no input give one warning for each path.
///
/// @throws Error kInput "file:line: found X, expected Y" for what cannot be read, and for a name
/// that fits several inputs.
Annotations load_annotations(const std::vector<std::string>& paths,
                             const std::vector<std::string>& inputs, Progress& progress);

}  // namespace praxiscope::studies
