// Duty: see film.h.
#include "studies/support/film.h"

#include "render/map_range.h"

#include "praxiscope/error.h"

#include <ATen/ATen.h>
#include <fmt/format.h>

#include <algorithm>
#include <cmath>

namespace praxiscope {
namespace {

/// [T,h,w] with at most `side` cells a side: of each cell the value farthest from 0, its sign kept.
at::Tensor strongest_in_cells(const at::Tensor& values, std::int64_t side) {
  const std::int64_t height = std::min(side, values.size(1)),
                     width = std::min(side, values.size(2));
  if (height == values.size(1) && width == values.size(2)) return values;
  const auto [most, where] = at::adaptive_max_pool2d(values.abs(), {height, width});
  return values.flatten(1).gather(1, where.flatten(1)).view({values.size(0), height, width});
}

/// Positions of the film's frames in the clip.
std::vector<int> shown_frames(const ClipInput& input) {
  const auto is_first = [&](const ClipFrame& frame) {
    return frame.source_index == input.frames.front().source_index;
  };
  if (std::all_of(input.frames.begin(), input.frames.end(), is_first)) return {0};
  return choose_frames(static_cast<int>(input.frames.size()));
}

}  // namespace

std::shared_ptr<const Picture> shrink(const std::shared_ptr<const Picture>& picture) {
  const int longest = std::max(picture->width, picture->height);
  if (longest <= kFilmSide) return picture;
  const auto scaled = [&](int side) {
    return std::max<std::int64_t>(1, std::llround(static_cast<double>(side) * kFilmSide / longest));
  };
  const at::Tensor bytes = at::from_blob(const_cast<std::uint8_t*>(picture->rgb.data()),
                                         {1, picture->height, picture->width, 3}, at::kByte)
                               .permute({0, 3, 1, 2});
  const at::Tensor small =
      at::_upsample_bilinear2d_aa(bytes, {scaled(picture->height), scaled(picture->width)}, false)
          .permute({0, 2, 3, 1})
          .contiguous();
  auto out = std::make_shared<Picture>();
  out->height = static_cast<int>(small.size(1));
  out->width = static_cast<int>(small.size(2));
  const std::uint8_t* data = small.const_data_ptr<std::uint8_t>();
  out->rgb.assign(data, data + small.numel());
  return out;
}

std::vector<int> choose_frames(int frames) {
  std::vector<int> chosen;
  const int count = std::min(frames, kFilmFrames);
  for (int i = 0; i < count; ++i)
    chosen.push_back(count == frames ? i : (i * (frames - 1) + (count - 1) / 2) / (count - 1));
  return chosen;
}

FigureFilm make_film(const ClipInput& input,
                     const std::map<std::int64_t, std::shared_ptr<const Picture>>& pictures,
                     std::vector<FigurePicture>& stored) {
  FigureFilm film;
  std::map<std::int64_t, PictureId> known;
  bool has_padding = false;
  for (const int t : shown_frames(input)) {
    const ClipFrame& frame = input.frames[static_cast<std::size_t>(t)];
    const auto [place, is_new] =
        known.try_emplace(frame.source_index, static_cast<PictureId>(stored.size()));
    if (is_new) {
      const auto found = pictures.find(frame.source_index);
      if (found == pictures.end())
        throw Error(ErrorKind::kInternal,
                    fmt::format("figure: source frame {} of a clip is gone", frame.source_index));
      stored.push_back(encode_picture(*found->second));
    }
    film.pictures.push_back(place->second);
    film.times_s.push_back(frame.pts.to_double());
    film.source_frames.push_back(frame.source_index);
    film.is_padding.push_back(frame.is_padding);
    has_padding |= frame.is_padding;
  }
  if (!has_padding) film.is_padding.clear();
  return film;
}

FigureMap make_map(const Attribution& map, const ClipInput& input, bool is_pixel_wise) {
  const auto frames = static_cast<std::int64_t>(input.frames.size());
  at::Tensor values = map.coarse.detach().to(at::kCPU, at::kFloat).contiguous();
  if (values.size(0) != frames) {
    values = at::upsample_trilinear3d(values.unsqueeze(0).unsqueeze(0),
                                      {frames, values.size(1), values.size(2)}, false)[0][0];
  }
  const std::vector<int> chosen = shown_frames(input);
  if (chosen.size() == 1) values = values.mean(0, /*keepdim=*/true);
  const std::vector<std::int64_t> rows(chosen.begin(), chosen.end());
  values = values.index_select(0, at::tensor(rows, at::kLong));
  values = is_pixel_wise && map.is_signed ? mean_of_cells(values)
                                          : strongest_in_cells(values, kMapSide).contiguous();
  FigureMap out;
  out.frames = static_cast<int>(values.size(0));
  out.height = static_cast<int>(values.size(1));
  out.width = static_cast<int>(values.size(2));
  const float* data = values.const_data_ptr<float>();
  out.values.assign(data, data + values.numel());
  const auto or_0 = [](float value) { return std::isfinite(value) ? value : 0.0F; };
  const ValueRange raw = finite_range(values);
  const ValueRange colored = range_of_share(values, is_pixel_wise ? kFineMapShare : 1);
  out.lo = or_0(raw.lo), out.hi = or_0(raw.hi);
  out.scale.lo = or_0(colored.lo), out.scale.hi = or_0(colored.hi);
  const PixelMap& place = input.source_from_clip;
  const auto clip_width = static_cast<double>(input.tensor.size(3));
  const auto clip_height = static_cast<double>(input.tensor.size(2));
  out.x = place.offset_x / input.source_size.width;
  out.y = place.offset_y / input.source_size.height;
  out.fraction_width = place.scale_x * clip_width / input.source_size.width;
  out.fraction_height = place.scale_y * clip_height / input.source_size.height;
  out.scale.is_signed = map.is_signed;
  return out;
}

}  // namespace praxiscope
