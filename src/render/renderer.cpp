// FrameRenderer: puts the tiles of one annotated frame together.
#include "core/text.h"
#include "render/colormaps.h"
#include "render/layout.h"
#include "render/overlay.h"
#include "render/panels.h"
#include "render/text.h"

#include "praxiscope/error.h"
#include "praxiscope/render.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <cstring>

namespace praxiscope {
namespace {

constexpr std::uint8_t kEmptyCell = 18;  // gray of a grid's unused cells

class GridRenderer : public FrameRenderer {
 public:
  GridRenderer(Size source, int tiles, const RenderOptions& options)
      : source_(source),
        tiles_(tiles),
        options_(options),
        grid_(choose_grid(source, tiles)),
        unsigned_table_(
            make_color_table(options.colormap == "auto" ? "inferno" : options.colormap)),
        signed_table_(
            make_color_table(options.colormap == "auto" ? "blue_red" : options.colormap)) {}

  Size size() const override {
    return {grid_.rows * source_.height, grid_.columns * source_.width};
  }

  Picture draw(const FrameState& state) const override {
    check(state);
    Picture out;
    out.width = size().width;
    out.height = size().height;
    out.rgb.resize(static_cast<std::size_t>(3) * out.width * out.height);
    TextPainter text;
    for (int i = 0; i < grid_.columns * grid_.rows; ++i) {
      const PictureView tile = tile_of(out, i);
      copy_picture(i < tiles_ ? ground_of(state, i) : nullptr, tile);
      if (i < tiles_) draw_tile(state, i, tile, text);
    }
    return out;
  }

 private:
  void check(const FrameState& state) const {
    if (state.picture == nullptr || state.picture->width != source_.width ||
        state.picture->height != source_.height) {
      throw Error(
          ErrorKind::kInternal,
          fmt::format("cannot draw a frame: found a picture of {} x {} px, expected {} x {}",
                      state.picture ? state.picture->width : 0,
                      state.picture ? state.picture->height : 0, source_.width, source_.height));
    }
    if (static_cast<int>(state.tiles.size()) != tiles_) {
      throw Error(ErrorKind::kInternal,
                  fmt::format("cannot draw a frame: found {} tiles, expected {}",
                              state.tiles.size(), tiles_));
    }
  }

  const Picture* ground_of(const FrameState& state, int i) const {
    const Picture* own = state.tiles[i].picture.get();
    const bool fits =
        own == nullptr || (own->width == source_.width && own->height == source_.height);
    if (!fits)
      throw Error(ErrorKind::kInternal,
                  fmt::format("cannot draw a tile: found a picture of {} x {} px, expected {} x {}",
                              own->width, own->height, source_.width, source_.height));
    return own != nullptr ? own : state.picture;
  }

  PictureView tile_of(Picture& out, int i) const {
    const std::ptrdiff_t stride = 3 * static_cast<std::ptrdiff_t>(out.width);
    const std::ptrdiff_t y = static_cast<std::ptrdiff_t>(i / grid_.columns) * source_.height;
    const std::ptrdiff_t x = static_cast<std::ptrdiff_t>(i % grid_.columns) * source_.width;
    return {out.rgb.data() + y * stride + 3 * x, source_.width, source_.height, stride};
  }

  static void copy_picture(const Picture* picture, const PictureView& tile) {
    const std::size_t row = static_cast<std::size_t>(3) * tile.width;
    for (int y = 0; y < tile.height; ++y) {
      std::uint8_t* to = tile.rgb + y * tile.stride;
      if (picture == nullptr) {
        std::memset(to, kEmptyCell, row);
      } else {
        std::memcpy(to, picture->rgb.data() + row * y, row);
      }
    }
  }

