// See tubes.h.
#include "studies/maximization/tubes.h"

#include <ATen/ATen.h>

#include <algorithm>

namespace praxiscope::studies {
namespace {

/// Where a layer's receptive field is known, it is told in voxels of the first input; a stream of
/// another size than that has its own, which nobody knows.
std::optional<Tube> theoretical_tube(const Model& model, const std::string& layer,
                                     std::span<const std::int64_t> cell,
                                     const std::array<std::int64_t, 3>& size) {
  for (const LayerInfo& one : model.layers()) {
    if (one.name != layer || !one.receptive_field || one.receptive_field->is_global) continue;
    const ReceptiveField& field = *one.receptive_field;
    Tube tube;
    for (std::size_t axis = 0; axis < 3; ++axis) {
      const std::int64_t first = cell[axis] * field.jump[axis] + field.lo[axis];
      tube.begin[axis] = std::clamp<std::int64_t>(first, 0, size[axis] - 1);
      tube.end[axis] =
          std::clamp<std::int64_t>(first + field.size[axis], tube.begin[axis] + 1, size[axis]);
    }
    return tube;
  }
  return std::nullopt;
}

/// [n] -> the first and one past the last place of what is left when both tails are cut off.
std::pair<std::int64_t, std::int64_t> middle_of(const at::Tensor& masses) {
  const at::Tensor sums = masses.cumsum(0);
  const double all = sums[-1].item<double>();
  const std::int64_t last = masses.size(0) - 1;
  std::int64_t begin = 0, end = last + 1;
  while (begin < last && sums[begin].item<double>() <= kTail * all) ++begin;
  while (end > begin + 1 && all - sums[end - 2].item<double>() <= kTail * all) --end;
  return {begin, end};
}

void draw_line(Picture& picture, int x0, int x1, int y0, int y1,
               const std::array<std::uint8_t, 3>& color) {
  for (int y = std::max(0, y0); y < std::min(picture.height, y1); ++y)
    for (int x = std::max(0, x0); x < std::min(picture.width, x1); ++x)
      std::copy(color.begin(), color.end(),
                picture.rgb.begin() + (std::ptrdiff_t{y} * picture.width + x) * 3);
}

}  // namespace

std::optional<Tube> effective_tube(const at::Tensor& slope) {
  const at::Tensor strength = slope.detach().to(at::kCPU, at::kDouble).abs().sum(0);
  if (!(strength.sum().item<double>() > 0)) return std::nullopt;
  Tube tube;
  const std::int64_t others[3][2] = {{1, 2}, {0, 2}, {0, 1}};
  for (std::size_t axis = 0; axis < 3; ++axis) {
    const auto [begin, end] = middle_of(strength.sum(at::IntArrayRef(others[axis], 2)));
    tube.begin[axis] = begin, tube.end[axis] = end;
  }
  return tube;
}

std::vector<StreamTubes> tubes_of(const Model& model, const optima::Streams& streams,
                                  const optima::Objective& objective,
                                  std::span<const std::int64_t> cell,
                                  const std::vector<at::Tensor>& clip) {
  optima::Objective there = objective;
  there.target.t = cell[0], there.target.y = cell[1], there.target.x = cell[2];
  std::vector<at::Tensor> pictures;
  for (const at::Tensor& one : clip) pictures.push_back(one.unsqueeze(0));
  const std::vector<at::Tensor> slopes = optima::slopes(model, streams, pictures, {&there, 1});
  std::vector<StreamTubes> tubes;
  const auto& first = streams.all().front().size;
  for (std::size_t s = 0; s < clip.size(); ++s) {
    const optima::Stream& stream = streams.all()[s];
    StreamTubes one{
        .stream = stream.name, .theoretical = {}, .effective = effective_tube(slopes[s][0])};
    // A stream that the cell does not look at has no tube of either kind.
    if (stream.size == first && one.effective)
      one.theoretical = theoretical_tube(model, there.target.layer, cell, stream.size);
    tubes.push_back(std::move(one));
  }
  return tubes;
}

void draw_tube(const Tube& tube, const std::array<std::int64_t, 3>& of,
               const std::array<std::uint8_t, 3>& color, std::vector<Picture>& frames) {
  const auto count = static_cast<std::int64_t>(frames.size());
  for (std::int64_t t = 0; t < count; ++t) {
    const std::int64_t seen = t * of[0] / count;
    if (seen < tube.begin[0] || seen >= tube.end[0]) continue;
    Picture& picture = frames[static_cast<std::size_t>(t)];
    const auto scaled = [](std::int64_t place, std::int64_t from, int to) {
      return static_cast<int>(place * to / from);
    };
    const int y0 = scaled(tube.begin[1], of[1], picture.height);
    const int y1 = scaled(tube.end[1], of[1], picture.height);
    const int x0 = scaled(tube.begin[2], of[2], picture.width);
    const int x1 = scaled(tube.end[2], of[2], picture.width);
    const int thick = std::max(1, picture.width / 100);
    draw_line(picture, x0, x1, y0, y0 + thick, color);
    draw_line(picture, x0, x1, y1 - thick, y1, color);
    draw_line(picture, x0, x0 + thick, y0, y1, color);
    draw_line(picture, x1 - thick, x1, y0, y1, color);
  }
}

}  // namespace praxiscope::studies
