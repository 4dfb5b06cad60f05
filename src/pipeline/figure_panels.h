// What each panel of an explanation's figure says.
#pragma once

#include "pipeline/figure_maker.h"

#include <string>
#include <vector>

namespace praxiscope {

/// Which map of which clip a state shows, in words.
struct Subject {
  std::size_t clip = 0, map = 0;      ///< positions among the shown clips and their maps
  std::size_t target_index = 0;       ///< position among the clip's targets
  std::string method, layer, target;  ///< titles; no layer: at the input
  std::string reading;                ///< MethodInfo::reading
  std::string cells;                  ///< ShownClip::cells
  bool is_shared = false;             ///< ShownClip::is_shared
};

/// "2.00 s", "17:08.36", "1:02:00.00": exact enough to find the frame again.
std::string seconds_text(double seconds);

/// One plain sentence, or two.
std::string caption_of(const Subject& subject, const ShownClip& clip, FilmView view,
                       const FigureMap& map);
/// The classes of the figure's curves, the most likely in this clip first: those that are followed
/// over the video, and those that are explained here.
std::vector<std::int64_t> classes_of(const ShownClip& clip, const ScoreTimeline& scores);
/// The clip's classes, coloured as in timeline_of(); targets that are not among the best come last.
FigurePanel bars_of(const ShownClip& clip, const ScoreTimeline& scores);
/// What is left of the target without motion. Needs ShownClip::motion.
FigurePanel motion_of(const Subject& subject, const ShownClip& clip);
FigurePanel scale_of(const Subject& subject, const FigureMap& map);
/// Mean over the cells of each frame.
FigurePanel when_of(const FigureMap& map, const FigureFilm& film);
/// Means over time and the other direction, across and down the map.
FigurePanel where_of(const FigureMap& map);
/// classes_of() over the whole video, with this clip's place; broken where no clip lies.
FigurePanel timeline_of(const ShownClip& clip, const ScoreTimeline& scores);

}  // namespace praxiscope
