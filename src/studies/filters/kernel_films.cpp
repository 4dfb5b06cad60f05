// See kernel_films.h.
#include "studies/filters/kernel_films.h"

#include "render/flow_colors.h"
#include "render/tiles.h"
#include "studies/support/pictures.h"

#include <ATen/ATen.h>
#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <numbers>

namespace praxiscope::studies {
namespace {

constexpr int kWidth = 1000;  ///< px of a whole picture
constexpr int kQuality = 90;

/// [3,h,w] -> bytes [h,w,3]: -reach black, 0 mid gray, reach the full colour.
at::Tensor color_bytes(const at::Tensor& weights, bool is_bgr, double reach) {
  at::Tensor ordered = is_bgr ? weights.flip(0) : weights;
  ordered = (ordered / reach * 127.5 + 127.5).round().clamp(0, 255);
  return ordered.permute({1, 2, 0}).to(at::kByte).contiguous();
}

/// [I,h,w] of one place of a view.
at::Tensor cut(const at::Tensor& kernel, KernelView view, std::int64_t place) {
  switch (view) {
    case KernelView::kLoop:
      return kernel.select(1, place);
    case KernelView::kSliceXT:
      return kernel.select(2, place);
    case KernelView::kSliceYT:
      return kernel.select(3, place);
  }
  return kernel.select(1, place);
}

/// Kernels of one pixel and several input channels: what they do with each is their picture.
bool is_point(const at::Tensor& kernels) {
  return kernels.size(-1) == 1 && kernels.size(-2) == 1 &&
         (kernels.size(-3) > 1 || kernels.size(-4) > 1);
}

/// [I] as a square of rows, not-a-number where there is none.
at::Tensor in_rows(const at::Tensor& weights) {
  const auto count = weights.size(0);
  const auto side = static_cast<std::int64_t>(std::ceil(std::sqrt(static_cast<double>(count))));
  const auto rows = (count + side - 1) / side;
  at::Tensor square =
      at::full({rows * side}, std::numeric_limits<double>::quiet_NaN(), at::kDouble);
  square.narrow(0, 0, count).copy_(weights);
  return square.view({rows, side});
}

std::string words_of(const ShownKernels& shown, KernelView view, std::int64_t place,
                     std::int64_t places) {
  if (shown.factor.defined() && view == KernelView::kLoop)
    return fmt::format("{}, t = {} of {}", shown.factor_name, place + 1, places);
  return "";
}

/// The temporal factor at one step: output channels down, the spatial kernels across.
Picture factor_picture(const ShownKernels& shown, std::int64_t step, int width, int height) {
  const at::Tensor weights = shown.factor.select(4, 0).select(3, 0);  // [O2,O,kT2]
  const double reach = weights.abs().max().item<double>();
  const ColorTable table = make_color_table("blue_red");
  return enlarged(colored(weights.select(2, step), -reach, reach, table), width, height);
}

/// Tiles as the whole picture of one place.
class Drawing {
 public:
  Drawing(const ShownKernels& shown, KernelView view)
      : shown_(shown), view_(view), reach_(reach_of(shown)) {
    const at::Tensor& kernels = shown.kernels;
    const at::Tensor one =
        kernel_bytes(kernels[0], shown.kind, shown.is_bgr, view, 0, std::max(reach_, 1e-30));
    // Cells shall be square, but a picture of 3 x 24 of them could not be read.
    const double aspect =
        std::clamp(static_cast<double>(one.size(1)) / static_cast<double>(one.size(0)), 0.5, 2.0);
    const bool has_factor = shown.factor.defined() && view == KernelView::kLoop;
    grid_ = choose_tile_grid(static_cast<int>(shown.numbers.size()) + (has_factor ? 1 : 0), aspect,
                             kWidth, has_factor);
    // Whole pixels a cell where there are enough of them.
    const auto fit = [](int pixels, std::int64_t cells) {
      const int whole = static_cast<int>(pixels / cells * cells);
      return whole > 0 && pixels - whole < pixels / 4 ? whole : pixels;
    };
    grid_.width = fit(grid_.width, one.size(1));
    grid_.height = fit(grid_.height, one.size(0));
  }

