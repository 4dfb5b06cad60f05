// Figures made up for tests: drawn frames, maps that follow what moves in them, panels of every
// kind. The same options give the same figure.
#pragma once

#include "praxiscope/figure.h"

#include <string>
#include <vector>

namespace praxiscope::test {

struct SampleOptions {
  std::vector<std::string> classes{"cello, bowed", "violin, bowed", "cello, plucked"};
  std::vector<std::string> methods{"Grad-CAM",
                                   "Occlusion"};  ///< every second one gives signed maps
  std::vector<std::string> layers{"layer3", "layer4"};
  int clips = 1;                  ///< above 1: a further axis
  int frames = 16;                ///< T of each clip
  int width = 224, height = 224;  ///< px of a frame
  bool has_views = true;          ///< overlay, map and frame; else overlay alone
  int padding = 0;                ///< so many last frames are padding
  std::string title = "Bow or finger?";
  std::string subtitle = "strings.mp4, 4.2 s to 5.5 s · strings-rgb, 16 frames at 12.5 /s";
};

/// What `explain` makes: clip x class x method x layer x view; every state has a player (main), a
/// strip (under), a scale, bars, a when-profile and two where-profiles (side) and probabilities
/// over time (wide).
Figure sample_figure(const SampleOptions& options = {});

/// What studies make: two states with a matrix (main), plates (under), a scatter, a table and a
/// text (side), lines (wide).
Figure study_figure(const SampleOptions& options = {});

/// Labels that must stay harmless and legible: quotes, parentheses, backslashes, line ends,
/// right-to-left, CJK, emoji, markup, scripts, broken UTF-8, 300 characters.
std::vector<std::string> odd_labels();

/// So many labels: "action 1", "a much longer action 2 ...".
std::vector<std::string> many_labels(int count);

/// Frame `t` of the sample's clip.
Picture sample_frame(int clip, int t, int frames, int width, int height);

}  // namespace praxiscope::test
