#include "studies/support/checks.h"

#include "praxiscope/error.h"

#include <ATen/ATen.h>

namespace praxiscope::studies {
namespace {

[[noreturn]] void refuse(const char* what, const std::string& found, const std::string& expected) {
  throw Error(ErrorKind::kInternal,
              std::string(what) + ": found " + found + ", expected " + expected);
}

void check_kind(const char* what, const at::Tensor& tensor, bool is_right,
                const std::string& expected) {
  if (!is_right) refuse(what, std::string(tensor.dtype().name()), expected);
  if (!tensor.is_cpu()) refuse(what, "a tensor on " + tensor.device().str(), "one on the cpu");
}

}  // namespace

std::string shape_text(const at::Tensor& tensor) {
  std::string text;
  for (const std::int64_t size : tensor.sizes()) {
    if (!text.empty()) text += 'x';
    text += std::to_string(size);
  }
  return text.empty() ? "one number" : text;
}

void check_map_and_truth(const char* what, const at::Tensor& map, const at::Tensor& truth,
                         const at::Tensor& is_annotated) {
  if (map.dim() != 3 || map.numel() == 0) refuse(what, "a map " + shape_text(map), "[T,H,W]");
  check_same_shape(what, map, truth);
  if (is_annotated.dim() != 1 || is_annotated.size(0) != map.size(0)) {
    refuse(what, "annotated frames " + shape_text(is_annotated), std::to_string(map.size(0)));
  }
  check_kind(what, map, map.is_floating_point(), "a floating map");
  check_kind(what, truth, truth.scalar_type() == at::kBool, "a bool truth");
  check_kind(what, is_annotated, is_annotated.scalar_type() == at::kBool, "bool frames");
}

void check_same_shape(const char* what, const at::Tensor& a, const at::Tensor& b) {
  if (!a.sizes().equals(b.sizes())) refuse(what, shape_text(b), shape_text(a));
}

void check_size(const char* what, std::int64_t frames, std::int64_t height, std::int64_t width) {
  if (frames >= 1 && height >= 1 && width >= 1) return;
  refuse(what, std::to_string(frames) + "x" + std::to_string(height) + "x" + std::to_string(width),
         "at least 1x1x1");
}

}  // namespace praxiscope::studies
