// What is asked of an optimized picture besides that a unit likes it: each term by itself, with a
// weight of its own, one number a row. (Feichtenhofer et al., "Deep insights into convolutional
// networks for video recognition", IJCV 2020, regularizers R_B and R_TV; Mahendran and Vedaldi,
// IJCV 2016, R_alpha.)
#pragma once

#include "praxiscope/tensor.h"

#include <span>

namespace praxiscope::optima {

/// Weights of the terms for one stream of one row. Terms are means over the voxels of the receptive
/// field, so that a weight means the same whatever the layer and the size of the clip.
struct Priors {
  double energy = 0;  ///< of R_B: sum over voxels of (sum over channels of u^2)^(alpha/2)
  double alpha = 3;   ///< its exponent; larger: strong values cost more than many weak ones
  double l2 = 0;      ///< of sum u^2 (Simonyan et al. 2014)
  double kappa = 0;   ///< of squared differences between neighbours in space
  double chi = 0;     ///< of squared differences between frames: slowness
  double bound = 1;   ///< B of R_B: where the hard range ends, 0..1]
};

/// The terms of every row, [N] each. `pictures`: [N,C,T,H,W] centred. Differences end at the
/// borders: the last frame has no next one, and is not compared with the first.
at::Tensor energy(const at::Tensor& pictures, double alpha);
at::Tensor spatial_variation(const at::Tensor& pictures);
at::Tensor temporal_variation(const at::Tensor& pictures);

/// sum_r lambda_r R_r of every row: [N], attached to the graph of `pictures`.
///
/// @param rows    N weights, of this stream.
/// @param voxels  of the receptive field within the clip, T*H*W: what sums are divided by.
at::Tensor penalty(const at::Tensor& pictures, std::span<const Priors> rows, double voxels);

/// Shares of the power spectrum along t of what is left when the picture's mean over all voxels is
/// taken away, at 0, 1/T, 2/T, ... 1/2 cycles a frame: [N,T/2+1] f64 on the CPU, rows sum to 1, or
/// to 0 for pictures of one value. @param pictures  [N,C,T,H,W].
at::Tensor temporal_spectrum(const at::Tensor& pictures);

/// Mean frequency in time, cycles a frame, 0 to 1/2: the centroid of temporal_spectrum(). 0 for
/// what does not move.
/// @param pictures  [N,C,T,H,W]. @return [N] f64 on the CPU.
at::Tensor temporal_frequency(const at::Tensor& pictures);

}  // namespace praxiscope::optima
