// Kernels as they look: loops over their time, slices through time, factors side by side.
#pragma once

#include "praxiscope/figure.h"
#include "praxiscope/model.h"

#include <cstdint>
#include <string>
#include <vector>

namespace praxiscope::studies {

/// What the weights of one place of a kernel stand for.
enum class KernelKind {
  kColor,   ///< 3 input channels of a picture: mid gray is 0
  kFlow,    ///< 2 input channels of optical flow: hue is direction, strength of colour magnitude
  kSigned,  ///< 1 input channel: blue below, red above 0
  kNorm,    ///< more input channels: norm over them, from black
};

/// Kernels [O,I,kT,kH,kW] with how they are to be shown.
struct ShownKernels {
  at::Tensor kernels;
  KernelKind kind = KernelKind::kNorm;
  bool is_bgr = false;                ///< the input channels of kColor are blue, green, red
  std::vector<std::int64_t> numbers;  ///< which of the O
  /// A temporal factor [O2,O,kT2,1,1] that reads these kernels alone, and its name: shown beside
  /// them. Undefined: none.
  at::Tensor factor;
  std::string factor_name;
};

/// `reads_flow`, `reads_picture`: what the input of the convolution is, if it reads one.
KernelKind kind_of(const Convolution& convolution, bool reads_picture, bool reads_flow);

enum class KernelView { kLoop, kSliceXT, kSliceYT };

/// Largest |value| that the colours stand for, over the kernels that are shown: of flow and norms
/// the length of the vector.
double reach_of(const ShownKernels& shown);

/// One kernel cut at one place, bytes [h,w,3]. kLoop: y down, x across at time `place`; kSliceXT:
/// t down, x across at row `place`; kSliceYT: t down, y across at column `place`. Kernels of one
/// pixel and several frames have no such picture: their input channels go down, time across; those
/// of one frame, too, row by row as a square. `kernel`: [I,kT,kH,kW]; `reach` > 0.
at::Tensor kernel_bytes(const at::Tensor& kernel, KernelKind kind, bool is_bgr, KernelView view,
                        std::int64_t place, double reach);

/// How many pictures a view has: kT, kH or kW (with a temporal factor its kT); 0: the view shows
/// nothing that the others do not (kernels of one frame or one pixel).
std::int64_t places_of(const ShownKernels& shown, KernelView view);

/// A tile a kernel, in motion over the view's places; adds its pictures to `stored`. Times are
/// not-a-number: a kernel has steps, no seconds.
FigureFilm make_kernel_film(const ShownKernels& shown, KernelView view,
                            std::vector<FigurePicture>& stored);

}  // namespace praxiscope::studies