  void draw_tile(const FrameState& state, int i, const PictureView& view, TextPainter& text) const {
    const TileState& tile = state.tiles[i];
    const ColorScale scale = make_color_scale(tile.is_signed ? signed_table_ : unsigned_table_,
                                              tile.range, tile.is_signed, options_.opacity);
    if (tile.map) {
      const at::Tensor map = tile.map->values.detach().to(at::kCPU, at::kFloat);
      blend_map(view, map, tile.map->source_from_clip, scale);
      const Size cells{static_cast<int>(map.size(0)), static_cast<int>(map.size(1))};
      const int line_px = static_cast<int>(std::lround(std::min(view.width, view.height) / 720.0));
      if (options_.outline)
        outline_crop(view,
                     covered_pixels(tile.map->source_from_clip, cells, view.width, view.height),
                     std::max(1, line_px));
    }
    LayoutWish wish = wish_of(state, i, scale.range, text);
    TileState titled = tile;
    if (wish.caption) titled.title = choose_title(tile, wish, text);
    const TileLayout layout = lay_out(wish);
    draw_caption(view, layout, titled, scale, text);
    if (i == 0) draw_lower_third(view, layout, state, text);
  }

  /// The longest title that gets room; `wish` is set to it.
  std::string choose_title(const TileState& tile, LayoutWish& wish, TextPainter& text) const {
    const auto ask_for = [&](const std::string& title) {
      wish.title_width_px =
          text.width_of(title, {.font_px = title_font_px(source_), .is_bold = true});
      wish.title_lines = wish.title_width_px > title_room_px(source_) ? 2 : 1;
    };
    const auto is_cut = [&] {
      const TileLayout layout = lay_out(wish);
      const int lines = layout.caption ? layout.title.height / line_height(layout.font_px) : 1;
      // Words seldom end where a line does.
      return wish.title_width_px > layout.title.width * (lines == 1 ? 1.0 : 0.9 * lines);
    };
    std::string chosen = tile.title;
    ask_for(chosen);
    for (const std::string& shorter : tile.shorter_titles) {
      if (!is_cut()) break;
      chosen = shorter;
      ask_for(chosen);
    }
    return chosen;
  }

  LayoutWish wish_of(const FrameState& state, int i, const ValueRange& scale,
                     TextPainter& text) const {
    const TileState& tile = state.tiles[i];
    LayoutWish wish{.tile = source_,
                    .caption = options_.caption && !(tile.title.empty() && !tile.map),
                    .has_scale = tile.map.has_value(),
                    .bars = 0,
                    .timeline = false};
    if (wish.caption && wish.has_scale) {
      // In steps, so that the colour bar does not tremble with the last digit.
      const TextStyle small{.font_px = small_font_px(source_)};
      const auto width = [&](const std::string& number) {
        const int step = static_cast<int>(std::ceil(small.font_px));
        return (text.width_of(number, small) + step - 1) / step * step;
      };
      const ScaleLabels labels = labels_of(scale);
      wish.scale_lo_width_px = labels.lo == "0" ? text.width_of("0", small) : width(labels.lo);
      wish.scale_hi_width_px = width(labels.hi);
      wish.note_width_px = width(note_on(*tile.map, scale).text);
    }
    if (i == 0) {
      wish.bars = std::min(options_.bars, static_cast<int>(state.bars.size()));
      wish.timeline =
          options_.timeline && state.timeline != nullptr && !state.timeline->labels().empty();
    }
    return wish;
  }

  Size source_;
  int tiles_;
  RenderOptions options_;
  Grid grid_;
  ColorTable unsigned_table_, signed_table_;
};

}  // namespace

std::unique_ptr<FrameRenderer> make_renderer(Size source, int tiles, const RenderOptions& options) {
  if (!(options.opacity >= 0 && options.opacity <= 1)) {
    throw Error(ErrorKind::kUsage,
                fmt::format("opacity {} makes no sense; expected 0 to 1", options.opacity));
  }
  if (options.bars < 0) {
    throw Error(ErrorKind::kUsage,
                fmt::format("{} class bars make no sense; expected 0 or more", options.bars));
  }
  if (source.width < 1 || source.height < 1 || tiles < 1) {
    throw Error(ErrorKind::kInternal,
                fmt::format("cannot draw {} tiles of {} x {} px; expected at least 1 of 1 x 1",
                            tiles, source.width, source.height));
  }
  return std::make_unique<GridRenderer>(source, tiles, options);
}

}  // namespace praxiscope
