// Dense optical flow by total variation and an L1 data term, for many pairs of pictures at once.
#pragma once

#include "praxiscope/tensor.h"

namespace praxiscope {

/// Symbols and defaults of OpenCV's DualTVL1OpticalFlow, so that networks trained on its flow get
/// the same. Steps are those of Sánchez, Meinhardt-Llopis and Facciolo, IPOL 2013.
struct Tvl1Options {
  double tau = 0.25;     ///< step of the dual variables
  double lambda = 0.15;  ///< weight of the data term for luminances 0..255; smaller is smoother
  double theta = 0.3;    ///< tightness between flow and its auxiliary field
  int scales = 5;        ///< of the pyramid; coarser ones than 16 px are left out
  double scale_step = 0.8;
  int warps = 5;          ///< a scale
  double epsilon = 0.01;  ///< px; a pair is done when its flow's mean square change is below the
                          ///< square of it
  int median_filterings = 10,
      iterations = 30;  ///< at most, a warp; iterations after each filtering
};

/// TV-L1 flow (Zach, Pock, Bischof, DAGM 2007) in plain tensor operations on the pictures' device.
/// A pair's flow does not depend on the other pairs of its batch, but for rounding: that may shift
/// the iteration at which it counts as done (measured: by up to 0.014 px at single pixels).
/// @param from, to [N,H,W] float, luminance 0..255, H and W at least 2.
/// @return [N,2,H,W] float: px that each pixel of `from` goes right and down until `to`.
/// @throws Error kInternal for other shapes.
at::Tensor tvl1_flow(const at::Tensor& from, const at::Tensor& to, const Tvl1Options& options = {});

}  // namespace praxiscope
