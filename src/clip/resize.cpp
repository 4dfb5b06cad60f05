// Duty: see resize.h.
#include "clip/resize.h"

#include <ATen/Version.h>

#include <algorithm>

namespace praxiscope {
namespace {

int half_to_even(int twice) {
  const int floor = (twice - (twice & 1)) / 2;
  return (twice & 1) != 0 && (floor & 1) != 0 ? floor + 1 : floor;
}

int crop_begin(int side, int crop) {
  return crop > side ? -((crop - side) / 2) : half_to_even(side - crop);
}

/// Rows or columns [begin, begin + count) of a linear resize: the two source positions of each and
/// the weight of the second.
struct Taps {
  at::Tensor first, second;  // i64 [count]
  at::Tensor weight;         // f32 [count]
};

Taps linear_taps(int source, int resized, int begin, int count, const at::Device& device) {
  const float scale = static_cast<float>(source) / static_cast<float>(resized);
  const auto positions = at::arange(begin, begin + count, at::kFloat);
  const auto where = positions.add(0.5F).mul(scale).sub(0.5F).clamp_min(0.0F);
  const auto floor = where.floor();
  const auto first = floor.to(at::kLong).clamp_max(source - 1);
  return {first.to(device), first.add(1).clamp_max(source - 1).to(device),
          where.sub(floor).to(device)};
}

/// Touches only the source pixels that the crop needs, which is a small part of a large picture.
at::Tensor linear_window(const at::Tensor& picture, const Size& size, int top, int left,
                         const Size& window) {
  const auto rows = linear_taps(static_cast<int>(picture.size(0)), size.height, top, window.height,
                                picture.device());
  const auto columns = linear_taps(static_cast<int>(picture.size(1)), size.width, left,
                                   window.width, picture.device());
  const auto along_x = [&](const at::Tensor& row_index) {
    const auto lines = picture.index_select(0, row_index);
    const auto a = lines.index_select(1, columns.first).to(at::kFloat);
    const auto b = lines.index_select(1, columns.second).to(at::kFloat);
    const auto w = columns.weight.view({1, -1, 1});
    return a.mul(w.neg().add(1.0F)).add_(b.mul(w));
  };
  const auto w = rows.weight.view({-1, 1, 1});
  return along_x(rows.first)
      .mul(w.neg().add(1.0F))
      .add_(along_x(rows.second).mul(w))
      .permute({2, 0, 1});
}

bool resizes_bytes_well(const at::Device& device) {
  // The byte kernels exist on the CPU and are exact and fast only with AVX2; torchvision asks the
  // same.
  static const bool has_avx2 = at::get_cpu_capability().find("AVX") != std::string::npos;
  return device.is_cpu() && has_avx2;
}

/// [H,W,3] u8 -> [3,h,w] f32, the whole picture, in whole bytes.
at::Tensor resize_whole(const at::Tensor& picture, const Size& size, Interpolation interpolation,
                        bool antialias) {
  const std::vector<std::int64_t> to{size.height, size.width};
  auto image = picture.permute({2, 0, 1}).unsqueeze(0);  // bytes lie channels-last
  const bool as_bytes = resizes_bytes_well(picture.device());
  if (!as_bytes) image = image.to(at::kFloat);
  at::Tensor out;
  if (interpolation == Interpolation::kBilinear) {
    out = at::_upsample_bilinear2d_aa(image, to, false);
  } else {
    out = antialias ? at::_upsample_bicubic2d_aa(image, to, false)
                    : at::upsample_bicubic2d(image, to, false);
  }
  out = out.squeeze(0);
  return as_bytes ? out.to(at::kFloat) : out.clamp_(0, 255).round_();
}

}  // namespace

Size resized_size(const Size& source, const Preparation& preparation) {
  if (preparation.exact) return *preparation.exact;
  if (!preparation.short_side) return source;
  const std::int64_t side = *preparation.short_side;
  const auto along = [side](int longer, int shorter) {
    return static_cast<int>(side * longer / shorter);
  };
  const int wanted = static_cast<int>(side);
  if (source.width <= source.height) return {along(source.height, source.width), wanted};
  return {wanted, along(source.width, source.height)};
}

CropOrigin center_crop_origin(const Size& picture, const Size& crop) {
  return {crop_begin(picture.height, crop.height), crop_begin(picture.width, crop.width)};
}

at::Tensor resize_and_crop(const at::Tensor& picture, const Size& size,
                           const Preparation& preparation, const CropOrigin& origin,
                           const Size& crop) {
  const int top = std::max(0, origin.top), left = std::max(0, origin.left);
  const Size window{std::min(size.height, origin.top + crop.height) - top,
                    std::min(size.width, origin.left + crop.width) - left};
  const bool is_same = picture.size(0) == size.height && picture.size(1) == size.width;
  const auto cut = [&](const at::Tensor& image) {
    return image.narrow(1, top, window.height).narrow(2, left, window.width);
  };
  at::Tensor out;
  if (is_same) {
    out = cut(picture.permute({2, 0, 1})).to(at::kFloat);
  } else if (!preparation.antialias && preparation.interpolation == Interpolation::kBilinear) {
    out = linear_window(picture, size, top, left, window);
  } else {
    out = cut(resize_whole(picture, size, preparation.interpolation, preparation.antialias));
  }
  if (window == crop) return out.contiguous();
  return at::constant_pad_nd(out.contiguous(),
                             {left - origin.left, origin.left + crop.width - left - window.width,
                              top - origin.top, origin.top + crop.height - top - window.height});
}

}  // namespace praxiscope
