// How raw values of a map become colours, the same on every sheet and as in the videos.
#pragma once

#include "render/colormaps.h"

#include "praxiscope/figure.h"

#include <map>
#include <memory>
#include <string>
#include <vector>

namespace praxiscope::figure {

/// sRGB and opacity, not multiplied.
struct Shade {
  Rgb rgb{};
  double opacity = 0;  ///< 0..1
};

/// Colour tables by their names, each made once: a table costs more than a map's colours. Not
/// thread-safe.
class ColorTables {
 public:
  /// @throws Error kUsage for an unknown colormap.
  std::shared_ptr<const ColorTable> find(const std::string& name);

 private:
  std::map<std::string, std::shared_ptr<const ColorTable>> tables_;
};

class MapShades {
 public:
  /// `opacity`: of the strongest colour in an overlay; kMap is opaque wherever there is a value.
  /// @throws Error kUsage for an unknown colormap.
  MapShades(const FigureScale& scale, double opacity, FilmView view, ColorTables& tables);

  /// 0..1 on the scale, clamped; NaN for a value that is not finite. A scale without width gives
  /// its middle when signed, else its beginning.
  double position_of(float raw) const;
  Shade at_position(double position) const;
  Shade of(float raw) const { return at_position(position_of(raw)); }

 private:
  std::shared_ptr<const ColorTable> table_;
  float lo_, hi_;
  bool is_centered_;
  double opacity_;
  bool is_opaque_;
};

/// Frame `t` of a map stretched to width x height: raw values, cubic between cell centres and never
/// beyond the four cells around a pixel; a cell without a value keeps its place alone.
/// [height,width]
std::vector<float> stretch_map(const FigureMap& map, int t, int width, int height);

/// The frame in which the map is strongest: where a still picture tells most. The first one
/// without a map.
int telling_frame(const Figure& figure, FilmId film, MapId map);

}  // namespace praxiscope::figure
