// See channel_films.h.
#include "studies/support/channel_films.h"

#include "render/overlay.h"
#include "render/tiles.h"
#include "studies/support/film.h"
#include "studies/support/pictures.h"

#include <ATen/ATen.h>
#include <fmt/format.h>

#include <algorithm>
#include <cmath>

namespace praxiscope::studies {
namespace {

constexpr int kWidth = 1000;    ///< px of a whole picture
constexpr int kQuality = 88;    ///< of its JPEG: letters stay sharp
constexpr double kLight = 0.5;  ///< of the clip under colours
constexpr double kOpacity = 0.85;

bool is_still(const ClipInput& input) {
  return std::all_of(input.frames.begin(), input.frames.end(), [&](const ClipFrame& frame) {
    return frame.source_index == input.frames.front().source_index;
  });
}

class Drawing {
 public:
  Drawing(const ChannelVolumes& channels, const std::vector<Picture>& frames, std::size_t first,
          std::size_t count, ChannelView view)
      : channels_(channels),
        frames_(frames),
        first_(first),
        count_(count),
        view_(view),
        table_(make_color_table(channels.is_signed ? "blue_red" : "inferno")),
        grid_(choose_tile_grid(static_cast<int>(count) + 1,
                               static_cast<double>(frames.front().width) / frames.front().height,
                               kWidth, true)) {}

  /// `cell`: in time; negative: the mean over time.
  Picture at_frame(int t, std::int64_t cell, double cursor, const std::string& when) const {
    std::vector<Tile> tiles;
    const Picture& frame = frames_[static_cast<std::size_t>(t)];
    tiles.push_back({resized(frame, grid_.lead_width(), grid_.lead_height()), when, "", {}, -1});
    Picture under;
    if (view_ == ChannelView::kOnClip) {
      under = resized(frame, grid_.width, grid_.height);
      subdue(under, kLight);
    }
    for (std::size_t k = first_; k < first_ + count_; ++k)
      tiles.push_back(tile_of(static_cast<std::int64_t>(k), cell, cursor, under));
    return draw_tiles(grid_, tiles);
  }

 private:
  Tile tile_of(std::int64_t k, std::int64_t cell, double cursor, const Picture& under) const {
    const at::Tensor volume = channels_.values[k];
    const at::Tensor values = cell < 0 ? volume.mean(0) : volume[cell];
    const auto [lo, hi] = range_of(channels_, k);
    Tile tile;
    if (view_ == ChannelView::kMaps) {
      tile.picture = enlarged(colored(values, lo, hi, table_), grid_.width, grid_.height);
    } else {
      tile.picture = under;
      blend(values, lo, hi, tile.picture);
    }
    tile.left = fmt::format("{}", channels_.numbers[static_cast<std::size_t>(k)]);
    // The clip's own largest value, whatever the scale is.
    tile.right = short_number((channels_.is_signed ? volume.abs() : volume).max().item<double>());
    if (channels_.is_signed) tile.right.insert(0, "\u00b1");
    if (cell >= 0) tile.curve = curve_of(volume);
    tile.cursor = cursor;
    return tile;
  }

  void blend(const at::Tensor& values, double lo, double hi, Picture& picture) const {
    const auto width = static_cast<double>(values.size(1)),
               height = static_cast<double>(values.size(0));
    const ColorScale scale = make_color_scale(
        table_, {static_cast<float>(lo), static_cast<float>(hi)}, channels_.is_signed, kOpacity);
    blend_map({picture.rgb.data(), picture.width, picture.height,
               static_cast<std::ptrdiff_t>(picture.width) * 3},
              values.contiguous(), {picture.width / width, 0, picture.height / height, 0}, scale);
  }

  /// Mean over space at each time, in 0..1 of its own range (0 included).
  static std::vector<double> curve_of(const at::Tensor& volume) {
    const at::Tensor means = volume.mean({1, 2}).to(at::kDouble);
    const double lo = std::min(0.0, means.min().item<double>());
    const double hi = std::max(0.0, means.max().item<double>());
    std::vector<double> curve;
    for (std::int64_t i = 0; i < means.size(0) && means.size(0) > 1; ++i)
      curve.push_back(hi > lo ? (means[i].item<double>() - lo) / (hi - lo) : 0);
    return curve;
  }

  const ChannelVolumes& channels_;
  const std::vector<Picture>& frames_;
  std::size_t first_, count_;
  ChannelView view_;
  ColorTable table_;
  TileGrid grid_;
};

}  // namespace

std::pair<double, double> range_of(const ChannelVolumes& channels, std::int64_t k) {
  const at::Tensor values = channels.has_common_scale ? channels.values : channels.values[k];
  const double most = (channels.is_signed ? values.abs() : values).max().item<double>();
  const double end = std::isfinite(most) && most > 0 ? most : 0;
  return {channels.is_signed ? -end : 0, end};
}

std::int64_t cell_at(int t, int frames, std::int64_t cells) {
  return std::min(cells - 1, (2 * std::int64_t{t} + 1) * cells / (2 * std::int64_t{frames}));
}

std::vector<double> cell_times(const ClipInput& input, std::int64_t cells) {
  const auto frames = static_cast<std::int64_t>(input.frames.size());
  std::vector<double> times;
  for (std::int64_t i = 0; i < cells; ++i) {
    const double place = std::clamp(
        (static_cast<double>(i) + 0.5) * static_cast<double>(frames) / static_cast<double>(cells) -
            0.5,
        0.0, static_cast<double>(frames - 1));
    const auto before = static_cast<std::size_t>(place);
    const std::size_t after = std::min(before + 1, input.frames.size() - 1);
    times.push_back(std::lerp(input.frames[before].pts.to_double(),
                              input.frames[after].pts.to_double(),
                              place - static_cast<double>(before)));
  }
  return times;
}

FigureFilm make_channel_film(const ClipInput& input, const std::vector<Picture>& frames,
                             const ChannelVolumes& channels, std::size_t first, std::size_t count,
                             ChannelView view, std::vector<FigurePicture>& stored) {
  const int total = static_cast<int>(input.frames.size());
  const bool still = is_still(input);
  const std::vector<int> shown = still ? std::vector<int>{0} : choose_frames(total);
  const std::int64_t cells = channels.values.size(1);
  const Drawing drawing(channels, frames, first, count, view);
  FigureFilm film;
  for (const int t : shown) {
    const ClipFrame& frame = input.frames[static_cast<std::size_t>(t)];
    const double cursor = still || cells < 2
                              ? -1
                              : std::clamp(((t + 0.5) * static_cast<double>(cells) / total - 0.5) /
                                               static_cast<double>(cells - 1),
                                           0.0, 1.0);
    const std::string when =
        still ? "still picture" : fmt::format("clip, {:.2f} s", frame.pts.to_double());
    film.pictures.push_back(static_cast<PictureId>(stored.size()));
    stored.push_back(encode_picture(
        drawing.at_frame(t, still ? -1 : cell_at(t, total, cells), cursor, when), kQuality));
    film.times_s.push_back(frame.pts.to_double());
    film.source_frames.push_back(frame.source_index);
    film.is_padding.push_back(frame.is_padding);
  }
  if (std::none_of(film.is_padding.begin(), film.is_padding.end(), [](bool is) { return is; }))
    film.is_padding.clear();
  return film;
}

}  // namespace praxiscope::studies
