#include "figure/pdf_maps.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdlib>
#include <limits>

namespace praxiscope::figure {
namespace {

constexpr double kSamples = 1'000'000;                              // of all maps of a figure
constexpr double kLeastSide = 28, kFineSide = 56, kMostSide = 112;  // samples along the longer side
constexpr char kNone = static_cast<char>(0xFF);                     // the palette's last entry
constexpr std::array<char, 3> kNoneColor{'\xE0', '\xE3', '\xE8'};
constexpr char kPaeth = 4;  // PNG's number of the filter

int step_of(double position) { return static_cast<int>(position * (kColorSamples - 1) + 0.5); }

/// First of `cells` cells that sample `i` of `samples` covers.
int first_cell(int i, int samples, int cells) {
  return static_cast<int>(static_cast<long long>(i) * cells / samples);
}

/// Mean of the finite cells of a rectangle; NaN where there are none.
float mean_of(const float* cells, int stride, int x_begin, int x_end, int y_begin, int y_end) {
  double sum = 0;
  int count = 0;
  for (int y = y_begin; y < y_end; ++y) {
    for (int x = x_begin; x < x_end; ++x) {
      const float value = cells[y * stride + x];
      if (!std::isfinite(value)) continue;
      sum += value;
      ++count;
    }
  }
  return count > 0 ? static_cast<float>(sum / count) : std::numeric_limits<float>::quiet_NaN();
}

std::uint8_t paeth(int left, int up, int corner) {
  const int guess = left + up - corner;
  const int to_left = std::abs(guess - left), to_up = std::abs(guess - up),
            to_corner = std::abs(guess - corner);
  if (to_left <= to_up && to_left <= to_corner) return static_cast<std::uint8_t>(left);
  return static_cast<std::uint8_t>(to_up <= to_corner ? up : corner);
}

}  // namespace

MapGrid choose_map_grid(const FigureMap& map, int frames_in_figure) {
  const double longest = std::max(map.width, map.height);
  const double room =
      std::clamp(std::sqrt(kSamples / std::max(1, frames_in_figure)), kLeastSide, kMostSide);
  if (longest > room) {
    const auto side = [&](int cells) {
      return std::max(1, static_cast<int>(std::lround(cells * room / longest)));
    };
    return {side(map.width), side(map.height)};
  }
  const int times = static_cast<int>(
      std::max(std::ceil(kLeastSide / longest), std::floor(std::min(kFineSide, room) / longest)));
  return {map.width * times, map.height * times};
}

std::vector<float> resize_map(const FigureMap& map, int t, const MapGrid& grid) {
  if (grid.width >= map.width && grid.height >= map.height)
    return stretch_map(map, t, grid.width, grid.height);
  const float* cells = map.values.data() + static_cast<std::ptrdiff_t>(t) * map.height * map.width;
  std::vector<float> out;
  for (int y = 0; y < grid.height; ++y) {
    const int y_begin = first_cell(y, grid.height, map.height);
    const int y_end = std::max(y_begin + 1, first_cell(y + 1, grid.height, map.height));
    for (int x = 0; x < grid.width; ++x) {
      const int x_begin = first_cell(x, grid.width, map.width);
      const int x_end = std::max(x_begin + 1, first_cell(x + 1, grid.width, map.width));
      out.push_back(mean_of(cells, map.width, x_begin, x_end, y_begin, y_end));
    }
  }
  return out;
}

std::string color_samples(const std::vector<float>& values, const MapShades& shades) {
  std::string out;
  out.reserve(values.size());
  for (const float value : values) {
    const double position = shades.position_of(value);
    out += std::isnan(position) ? kNone : static_cast<char>(step_of(position));
  }
  return out;
}

std::string opacities_of(const MapShades& shades) {
  std::string out;
  for (int i = 0; i < kColorSamples; ++i) {
    const double opacity = shades.at_position(static_cast<double>(i) / (kColorSamples - 1)).opacity;
    out += static_cast<char>(std::lround(255 * std::clamp(opacity, 0.0, 1.0)));
  }
  return out + '\0';
}

std::string opacity_samples(const std::string& color_samples, const std::string& opacities) {
  std::string out = color_samples;
  for (char& sample : out) sample = opacities[static_cast<unsigned char>(sample)];
  return out;
}

std::string palette_of(const MapShades& shades) {
  std::string out;
  for (int i = 0; i < kColorSamples; ++i) {
    const Rgb rgb = shades.at_position(static_cast<double>(i) / (kColorSamples - 1)).rgb;
    out.append(rgb.begin(), rgb.end());
  }
  return out.append(kNoneColor.begin(), kNoneColor.end());
}

std::string predict_rows(const std::string& samples, int width) {
  const auto row_bytes = static_cast<std::size_t>(width);
  const auto at = [&](std::size_t i) { return static_cast<std::uint8_t>(samples[i]); };
  std::string out;
  out.reserve(samples.size() + samples.size() / row_bytes);
  for (std::size_t row = 0; row < samples.size(); row += row_bytes) {
    out += kPaeth;
    for (std::size_t x = 0; x < row_bytes; ++x) {
      const int left = x > 0 ? at(row + x - 1) : 0, up = row > 0 ? at(row + x - row_bytes) : 0;
      const int corner = x > 0 && row > 0 ? at(row + x - row_bytes - 1) : 0;
      out += static_cast<char>(at(row + x) - paeth(left, up, corner));
    }
  }
  return out;
}

}  // namespace praxiscope::figure
