#include "render/overlay.h"

#include <algorithm>
#include <array>
#include <cmath>

namespace praxiscope {
namespace {

/// Opacity grows with value^this: below 1, so that half a value is more than half as visible.
constexpr double kOpacityGrowth = 0.75;

/// Where an output coordinate falls between cells, along one axis.
struct Tap {
  int left = 0, right = 0;
  float right_weight = 0;
};

std::vector<Tap> make_taps(int begin, int end, double scale, double offset, int cells) {
  std::vector<Tap> taps;
  taps.reserve(static_cast<std::size_t>(std::max(0, end - begin)));
  for (int i = begin; i < end; ++i) {
    const double position = (i + 0.5 - offset) / scale - 0.5;
    const double inside = std::clamp(position, 0.0, static_cast<double>(cells - 1));
    const int left = std::min(static_cast<int>(inside), std::max(0, cells - 2));
    taps.push_back({left, std::min(left + 1, cells - 1), static_cast<float>(inside - left)});
  }
  return taps;
}

/// out = (source * keep + add) / 256, one entry per colour step.
struct Mix {
  std::array<std::uint16_t, 3> add{};
  std::uint16_t keep = 256;
};

std::array<Mix, kColorSteps> make_mixes(const ColorScale& scale) {
  std::array<Mix, kColorSteps> mixes{};
  for (int i = 0; i < kColorSteps; ++i) {
    const double position = static_cast<double>(i) / (kColorSteps - 1);
    const double strength = scale.is_centered ? std::abs(2 * position - 1) : position;
    const int alpha =
        static_cast<int>(std::lround(256 * scale.opacity * std::pow(strength, kOpacityGrowth)));
    for (std::size_t c = 0; c < 3; ++c) {
      mixes[i].add[c] = static_cast<std::uint16_t>(scale.table->colors[i][c] * alpha + 128);
    }
    mixes[i].keep = static_cast<std::uint16_t>(256 - alpha);
  }
  return mixes;
}

/// Raw values as colour steps 0..kColorSteps-1, not clamped: interpolation comes first.
std::vector<float> steps_of(const at::Tensor& map, const ColorScale& scale) {
  const at::Tensor values = map.contiguous();
  const float* raw = values.const_data_ptr<float>();
  std::vector<float> steps(raw, raw + values.numel());
  const double factor = (kColorSteps - 1) / (static_cast<double>(scale.range.hi) - scale.range.lo);
  const double empty = scale.is_centered ? 0.5 * (kColorSteps - 1) : 0.0;
  for (float& value : steps) {
    const double step = std::isfinite(value) ? (value - scale.range.lo) * factor : empty;
    // Far beyond the ends the colour is the same; bounding here keeps a huge cell from
    // flooding its neighbours through rounding.
    value = static_cast<float>(std::clamp(step, -64.0 * kColorSteps, 64.0 * kColorSteps));
  }
  return steps;
}

void stretch_row(const float* cells, const std::vector<Tap>& taps, std::vector<float>& out) {
  for (std::size_t i = 0; i < taps.size(); ++i) {
    const Tap& tap = taps[i];
    out[i] = cells[tap.left] + (cells[tap.right] - cells[tap.left]) * tap.right_weight;
  }
}

void mix_row(std::uint8_t* pixels, const std::vector<float>& upper, const std::vector<float>& lower,
             float lower_weight, std::vector<std::int32_t>& steps,
             const std::array<Mix, kColorSteps>& mixes) {
  const std::size_t width = steps.size();
  for (std::size_t x = 0; x < width; ++x) {  // vectorized by the compiler
    const float step = upper[x] + (lower[x] - upper[x]) * lower_weight + 0.5F;
    steps[x] = static_cast<std::int32_t>(
        std::min(std::max(step, 0.0F), static_cast<float>(kColorSteps - 1)));
  }
  for (std::size_t x = 0; x < width; ++x, pixels += 3) {
    const Mix& mix = mixes[static_cast<std::size_t>(steps[x])];
    pixels[0] = static_cast<std::uint8_t>((pixels[0] * mix.keep + mix.add[0]) >> 8);
    pixels[1] = static_cast<std::uint8_t>((pixels[1] * mix.keep + mix.add[1]) >> 8);
    pixels[2] = static_cast<std::uint8_t>((pixels[2] * mix.keep + mix.add[2]) >> 8);
  }
}

/// First pixel whose centre is at or beyond `edge`.
int first_beyond(double edge, int limit) {
  return static_cast<int>(std::clamp(std::ceil(edge - 0.5), 0.0, static_cast<double>(limit)));
}

void tint_box(const PictureView& picture, const CropRect& box, int target) {
  const int x_begin = std::max(0, box.x_begin), x_end = std::min(picture.width, box.x_end);
  for (int y = std::max(0, box.y_begin); y < std::min(picture.height, box.y_end); ++y) {
    std::uint8_t* row = picture.rgb + y * picture.stride;
    for (int i = 3 * x_begin; i < 3 * x_end; ++i) {
      row[i] = static_cast<std::uint8_t>((row[i] * 55 + target * 45 + 50) / 100);
    }
  }
}

}  // namespace

ColorScale make_color_scale(const ColorTable& table, const ValueRange& wish, bool is_signed,
                            double opacity) {
  ColorScale scale{&table, wish, opacity, is_signed || table.is_diverging};
  if (scale.is_centered) {
    const float end = std::max(std::abs(wish.lo), std::abs(wish.hi));
    scale.range = {-end, end};
  }
  return scale;
}

bool is_usable(const ValueRange& range) {
  return std::isfinite(range.lo) && std::isfinite(range.hi) && range.lo < range.hi &&
         std::isfinite(1.0F / (range.hi - range.lo));
}

CropRect covered_pixels(const PixelMap& map, Size clip, int width, int height) {
  return {first_beyond(map.offset_x, width),
          first_beyond(map.offset_x + map.scale_x * clip.width, width),
          first_beyond(map.offset_y, height),
          first_beyond(map.offset_y + map.scale_y * clip.height, height)};
}

void blend_map(const PictureView& picture, const at::Tensor& map, const PixelMap& source_from_clip,
               const ColorScale& scale) {
  const Size cells{static_cast<int>(map.size(0)), static_cast<int>(map.size(1))};
  const CropRect crop = covered_pixels(source_from_clip, cells, picture.width, picture.height);
  if (crop.x_begin >= crop.x_end || crop.y_begin >= crop.y_end || !is_usable(scale.range)) return;
  const auto mixes = make_mixes(scale);
  const std::vector<float> values = steps_of(map, scale);
  const std::vector<Tap> columns = make_taps(crop.x_begin, crop.x_end, source_from_clip.scale_x,
                                             source_from_clip.offset_x, cells.width);
  const std::vector<Tap> rows = make_taps(crop.y_begin, crop.y_end, source_from_clip.scale_y,
                                          source_from_clip.offset_y, cells.height);
  // Two stretched rows of cells are kept; the rows between them cost one multiplication a pixel.
  std::vector<float> upper(columns.size()), lower(columns.size());
  std::vector<std::int32_t> steps(columns.size());
  int have_left = -1;
  for (std::size_t i = 0; i < rows.size(); ++i) {
    const Tap& row = rows[i];
    if (row.left != have_left) {
      const auto cells_of = [&](int y) {
        return values.data() + static_cast<std::ptrdiff_t>(y) * cells.width;
      };
      if (row.left == have_left + 1 && have_left >= 0) {
        std::swap(upper, lower);
      } else {
        stretch_row(cells_of(row.left), columns, upper);
      }
      stretch_row(cells_of(row.right), columns, lower);
      have_left = row.left;
    }
    std::uint8_t* pixels = picture.rgb +
                           (crop.y_begin + static_cast<std::ptrdiff_t>(i)) * picture.stride +
                           3 * static_cast<std::ptrdiff_t>(crop.x_begin);
    mix_row(pixels, upper, lower, row.right_weight, steps, mixes);
  }
}

void outline_crop(const PictureView& picture, const CropRect& crop, int thickness_px) {
  const int t = thickness_px;
  const auto frame = [&](int outset, int target) {
    const CropRect outer{crop.x_begin - outset, crop.x_end + outset, crop.y_begin - outset,
                         crop.y_end + outset};
    if (crop.y_begin > 0)
      tint_box(picture, {outer.x_begin, outer.x_end, outer.y_begin, outer.y_begin + t}, target);
    if (crop.y_end < picture.height)
      tint_box(picture, {outer.x_begin, outer.x_end, outer.y_end - t, outer.y_end}, target);
    if (crop.x_begin > 0)
      tint_box(picture, {outer.x_begin, outer.x_begin + t, outer.y_begin + t, outer.y_end - t},
               target);
    if (crop.x_end < picture.width)
      tint_box(picture, {outer.x_end - t, outer.x_end, outer.y_begin + t, outer.y_end - t}, target);
  };
  if (crop.x_begin >= crop.x_end || crop.y_begin >= crop.y_end) return;
  frame(t, 255);    // light, just outside the analysed region
  frame(2 * t, 0);  // dark beside it
}

}  // namespace praxiscope
