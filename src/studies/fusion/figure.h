// The figure of the study fusion: what each stream carries, the swap test, and units with the clips
// that drive them in both streams.
#pragma once

#include "studies/fusion/plan.h"

#include <map>
#include <vector>

namespace praxiscope::studies {

/// A clip on the pages of units.
struct ShownStreams {
  FilmId film = -1;
  std::map<std::int64_t, MapId> maps;  ///< by channel
};

/// @param begun    holds the films and maps of the shown clips.
/// @param summary  as the study tells it in JSON.
/// @param units    positions of those with pages of their own in the summary's.
/// @param clips    by position in the summary's clips.
Figure fusion_figure(Figure begun, const nlohmann::json& summary,
                     const std::vector<std::size_t>& units,
                     const std::map<std::size_t, ShownStreams>& clips, const StudyContext& context);

}  // namespace praxiscope::studies
