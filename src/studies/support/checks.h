// What the measures ask of their arguments: a defect of ours otherwise, never a user's.
#pragma once

#include "praxiscope/tensor.h"

#include <string>

namespace praxiscope::studies {

/// "2x3x4" for messages.
std::string shape_text(const at::Tensor& tensor);

/// A map [T,H,W] floating with its truth [T,H,W] bool and annotated frames [T] bool, all on the
/// CPU. @throws Error kInternal, `what` in front.
void check_map_and_truth(const char* what, const at::Tensor& map, const at::Tensor& truth,
                         const at::Tensor& is_annotated);

/// @throws Error kInternal unless both have the same shape.
void check_same_shape(const char* what, const at::Tensor& a, const at::Tensor& b);

/// @throws Error kInternal unless T, H and W are at least 1.
void check_size(const char* what, std::int64_t frames, std::int64_t height, std::int64_t width);

}  // namespace praxiscope::studies
