// The look that all figures share with the videos: inks, class colours, sizes on a grid of 4
// points.
#pragma once

#include "figure/pen.h"

namespace praxiscope::figure {

inline constexpr double kGrid = 4;     ///< all distances are multiples of it
inline constexpr double kMargin = 24;  ///< of a page
inline constexpr double kGap = 16;     ///< between panels

struct Theme {
  Ink paper, text, soft_text,
      faint;   ///< ground, words, less important words, tracks and grid lines
  Ink accent;  ///< the chosen tab, marked stretches
};
const Theme& theme(bool is_dark);

/// Okabe and Ito's colour-blind-safe set in the order of classes, darkened for a light ground or
/// lightened for a dark one; -1 and beyond the seventh: neutral.
Ink class_ink(int color, bool is_dark);

Letter title_letter(const Theme& theme);    ///< 20 pt bold
Letter heading_letter(const Theme& theme);  ///< 11 pt bold: of panels and tabs
Letter body_letter(const Theme& theme);     ///< 11 pt
Letter small_letter(const Theme& theme);    ///< 9 pt: ticks, numbers

}  // namespace praxiscope::figure
