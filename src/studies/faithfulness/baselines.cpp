#include "studies/faithfulness/baselines.h"

#include "studies/support/checks.h"

#include "praxiscope/error.h"

#include <ATen/ATen.h>
#include <ATen/CPUGeneratorImpl.h>

namespace praxiscope::studies {
namespace {

constexpr const char* kWhat = "baseline map";

/// A Gaussian over the pixels of one side.
at::Tensor bump(std::int64_t side) {
  const double centre = static_cast<double>(side - 1) / 2;
  const double sigma = static_cast<double>(side) / 4;
  const at::Tensor from_centre = (at::arange(side, at::kDouble) - centre) / sigma;
  return (-from_centre.square() / 2).exp();
}

/// [1,1,3,3]: a slope along the columns, smoothed along the rows.
at::Tensor sobel_x() {
  return at::tensor({-1., 0., 1., -2., 0., 2., -1., 0., 1.}, at::kDouble).view({1, 1, 3, 3});
}

}  // namespace

at::Tensor centre_map(std::int64_t frames, std::int64_t height, std::int64_t width) {
  check_size(kWhat, frames, height, width);
  const at::Tensor picture = bump(height).unsqueeze(1) * bump(width).unsqueeze(0);
  return (picture / picture.max()).to(at::kFloat).repeat({frames, 1, 1});
}

at::Tensor random_map(std::int64_t frames, std::int64_t height, std::int64_t width,
                      std::uint64_t seed) {
  check_size(kWhat, frames, height, width);
  return at::rand({frames, height, width}, at::detail::createCPUGenerator(seed), at::kFloat);
}

at::Tensor edge_map(const at::Tensor& clip) {
  if (clip.dim() != 4 || clip.numel() == 0) {
    throw Error(ErrorKind::kInternal,
                std::string(kWhat) + ": found a clip " + shape_text(clip) + ", expected [C,T,H,W]");
  }
  const at::Tensor pictures = clip.detach().to(at::kCPU, at::kDouble).mean(0).unsqueeze(1);
  const at::Tensor padded = at::replication_pad2d(pictures, {1, 1, 1, 1});
  const at::Tensor gx = at::conv2d(padded, sobel_x());
  const at::Tensor gy = at::conv2d(padded, sobel_x().transpose(2, 3).contiguous());
  return at::hypot(gx, gy).squeeze(1).to(at::kFloat);
}

}  // namespace praxiscope::studies
