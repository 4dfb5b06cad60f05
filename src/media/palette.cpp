#include "media/palette.h"

#include <algorithm>
#include <cmath>
#include <limits>

namespace praxiscope {
namespace {

constexpr int kMostColors = 256;

/// Sums over the pixels of one histogram cell, so that flat areas keep their exact colour.
struct Cell {
  std::int64_t count = 0;
  std::array<std::int64_t, 3> sum{};
  std::array<int, 3> at{};  ///< coordinates of the cell, 0..31

  double mean(std::size_t axis) const {
    return static_cast<double>(sum[axis]) / static_cast<double>(count);
  }
};

/// A range of cells and how much it would gain by a split.
struct Box {
  std::size_t begin = 0, end = 0;
  std::size_t axis = 0;
  double error = 0;  ///< squared distance of its pixels to their mean, along the widest side
  std::array<double, 3> mean{};
};

std::vector<Cell> histogram_of(const Picture& picture) {
  std::vector<Cell> all(32 * 32 * 32);
  for (std::size_t i = 0; i + 2 < picture.rgb.size(); i += 3) {
    const std::uint8_t* p = picture.rgb.data() + i;
    Cell& cell = all[static_cast<std::size_t>((p[0] >> 3) << 10 | (p[1] >> 3) << 5 | p[2] >> 3)];
    ++cell.count;
    for (std::size_t c = 0; c < 3; ++c) cell.sum[c] += p[c];
  }
  std::vector<Cell> used;
  for (std::size_t i = 0; i < all.size(); ++i) {
    if (all[i].count == 0) continue;
    all[i].at = {static_cast<int>(i >> 10), static_cast<int>(i >> 5 & 31),
                 static_cast<int>(i & 31)};
    used.push_back(all[i]);
  }
  return used;
}

Box measured(const std::vector<Cell>& cells, std::size_t begin, std::size_t end) {
  Box box{.begin = begin, .end = end};
  double count = 0;
  std::array<double, 3> sum{}, squares{};
  for (std::size_t i = begin; i < end; ++i) {
    const auto weight = static_cast<double>(cells[i].count);
    count += weight;
    for (std::size_t c = 0; c < 3; ++c) {
      const double value = cells[i].mean(c);
      sum[c] += weight * value;
      squares[c] += weight * value * value;
    }
  }
  for (std::size_t c = 0; c < 3; ++c) {
    box.mean[c] = sum[c] / count;
    const double error = squares[c] - sum[c] * sum[c] / count;
    if (error > box.error) box.error = error, box.axis = c;
  }
  return box;
}

/// Sorts the box's cells along its widest side; gives the first cell of the upper half.
std::size_t split(std::vector<Cell>* cells, const Box& box) {
  const auto first = cells->begin() + static_cast<std::ptrdiff_t>(box.begin);
  const auto last = cells->begin() + static_cast<std::ptrdiff_t>(box.end);
  std::sort(first, last, [axis = box.axis](const Cell& a, const Cell& b) {
    return a.at[axis] != b.at[axis] ? a.at[axis] < b.at[axis] : a.at < b.at;
  });
  std::size_t middle = box.begin + 1;
  while (middle + 1 < box.end && (*cells)[middle].mean(box.axis) < box.mean[box.axis]) ++middle;
  return middle;
}

std::array<int, 64> bayer8() {
  std::array<int, 64> matrix{};
  for (int y = 0; y < 8; ++y) {
    for (int x = 0; x < 8; ++x) {
      int value = 0;
      for (int bit = 0; bit < 3; ++bit) {
        value = value << 2 | ((x ^ y) >> bit & 1) << 1 | (y >> bit & 1);
      }
      matrix[static_cast<std::size_t>(y * 8 + x)] = value;
    }
  }
  return matrix;
}

}  // namespace

Palette::Palette(const Picture& picture) : found_(64 * 64 * 64, -1) {
  std::vector<Cell> cells = histogram_of(picture);
  std::vector<Box> boxes = {measured(cells, 0, cells.size())};
  while (boxes.size() < kMostColors) {
    const auto worst = std::max_element(boxes.begin(), boxes.end(), [](const Box& a, const Box& b) {
      const bool a_can = a.end - a.begin > 1, b_can = b.end - b.begin > 1;
      return a_can != b_can ? b_can : a.error < b.error;
    });
    if (worst->end - worst->begin < 2) break;
    const std::size_t middle = split(&cells, *worst);
    const std::size_t begin = worst->begin, end = worst->end;
    *worst = measured(cells, begin, middle);
    boxes.push_back(measured(cells, middle, end));
  }
  double error = 0;
  for (const Box& box : boxes) {
    std::uint32_t color = 0;
    for (const double c : box.mean) color = color << 8 | static_cast<std::uint32_t>(c + 0.5);
    colors_.push_back(color);
    error += box.error;
  }
  // Half the usual distance between a pixel and its colour: enough to break up bands, no more.
  const double pixels = static_cast<double>(picture.rgb.size()) / 3;
  spread_ = std::min(12, static_cast<int>(2 * std::sqrt(error / std::max(1.0, pixels)) + 0.5));
}

std::uint8_t Palette::nearest(int r, int g, int b) {
  const auto cell = static_cast<std::size_t>((r >> 2) << 12 | (g >> 2) << 6 | b >> 2);
  if (found_[cell] >= 0) return static_cast<std::uint8_t>(found_[cell]);
  int best = 0, best_distance = std::numeric_limits<int>::max();
  for (std::size_t i = 0; i < colors_.size(); ++i) {
    const int dr = static_cast<int>(colors_[i] >> 16) - r;
    const int dg = static_cast<int>(colors_[i] >> 8 & 255) - g;
    const int db = static_cast<int>(colors_[i] & 255) - b;
    const int distance = 2 * dr * dr + 4 * dg * dg + db * db;  // green counts most to the eye
    if (distance < best_distance) best = static_cast<int>(i), best_distance = distance;
  }
  found_[cell] = static_cast<std::int16_t>(best);
  return static_cast<std::uint8_t>(best);
}

void Palette::apply(const Picture& picture, std::uint8_t* out, std::ptrdiff_t stride) {
  static const std::array<int, 64> kBayer = bayer8();
  std::array<int, 64> offset{};
  for (std::size_t i = 0; i < 64; ++i) offset[i] = (2 * kBayer[i] - 63) * spread_ / 126;
  const std::uint8_t* in = picture.rgb.data();
  for (int y = 0; y < picture.height; ++y, out += stride) {
    const int* row = offset.data() + (y & 7) * 8;
    for (int x = 0; x < picture.width; ++x, in += 3) {
      const int d = row[x & 7];
      out[x] = nearest(std::clamp(in[0] + d, 0, 255), std::clamp(in[1] + d, 0, 255),
                       std::clamp(in[2] + d, 0, 255));
    }
  }
}

}  // namespace praxiscope
