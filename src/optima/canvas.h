// Canvas: the numbers that are optimized, and the pictures that they stand for.
#pragma once

#include "optima/stream.h"

#include "praxiscope/tensor.h"

#include <ATen/core/Generator.h>

#include <memory>
#include <string_view>

namespace praxiscope::optima {

/// kPixels: the pictures themselves. kFourier: amplitudes of waves in (t,y,x), those of high
/// frequency scaled down, in space and time apart, and colours along the axes in which natural ones
/// vary (after Olah et al., "Feature Visualization", Distill 2017, whose pictures have no time).
enum class CanvasKind { kPixels, kFourier };

struct CanvasSettings {
  CanvasKind kind = CanvasKind::kFourier;
  double decay_time = 1;   ///< kFourier: a wave's scale is 1 / (f_t^decay_time) ...
  double decay_space = 1;  ///< ... times 1 / (f_xy^decay_space)
  double contrast = 0.05;  ///< standard deviation of the noise at the start, of -1..1
};

/// One stream of all rows.
class Canvas {
 public:
  virtual ~Canvas() = default;
  /// The leaf that gradients are taken of: [N,...] f32.
  virtual at::Tensor& values() = 0;
  /// [N,C,T,H,W] centred; attached to values() in grad mode.
  virtual at::Tensor pictures() const = 0;
  /// After values() changed: back into what can be, `bound` a row's.
  virtual void keep_in_range(std::span<const double> bounds) = 0;
};

/// @param draws   N: which noise a row starts from; rows with the same number start alike,
///                whatever the other rows are.
/// @param start   [N,C,T,H,W] centred, on any device; undefined: noise by `seed` and `draws`.
/// @param device  where the canvas lies.
std::unique_ptr<Canvas> make_canvas(const Stream& stream, const CanvasSettings& settings,
                                    std::span<const std::int64_t> draws, const at::Tensor& start,
                                    std::uint64_t seed, const std::string& device);

/// 3x3: from decorrelated channels to colours, its largest column norm 1. Measured on ImageNet's
/// pictures by the authors of lucid (Olah et al. 2017).
at::Tensor color_axes();

}  // namespace praxiscope::optima
