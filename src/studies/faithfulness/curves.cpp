#include "studies/faithfulness/curves.h"

#include "studies/support/checks.h"

#include "praxiscope/error.h"

#include <ATen/ATen.h>

#include <cmath>
#include <numeric>

namespace praxiscope::studies {
namespace {

Error defect(const std::string& message) { return Error(ErrorKind::kInternal, message); }

}  // namespace

RankedMask::RankedMask(const at::Tensor& order, std::int64_t frames, std::int64_t height,
                       std::int64_t width, const std::string& device) {
  check_size("order of voxels", frames, height, width);
  const std::int64_t voxels = frames * height * width;
  const at::Tensor named = order.detach().to(at::kCPU, at::kLong).contiguous();
  if (named.dim() != 1 || named.numel() != voxels || voxels > INT32_MAX) {
    throw defect("order of voxels: found " + shape_text(order) + ", expected " +
                 std::to_string(voxels) + " voxels");
  }
  std::vector<std::int32_t> place(static_cast<std::size_t>(voxels), -1);
  for (std::int64_t k = 0; k < voxels; ++k) {
    const std::int64_t voxel = named.const_data_ptr<std::int64_t>()[k];
    if (voxel < 0 || voxel >= voxels || place[static_cast<std::size_t>(voxel)] >= 0) {
      throw defect("order of voxels: found voxel " + std::to_string(voxel) +
                   " again or outside, expected each of " + std::to_string(voxels) + " once");
    }
    place[static_cast<std::size_t>(voxel)] = static_cast<std::int32_t>(k);
  }
  places_ = at::tensor(place, at::kInt).view({frames, height, width}).to(at::Device(device));
}

at::Tensor RankedMask::first(std::int64_t count) const { return places_.lt(count); }

std::vector<std::int64_t> step_counts(std::int64_t voxels, int steps) {
  if (steps < 1) {
    throw defect("curve: found " + std::to_string(steps) + " steps, expected at least 1");
  }
  std::vector<std::int64_t> counts;
  for (std::int64_t k = 0; k <= steps; ++k)
    counts.push_back((2 * k * voxels + steps) / (2 * static_cast<std::int64_t>(steps)));
  return counts;
}

at::Tensor replace_by_rank(const at::Tensor& clip, const at::Tensor& fill, const RankedMask& mask,
                           std::span<const std::int64_t> counts) {
  check_same_shape("voxels to replace", clip, fill);
  if (clip.dim() != 4 || !clip.sizes().slice(1).equals(mask.places().sizes())) {
    throw defect("voxels to replace: found a clip " + shape_text(clip) + ", expected C x " +
                 shape_text(mask.places()));
  }
  const at::Tensor limits =
      at::tensor(std::vector<std::int64_t>(counts.begin(), counts.end()), at::kLong)
          .to(mask.places().device())
          .view({-1, 1, 1, 1, 1});
  const at::Tensor is_first = mask.places().unsqueeze(0).unsqueeze(0).lt(limits);
  return at::where(is_first, fill.unsqueeze(0), clip.unsqueeze(0));
}

double area_under(std::span<const double> values) {
  if (values.size() < 2) {
    throw defect("area under a curve: found " + std::to_string(values.size()) +
                 " values, expected at least 2");
  }
  const double ends = (values.front() + values.back()) / 2;
  const double inner = std::accumulate(values.begin() + 1, values.end() - 1, 0.0);
  return (ends + inner) / static_cast<double>(values.size() - 1);
}

}  // namespace praxiscope::studies
