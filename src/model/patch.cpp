#include "model/patch.h"

#include <ATen/ATen.h>

#include <algorithm>

namespace praxiscope::program {
namespace {

/// A box of a [C,T,H,W] tensor; a view.
at::Tensor box_of(const at::Tensor& tensor, const Extent& corner, const Extent& size) {
  at::Tensor box = tensor;
  for (std::size_t axis = 0; axis < 3; ++axis)
    box = box.narrow(static_cast<std::int64_t>(axis) + 1, corner[axis], size[axis]);
  return box;
}

/// Copies the part of `from` (whose first element stands at `from_at`) that lies in `to`.
void copy_overlap(const at::Tensor& from, const Extent& from_at, const at::Tensor& to,
                  const Extent& to_at) {
  Extent in_from{}, in_to{}, size{};
  for (std::size_t axis = 0; axis < 3; ++axis) {
    const auto dim = static_cast<std::int64_t>(axis) + 1;
    const std::int64_t begin = std::max(from_at[axis], to_at[axis]);
    const std::int64_t end = std::min(from_at[axis] + from.size(dim), to_at[axis] + to.size(dim));
    if (begin >= end) return;
    in_from[axis] = begin - from_at[axis];
    in_to[axis] = begin - to_at[axis];
    size[axis] = end - begin;
  }
  box_of(to, in_to, size).copy_(box_of(from, in_from, size));
}

bool lies_inside(const std::vector<Extent>& corners, const Extent& size, const at::Tensor& base) {
  return std::all_of(corners.begin(), corners.end(), [&](const Extent& corner) {
    for (std::size_t axis = 0; axis < 3; ++axis) {
      const std::int64_t whole = base.size(static_cast<std::int64_t>(axis) + 2);
      if (corner[axis] < 0 || corner[axis] + size[axis] > whole) return false;
    }
    return true;
  });
}

}  // namespace

at::Tensor whole_of(const Patch& patch) {
  if (patch.covers_all()) return patch.values.clone();
  at::Tensor whole = patch.base.expand({patch.count(), -1, -1, -1, -1}).clone();
  for (std::int64_t b = 0; b < patch.count(); ++b)
    box_of(whole[b], patch.corners[static_cast<std::size_t>(b)], patch.size())
        .copy_(patch.values[b]);
  return whole;
}

at::Tensor cut_windows(const at::Tensor& base, const std::vector<Extent>& corners,
                       const Extent& size, double outside) {
  const auto count = static_cast<std::int64_t>(corners.size());
  const std::vector<std::int64_t> shape{count, base.size(1), size[0], size[1], size[2]};
  at::Tensor windows = lies_inside(corners, size, base) ? at::empty(shape, base.options())
                                                        : at::full(shape, outside, base.options());
  for (std::int64_t b = 0; b < count; ++b)
    copy_overlap(base[0], {0, 0, 0}, windows[b], corners[static_cast<std::size_t>(b)]);
  return windows;
}

at::Tensor cut_windows(const Patch& patch, const std::vector<Extent>& corners, const Extent& size,
                       double outside) {
  at::Tensor windows = cut_windows(patch.base, corners, size, outside);
  for (std::int64_t b = 0; b < patch.count(); ++b) {
    const auto at = static_cast<std::size_t>(b);
    copy_overlap(patch.values[b], patch.corners[at], windows[b], corners[at]);
  }
  return windows;
}

}  // namespace praxiscope::program
