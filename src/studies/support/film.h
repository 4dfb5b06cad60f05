// A clip as a figure stores it: its frames at screen size, its maps as coarse as they were
// computed.
#pragma once

#include "praxiscope/clip_result.h"
#include "praxiscope/figure.h"

#include <map>
#include <memory>

namespace praxiscope {

/// Longest side of a figure's frames, and of the maps of methods that answer at the input, px.
inline constexpr int kFilmSide = 448, kMapSide = 112;
/// Longer clips show this many of their frames, evenly chosen.
inline constexpr int kFilmFrames = 32;

/// The picture, no larger than kFilmSide; shared where it is small enough already.
std::shared_ptr<const Picture> shrink(const std::shared_ptr<const Picture>& picture);

/// Which of `frames` frames a film shows: all, or kFilmFrames evenly chosen, first and last
/// included.
std::vector<int> choose_frames(int frames);

/// Frames of a clip's input by `pictures` (of shrink(), by index in the source); adds their JPEGs
/// to `stored`, repeated ones once. A clip of one picture, however often it is repeated, is a film
/// of one frame. @throws Error kInternal when a picture is missing.
FigureFilm make_film(const ClipInput& input,
                     const std::map<std::int64_t, std::shared_ptr<const Picture>>& pictures,
                     std::vector<FigurePicture>& stored);

/// The raw values of an attribution on the film's frames: in time interpolated like the volume, for
/// a film of one frame the mean; in space as computed, those finer than kMapSide by the strongest
/// value of each cell.
/// `is_pixel_wise`: MethodInfo's; the scale then leaves out the few strongest values, and signed
/// maps are means of cells, see map_range.h.
FigureMap make_map(const Attribution& map, const ClipInput& input, bool is_pixel_wise = false);

}  // namespace praxiscope