  Picture at_place(std::int64_t place, std::int64_t places) const {
    std::vector<Tile> tiles;
    const bool has_factor = shown_.factor.defined() && view_ == KernelView::kLoop;
    if (has_factor) {
      tiles.push_back({factor_picture(shown_, place, grid_.lead_width(), grid_.lead_height()),
                       words_of(shown_, view_, place, places),
                       "",
                       {},
                       -1});
    }
    const std::int64_t cut = has_factor ? std::min(place, shown_.kernels.size(2) - 1) : place;
    for (const std::int64_t number : shown_.numbers) {
      const at::Tensor kernel = shown_.kernels[number];
      const at::Tensor bytes =
          kernel_bytes(kernel, shown_.kind, shown_.is_bgr, view_, cut, std::max(reach_, 1e-30));
      tiles.push_back({enlarged(bytes, grid_.width, grid_.height),
                       fmt::format("{}", number),
                       short_number(kernel.to(at::kDouble).norm().item<double>()),
                       {},
                       -1});
    }
    return draw_tiles(grid_, tiles);
  }

 private:
  const ShownKernels& shown_;
  KernelView view_;
  double reach_;
  TileGrid grid_;
};

}  // namespace

KernelKind kind_of(const Convolution& convolution, bool reads_picture, bool reads_flow) {
  const std::int64_t channels = convolution.kernels.size(1);
  if (reads_flow && channels == 2) return KernelKind::kFlow;
  if (reads_picture && channels == 3) return KernelKind::kColor;
  // What a temporal kernel does with each of its channels is its whole picture.
  if (channels == 1 || is_point(convolution.kernels)) return KernelKind::kSigned;
  return KernelKind::kNorm;
}

double reach_of(const ShownKernels& shown) {
  const at::Tensor rows =
      shown.kernels.index_select(0, at::tensor(shown.numbers, at::kLong)).to(at::kDouble);
  const bool is_length = shown.kind == KernelKind::kFlow || shown.kind == KernelKind::kNorm;
  const at::Tensor strength = is_length ? rows.square().sum(1).sqrt() : rows.abs();
  const double most = strength.max().item<double>();
  return std::isfinite(most) ? most : 0;
}

at::Tensor kernel_bytes(const at::Tensor& kernel, KernelKind kind, bool is_bgr, KernelView view,
                        std::int64_t place, double reach) {
  static const ColorTable kBoth = make_color_table("blue_red"), kOne = make_color_table("inferno");
  const at::Tensor weights = kernel.to(at::kDouble);
  if (kind == KernelKind::kSigned && is_point(kernel)) {
    const at::Tensor steps = weights.select(3, 0).select(2, 0);  // [I,kT]
    return colored(steps.size(1) > 1 ? steps : in_rows(steps.flatten()), -reach, reach, kBoth);
  }
  const at::Tensor plane = cut(weights, view, place);
  switch (kind) {
    case KernelKind::kColor:
      return color_bytes(plane, is_bgr, reach);
    case KernelKind::kFlow:
      return flow_bytes(plane, reach);
    case KernelKind::kSigned:
      return colored(plane[0], -reach, reach, kBoth);
    case KernelKind::kNorm:
      return colored(plane.square().sum(0).sqrt(), 0, reach, kOne);
  }
  return {};
}

std::int64_t places_of(const ShownKernels& shown, KernelView view) {
  const at::Tensor& kernels = shown.kernels;
  if (view == KernelView::kLoop) {
    if (shown.factor.defined()) return shown.factor.size(2);
    return shown.kind == KernelKind::kSigned && is_point(kernels) ? 1 : kernels.size(2);
  }
  if (kernels.size(2) == 1 || is_point(kernels)) return 0;
  return kernels.size(view == KernelView::kSliceXT ? 3 : 4);
}

FigureFilm make_kernel_film(const ShownKernels& shown, KernelView view,
                            std::vector<FigurePicture>& stored) {
  const Drawing drawing(shown, view);
  const std::int64_t places = places_of(shown, view);
  FigureFilm film;
  for (std::int64_t place = 0; place < places; ++place) {
    film.pictures.push_back(static_cast<PictureId>(stored.size()));
    stored.push_back(encode_picture(drawing.at_place(place, places), kQuality));
    film.times_s.push_back(std::numeric_limits<double>::quiet_NaN());
    film.source_frames.push_back(-1);
  }
  return film;
}

}  // namespace praxiscope::studies
