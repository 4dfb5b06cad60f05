// Masks that can only be smooth: what extremal perturbation searches among. Knows tensors only.
#pragma once

#include "praxiscope/tensor.h"

#include <array>
#include <cstdint>

namespace praxiscope::methods {

/// Fong, Patrick and Vedaldi 2019, sec. 3.2: a mask is the smooth maximum of a small kernel laid at
/// every cell of a coarse grid, each as high as the grid's parameter there. So a mask reaches 1
/// around a single cell and falls off no faster than the kernel. Here along time as well, and one
/// axis after the other: the kernel is a product over the axes, and so a maximum over all cells is
/// one of maxima along each.
class SmoothMasks {
 public:
  /// @param clip  T, H, W. The kernel's width is the paper's share of the picture (21 px in 224)
  ///              along height and width, and 2 frames in 16 along time; cells lie a third (half,
  ///              in time) of that apart, but not closer than the clip's own elements.
  SmoothMasks(const std::array<std::int64_t, 3>& clip, const at::TensorOptions& options);

  /// Cells of the grid along time, height and width.
  const std::array<std::int64_t, 3>& cells() const { return cells_; }

  /// @param parameters  [N,t,h,w] in [0,1], cells() wide.
  /// @return            [N,T,H,W] in [0,1]; differentiable.
  at::Tensor operator()(const at::Tensor& parameters) const;

 private:
  /// For every position along one axis the cells around it.
  struct Window {
    at::Tensor cells;   ///< [length, reach] indices into the grid
    at::Tensor kernel;  ///< [length, reach] in [0,1]
    at::Tensor beyond;  ///< [length, reach] 0, or -infinity for cells outside the grid
  };
  static Window make_window(std::int64_t length, double step, double sigma,
                            const at::TensorOptions& options, std::int64_t& cells);
  static at::Tensor widen(const at::Tensor& values, std::int64_t axis, const Window& window);

  std::array<std::int64_t, 3> cells_{};
  std::array<Window, 3> windows_;
};

}  // namespace praxiscope::methods
