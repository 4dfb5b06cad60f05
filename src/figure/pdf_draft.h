// PdfDraft: what the drawing half of the PDF writer (Cairo) hands to the half that makes it a
// figure to click through (QPDF). Boxes are points from the page's upper left corner.
#pragma once

#include "figure/pen.h"

#include <map>
#include <optional>
#include <string>
#include <utility>
#include <variant>
#include <vector>

namespace praxiscope::figure {

/// A click on `box` leads to a state, to an enlarged frame, or to the last page (neither).
struct PdfLink {
  Box box;
  StateId state = -1;
  std::optional<FilmFrame> frame;
  std::string alt;
};

/// A film in motion; `box` is that of its frames.
struct PdfPlayer {
  Box box;
  PlayerPanel panel;
};

struct PdfPageRecord {
  std::vector<PdfLink> links;
  std::vector<PdfPlayer> players;
};

/// The colours of a scale from left to right.
struct PdfRamp {
  std::string colormap;
};

/// What a stand-in is replaced by.
using PdfPicture = std::variant<PictureId, FilmFrame, PdfRamp>;

/// Frames of one film and map, enlarged for one state: a flip book of one page a frame.
struct FrameRun {
  StateId state = -1;
  FilmFrame first;          ///< index 0
  std::vector<int> frames;  ///< t of those that have a page, ascending
  int sheet = 0;            ///< what all pages of the run show beside the frame
};

/// Which frames have a page of their own: all of the films, or of the frames that a strip shows
/// one in so many, or none.
struct Enlarging {
  enum class Kind { kAll, kOfStrip, kNone } kind = Kind::kAll;
  int step = 1;  ///< of kOfStrip; 1: all that the strip shows
};

/// Where things are on the page of an enlarged frame.
struct FramePageLayout {
  Box title, caption, picture_room, previous, next, back, legend;
};

/// The pages of `bytes` are: one a state, the pages about the figure, then sheets, which become
/// parts of frame pages and are no pages in the end.
struct PdfDraft {
  std::string bytes;
  double width = 0, height = 0;
  std::vector<PdfPageRecord> states, about;
  std::vector<std::vector<PdfPicture>> pictures;  ///< of each page by number of their stand-ins
  std::vector<std::string> alts;                  ///< of the structure's figures, in order
  FramePageLayout frame_layout;
  Enlarging enlarging;
  std::vector<FrameRun> runs;
  std::map<std::pair<FilmId, int>, int> caption_sheets;  ///< of film and t
};

}  // namespace praxiscope::figure
