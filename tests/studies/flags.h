// Yes and no for each frame or voxel, as tests write it; at::tensor() makes no bool tensor.
#pragma once

#include <ATen/ATen.h>

#include <initializer_list>
#include <vector>

namespace praxiscope::studies {

inline at::Tensor flags(std::initializer_list<bool> values) {
  return at::tensor(std::vector<std::int64_t>(values.begin(), values.end()), at::kLong)
      .to(at::kBool);
}

}  // namespace praxiscope::studies
