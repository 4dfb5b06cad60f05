// See films.h.
#include "studies/fusion/films.h"

#include "methods/support/upsample.h"
#include "render/map_range.h"
#include "studies/support/film.h"
#include "studies/support/pictures.h"

#include <ATen/ATen.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <limits>

namespace praxiscope::studies {
namespace {

constexpr std::int64_t kColumns = 28;  ///< of the map on each stream; one more lies between them
constexpr std::int64_t kCell = 10;     ///< px of the film's pictures a column
constexpr int kQuality = 88;

bool is_still(const ClipInput& input) {
  return std::all_of(input.frames.begin(), input.frames.end(), [&](const ClipFrame& frame) {
    return frame.source_index == input.frames.front().source_index;
  });
}

/// The stream whose frames are the film's.
const ClipInput& leading(const Clip& clip) {
  return clip.inputs[1].frames.size() > clip.inputs[0].frames.size() ? clip.inputs[1]
                                                                     : clip.inputs[0];
}

std::vector<int> frames_of_film(const Clip& clip) {
  const ClipInput& input = leading(clip);
  return is_still(input) ? std::vector<int>{0}
                         : choose_frames(static_cast<int>(input.frames.size()));
}

std::size_t nearest_frame(const ClipInput& stream, double time_s) {
  std::size_t best = 0;
  for (std::size_t t = 0; t < stream.frames.size(); ++t) {
    if (std::abs(stream.frames[t].pts.to_double() - time_s) <
        std::abs(stream.frames[best].pts.to_double() - time_s))
      best = t;
  }
  return best;
}

/// Rows of the map on a stream: cells are square.
std::int64_t rows_of(const ClipInput& stream) {
  const auto height = static_cast<double>(stream.tensor.size(2)),
             width = static_cast<double>(stream.tensor.size(3));
  return std::max<std::int64_t>(1, std::llround(kColumns * height / width));
}

/// White: what lies between and below the streams.
Picture empty_sheet(std::int64_t rows) {
  return blank(static_cast<int>((2 * kColumns + 1) * kCell), static_cast<int>(rows * kCell));
}

}  // namespace

FigureFilm make_stream_film(const Clip& clip, const std::vector<InputSpec>& specs,
                            std::vector<FigurePicture>& stored) {
  const ClipInput& input = leading(clip);
  const std::array<std::vector<Picture>, 2> seen{seen_frames(clip.inputs[0], specs.at(0)),
                                                 seen_frames(clip.inputs[1], specs.at(1))};
  FigureFilm film;
  bool has_padding = false;
  for (const int t : frames_of_film(clip)) {
    const ClipFrame& frame = input.frames[static_cast<std::size_t>(t)];
    Picture sheet = empty_sheet(std::max(rows_of(clip.inputs[0]), rows_of(clip.inputs[1])));
    for (std::size_t i = 0; i < seen.size(); ++i) {
      const ClipInput& stream = clip.inputs[i];
      const Picture& picture = seen.at(i).at(nearest_frame(stream, frame.pts.to_double()));
      paste(resized(picture, static_cast<int>(kColumns * kCell),
                    static_cast<int>(rows_of(stream) * kCell)),
            static_cast<int>(i) * static_cast<int>((kColumns + 1) * kCell), 0, sheet);
    }
    film.pictures.push_back(static_cast<PictureId>(stored.size()));
    stored.push_back(encode_picture(sheet, kQuality));
    film.times_s.push_back(frame.pts.to_double());
    film.source_frames.push_back(frame.source_index);
    film.is_padding.push_back(frame.is_padding);
    has_padding |= frame.is_padding;
  }
  if (!has_padding) film.is_padding.clear();
  return film;
}

FigureMap make_stream_map(const Clip& clip, const at::Tensor& volume) {
  const at::Tensor coarse = volume.detach().to(at::kCPU, at::kFloat).unsqueeze(0).contiguous();
  const auto frames = static_cast<std::int64_t>(leading(clip).frames.size());
  const std::vector<int> chosen = frames_of_film(clip);
  const std::array<std::int64_t, 2> rows{rows_of(clip.inputs[0]), rows_of(clip.inputs[1])};
  at::Tensor sheet = at::full(
      {static_cast<std::int64_t>(chosen.size()), std::max(rows[0], rows[1]), 2 * kColumns + 1},
      std::numeric_limits<float>::quiet_NaN());
  for (std::size_t i = 0; i < rows.size(); ++i) {
    at::Tensor fine = methods::upsample(coarse, frames, rows.at(i), kColumns)[0];
    const std::vector<std::int64_t> places(chosen.begin(), chosen.end());
    fine = chosen.size() == 1 ? fine.mean(0, /*keepdim=*/true)
                              : fine.index_select(0, at::tensor(places, at::kLong));
    sheet.narrow(1, 0, rows.at(i))
        .narrow(2, static_cast<std::int64_t>(i) * (kColumns + 1), kColumns)
        .copy_(fine);
  }
  FigureMap map;
  map.frames = static_cast<int>(sheet.size(0));
  map.height = static_cast<int>(sheet.size(1));
  map.width = static_cast<int>(sheet.size(2));
  const float* data = sheet.const_data_ptr<float>();
  map.values.assign(data, data + sheet.numel());
  const ValueRange raw = finite_range(coarse);
  map.lo = std::isfinite(raw.lo) ? raw.lo : 0;
  map.hi = std::isfinite(raw.hi) ? raw.hi : 0;
  return map;
}

}  // namespace praxiscope::studies
