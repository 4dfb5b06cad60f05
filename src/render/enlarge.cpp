// See enlarge.h.
#include "render/enlarge.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <cstddef>
#include <utility>
#include <vector>

namespace praxiscope {
namespace {

constexpr int kLeastUsual = 240;  ///< px of the shorter side: from here on nothing is enlarged
constexpr int kWantedSide = 360;  ///< px of the shorter side: a caption, three bars and a picture
constexpr int kMostSide = 1280;   ///< px of the longer side: a narrow strip shall not grow huge

/// The four pixels that make one, along one axis.
struct Tap {
  std::array<std::size_t, 4> from{};
  std::array<float, 4> weight{};
};

std::vector<Tap> taps_of(int pixels, int factor) {
  std::vector<Tap> taps;
  for (int i = 0; i < pixels * factor; ++i) {
    const double place = (i + 0.5) / factor - 0.5, base = std::floor(place);
    const double t = place - base;
    const std::array<double, 4> weights{((2 - t) * t - 1) * t / 2, ((3 * t - 5) * t * t + 2) / 2,
                                        ((4 - 3 * t) * t + 1) * t / 2, (t - 1) * t * t / 2};
    Tap tap;
    for (std::size_t k = 0; k < tap.from.size(); ++k) {
      const int from = static_cast<int>(base) - 1 + static_cast<int>(k);
      tap.from.at(k) = static_cast<std::size_t>(std::clamp(from, 0, pixels - 1));
      tap.weight.at(k) = static_cast<float>(weights.at(k));
    }
    taps.push_back(tap);
  }
  return taps;
}

/// One row of the picture, as wide as it will be.
void widen_row(const std::uint8_t* pixels, const std::vector<Tap>& columns, float* wide) {
  for (const Tap& tap : columns) {
    for (std::size_t c = 0; c < 3; ++c) {
      float sum = 0;
      for (std::size_t k = 0; k < 4; ++k)
        sum += tap.weight[k] * static_cast<float>(pixels[3 * tap.from[k] + c]);
      *wide++ = sum;
    }
  }
}

class EnlargingRenderer : public FrameRenderer {
 public:
  EnlargingRenderer(int factor, std::unique_ptr<FrameRenderer> inner)
      : factor_(factor), inner_(std::move(inner)) {}

  Size size() const override { return inner_->size(); }

  Picture draw(const FrameState& state) const override {
    FrameState large = state;
    Picture picture;
    if (state.picture != nullptr) {
      picture = enlarge(*state.picture, factor_);
      large.picture = &picture;
    }
    for (TileState& tile : large.tiles) {
      if (tile.picture)
        tile.picture = std::make_shared<const Picture>(enlarge(*tile.picture, factor_));
      if (!tile.map) continue;
      PixelMap& map = tile.map->source_from_clip;
      map.scale_x *= factor_, map.offset_x *= factor_;
      map.scale_y *= factor_, map.offset_y *= factor_;
    }
    return inner_->draw(large);
  }

 private:
  int factor_;
  std::unique_ptr<FrameRenderer> inner_;
};

}  // namespace

int enlargement(Size source) {
  const auto [shorter, longer] = std::minmax(source.height, source.width);
  if (shorter < 1 || shorter >= kLeastUsual) return 1;
  const int wanted = static_cast<int>(std::lround(static_cast<double>(kWantedSide) / shorter));
  return std::max(1, std::min(wanted, kMostSide / longer));
}

Picture enlarge(const Picture& picture, int factor) {
  if (factor == 1) return picture;
  const std::vector<Tap> columns = taps_of(picture.width, factor);
  const std::vector<Tap> rows = taps_of(picture.height, factor);
  const std::size_t line = 3 * columns.size(), before = 3 * static_cast<std::size_t>(picture.width);
  std::vector<float> wide(line * static_cast<std::size_t>(picture.height));
  for (std::size_t y = 0; y < static_cast<std::size_t>(picture.height); ++y)
    widen_row(picture.rgb.data() + y * before, columns, wide.data() + y * line);
  Picture large{.width = picture.width * factor, .height = picture.height * factor, .rgb = {}};
  large.rgb.resize(line * rows.size());
  std::uint8_t* to = large.rgb.data();
  for (const Tap& tap : rows) {
    for (std::size_t i = 0; i < line; ++i) {
      float sum = 0.5F;
      for (std::size_t k = 0; k < 4; ++k) sum += tap.weight[k] * wide[tap.from[k] * line + i];
      *to++ = static_cast<std::uint8_t>(std::clamp(sum, 0.0F, 255.0F));
    }
  }
  return large;
}

std::unique_ptr<FrameRenderer> make_enlarging_renderer(Size source, int tiles,
                                                       const RenderOptions& options) {
  const bool has_words = options.caption || options.bars > 0 || options.timeline;
  const int factor = has_words ? enlargement(source) : 1;
  auto renderer = make_renderer({.height = source.height * factor, .width = source.width * factor},
                                tiles, options);
  if (factor == 1) return renderer;
  return std::make_unique<EnlargingRenderer>(factor, std::move(renderer));
}

}  // namespace praxiscope
