// Kernels of a network's convolutions, and which convolution reads which: noted along one run with
// a zero clip, so that files without modules and weights that code computes are seen alike.
#pragma once

#include "model/network_call.h"
#include "model/program.h"

#include <vector>

namespace praxiscope::program {

/// As Model::convolutions() says.
/// @throws Error kModel when the network cannot run on clips of the manifest's size.
std::vector<Convolution> find_convolutions(const Manifest& manifest, const Program& program,
                                           const NetworkCall& call, const at::Device& device);

/// Kernels of an operator's weight, [O,C/groups,kT,kH,kW] f32 on the CPU: transposed convolutions
/// (weight [C,O/groups,...]) as the others, missing axes of size 1 (one axis: time).
at::Tensor arranged_kernels(const at::Tensor& weight, std::int64_t groups, bool is_transposed);

}  // namespace praxiscope::program
