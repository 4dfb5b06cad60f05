// See views.h.
#include "optima/views.h"

#include <ATen/ATen.h>

#include <cmath>
#include <numbers>

namespace praxiscope::optima {
namespace {

/// -limit..limit, each alike.
std::int64_t draw_step(int limit, at::Generator& generator) {
  if (limit <= 0) return 0;
  return at::randint(-limit, limit + 1, {}, generator, at::kLong).item<std::int64_t>();
}

double draw_share(at::Generator& generator) {
  return at::rand({}, generator, at::kDouble).item<double>();
}

at::Tensor moved(const at::Tensor& values, std::int64_t axis, std::int64_t by) {
  const std::int64_t size = values.size(axis);
  by = std::clamp<std::int64_t>(by, 1 - size, size - 1);
  if (by == 0) return values;
  const std::int64_t rest = size - std::abs(by);
  std::vector<std::int64_t> shape = values.sizes().vec();
  shape[static_cast<std::size_t>(axis)] = std::abs(by);
  const at::Tensor kept = values.narrow(axis, by > 0 ? 0 : -by, rest);
  const at::Tensor edge = values.narrow(axis, by > 0 ? 0 : size - 1, 1).expand(shape);
  return by > 0 ? at::cat({edge, kept}, axis) : at::cat({kept, edge}, axis);
}

/// Right and down of vectors that a picture turned by `view` has.
at::Tensor turned_vectors(const View& view, const Stream& stream, const at::Tensor& flow) {
  const std::int64_t x_at = stream.is_bgr ? 1 : 0;
  at::Tensor x = flow.select(1, x_at), y = flow.select(1, 1 - x_at);
  if (view.is_mirrored) x = -x;
  const double c = view.scale * std::cos(view.turn), s = view.scale * std::sin(view.turn);
  const at::Tensor to_x = c * x - s * y, to_y = s * x + c * y;
  return at::stack(stream.is_bgr ? at::TensorList{to_y, to_x} : at::TensorList{to_x, to_y}, 1);
}

/// Around the middle of the picture and moved, by bilinear interpolation.
at::Tensor turned_picture(const View& view, const at::Tensor& pictures) {
  const auto n = pictures.size(0), c = pictures.size(1), t = pictures.size(2), h = pictures.size(3),
             w = pictures.size(4);
  const double co = std::cos(view.turn) / view.scale, si = std::sin(view.turn) / view.scale;
  const double side = static_cast<double>(w) / static_cast<double>(h);
  const double mirror = view.is_mirrored ? -1 : 1;
  // Where each place of the view comes from, in units of half the picture's height and width.
  const double xx = mirror * co, xy = mirror * si / side, yx = -si * side, yy = co;
  const double right = 2 * view.right, down = 2 * view.down;
  const at::Tensor theta =
      at::tensor({xx, xy, -xx * right - xy * down, yx, yy, -yx * right - yy * down}, at::kDouble)
          .to(pictures.options())
          .reshape({1, 2, 3});
  const at::Tensor grid = at::affine_grid_generator(theta, {1, c * t, h, w}, false);
  // Frames and channels as channels of one picture: they all take the same way.
  return at::grid_sampler(pictures.reshape({n, c * t, h, w}), grid.expand({n, h, w, 2}),
                          /*bilinear*/ 0, /*border*/ 1, /*align_corners=*/false)
      .reshape({n, c, t, h, w});
}

}  // namespace

View draw_view(const ViewSettings& settings, std::int64_t frames, at::Generator& generator) {
  View view;
  view.frames = frames;
  if (settings.shift > 0) {
    view.right = settings.shift * (2 * draw_share(generator) - 1);
    view.down = settings.shift * (2 * draw_share(generator) - 1);
  }
  view.later = draw_step(settings.shift_frames, generator);
  if (settings.scale > 0) view.scale = std::pow(1 + settings.scale, 2 * draw_share(generator) - 1);
  if (settings.turn > 0)
    view.turn = settings.turn * (2 * draw_share(generator) - 1) * std::numbers::pi / 180;
  if (settings.mirror) view.is_mirrored = draw_share(generator) < 0.5;
  return view;
}

at::Tensor seen_from(const View& view, const Stream& stream, const at::Tensor& pictures) {
  at::Tensor seen = pictures;
  if (view.scale != 1 || view.turn != 0 || view.is_mirrored) {
    seen = turned_picture(view, seen);
    if (stream.kind == InputKind::kFlow) seen = turned_vectors(view, stream, seen);
  } else {
    const auto pixels = [&](double share, std::size_t axis) {
      return std::lround(share * static_cast<double>(stream.size.at(axis)));
    };
    seen = moved(moved(seen, 3, pixels(view.down, 1)), 4, pixels(view.right, 2));
  }
  // Streams of fewer frames move as long, not as many frames.
  const double later = static_cast<double>(view.later) * static_cast<double>(stream.size[0]) /
                       static_cast<double>(view.frames);
  return moved(seen, 2, std::lround(later));
}

}  // namespace praxiscope::optima
