// Maps as a PDF file stores them: small indexed images that the viewer enlarges smoothly, with a
// soft mask that makes weak values fade. Knows no file.
#pragma once

#include "figure/map_shades.h"

#include <string>

namespace praxiscope::figure {

inline constexpr int kColorSamples = 255;  ///< along a scale; one more stands for no value

/// Size of the images of one map, in samples.
struct MapGrid {
  int width = 0, height = 0;
};

/// Coarse maps are refined by interpolating values, because viewers interpolate colours, which
/// agrees only between near values; fine ones are coarsened as far as the whole figure needs it:
/// it has about a million samples. `frames_in_figure`: of all its maps.
MapGrid choose_map_grid(const FigureMap& map, int frames_in_figure);

/// Frame `t` of the map at that size: interpolated, or the means of the finite cells. Raw values,
/// [height,width].
std::vector<float> resize_map(const FigureMap& map, int t, const MapGrid& grid);

/// One byte a value: 0 to 254 along the scale, 255 for none.
std::string color_samples(const std::vector<float>& values, const MapShades& shades);

/// The opacity of each of the 256 color_samples(), 255 is opaque; what is not there is not seen.
std::string opacities_of(const MapShades& shades);

/// The samples' opacities, one byte each.
std::string opacity_samples(const std::string& color_samples, const std::string& opacities);

/// 256 colours R, G, B of color_samples().
std::string palette_of(const MapShades& shades);

/// `samples` of rows of `width` bytes, each row as differences to its neighbours (PNG's Paeth
/// filter), which makes smooth images a third smaller when compressed. [height * (1 + width)]
std::string predict_rows(const std::string& samples, int width);

}  // namespace praxiscope::figure
