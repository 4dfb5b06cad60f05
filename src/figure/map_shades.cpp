#include "figure/map_shades.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <limits>

namespace praxiscope::figure {
namespace {

/// As in the videos (render/overlay.cpp): half a value is more than half as visible.
constexpr double kOpacityGrowth = 0.75;

/// The four cells around a pixel along one axis, and its way from the second to the third.
struct Tap {
  std::array<int, 4> cells{};
  double way = 0;
};

Tap tap_at(int pixel, int pixels, int cells) {
  const double position = std::clamp((pixel + 0.5) * cells / pixels - 0.5, 0.0, cells - 1.0);
  const int left = static_cast<int>(position);
  Tap tap{{}, position - left};
  for (int i = 0; i < 4; ++i)
    tap.cells[static_cast<std::size_t>(i)] = std::clamp(left - 1 + i, 0, cells - 1);
  return tap;
}

/// Catmull-Rom through b and c.
double cubic(double a, double b, double c, double d, double t) {
  return b + 0.5 * t * (c - a + t * (2 * a - 5 * b + 4 * c - d + t * (3 * (b - c) + d - a)));
}

/// Between two cells; beside one without a value the nearer one decides.
double mix(double a, double b, double weight) {
  if (std::isfinite(a) && std::isfinite(b)) return std::lerp(a, b, weight);
  return weight < 0.5 ? a : b;
}

/// Each row of cells stretched to the columns.
std::vector<double> stretch_rows(const float* values, int rows, int width,
                                 const std::vector<Tap>& columns) {
  std::vector<double> out;
  out.reserve(static_cast<std::size_t>(rows) * columns.size());
  for (int y = 0; y < rows; ++y) {
    const float* cells = values + static_cast<std::ptrdiff_t>(y) * width;
    for (const auto& [at, way] : columns)
      out.push_back(cubic(cells[at[0]], cells[at[1]], cells[at[2]], cells[at[3]], way));
  }
  return out;
}

/// `smooth` where it is within the four cells around: a map shows no values that it does not have.
float value_between(double smooth, const float* values, int width, const Tap& row,
                    const Tap& column) {
  const float* upper = values + row.cells[1] * width;
  const float* lower = values + row.cells[2] * width;
  const double a = upper[column.cells[1]], b = upper[column.cells[2]];
  const double c = lower[column.cells[1]], d = lower[column.cells[2]];
  if (!std::isfinite(smooth))
    return static_cast<float>(mix(mix(a, b, column.way), mix(c, d, column.way), row.way));
  return static_cast<float>(std::clamp(smooth, std::min(std::min(a, b), std::min(c, d)),
                                       std::max(std::max(a, b), std::max(c, d))));
}

}  // namespace

std::shared_ptr<const ColorTable> ColorTables::find(const std::string& name) {
  std::shared_ptr<const ColorTable>& table = tables_[name];
  if (table == nullptr) table = std::make_shared<const ColorTable>(make_color_table(name));
  return table;
}

MapShades::MapShades(const FigureScale& scale, double opacity, FilmView view, ColorTables& tables)
    : table_(tables.find(scale.colormap)),
      lo_(scale.lo),
      hi_(scale.hi),
      is_centered_(scale.is_signed || table_->is_diverging),
      opacity_(opacity),
      is_opaque_(view == FilmView::kMap) {}

double MapShades::position_of(float raw) const {
  if (!std::isfinite(raw)) return std::numeric_limits<double>::quiet_NaN();
  const double width = static_cast<double>(hi_) - lo_;
  if (!(width > 0)) return is_centered_ ? 0.5 : 0.0;
  return std::clamp((raw - lo_) / width, 0.0, 1.0);
}

Shade MapShades::at_position(double position) const {
  if (std::isnan(position)) return {};
  const double strength = is_centered_ ? std::abs(2 * position - 1) : position;
  return {table_->at(position), is_opaque_ ? 1.0 : opacity_ * std::pow(strength, kOpacityGrowth)};
}

std::vector<float> stretch_map(const FigureMap& map, int t, int width, int height) {
  const auto cells = static_cast<std::size_t>(map.height) * static_cast<std::size_t>(map.width);
  const float* values = map.values.data() + static_cast<std::size_t>(t) * cells;
  std::vector<Tap> columns;
  for (int x = 0; x < width; ++x) columns.push_back(tap_at(x, width, map.width));
  const std::vector<double> rows = stretch_rows(values, map.height, map.width, columns);
  std::vector<float> out;
  out.reserve(static_cast<std::size_t>(width) * static_cast<std::size_t>(height));
  for (int y = 0; y < height; ++y) {
    const Tap row = tap_at(y, height, map.height);
    for (std::size_t x = 0; x < columns.size(); ++x) {
      const auto at = [&](std::size_t i) {
        return rows[static_cast<std::size_t>(row.cells[i]) * columns.size() + x];
      };
      out.push_back(value_between(cubic(at(0), at(1), at(2), at(3), row.way), values, map.width,
                                  row, columns[x]));
    }
  }
  return out;
}

int telling_frame(const Figure& figure, FilmId film, MapId map) {
  if (map < 0) return 0;
  const FigureMap& shown = figure.maps.at(static_cast<std::size_t>(map));
  const FigureFilm& frames = figure.films.at(static_cast<std::size_t>(film));
  const auto cells = static_cast<std::size_t>(shown.height) * static_cast<std::size_t>(shown.width);
  int best = 0;
  double most = 0;
  for (int t = 0; t < shown.frames; ++t) {
    const auto k = static_cast<std::size_t>(t);
    if (k < frames.is_padding.size() && frames.is_padding[k]) continue;
    double sum = 0;
    for (std::size_t i = 0; i < cells; ++i) {
      const double value = shown.values[k * cells + i];
      if (std::isfinite(value)) sum += shown.scale.is_signed ? std::abs(value) : value;
    }
    if (sum > most) {
      most = sum;
      best = t;
    }
  }
  return best;
}

}  // namespace praxiscope::figure
