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
  std::vector<std::int64_t> first, second;
  std::vector<float> weight;
};

Taps linear_taps(std::int64_t source, int resized, int begin, int count) {
  const float scale = static_cast<float>(source) / static_cast<float>(resized);
  Taps out;
  for (int i = begin; i < begin + count; ++i) {
    const float where = std::max(0.0F, (static_cast<float>(i) + 0.5F) * scale - 0.5F);
    const auto first = std::min(static_cast<std::int64_t>(where), source - 1);
    out.first.push_back(first);
    out.second.push_back(std::min(first + 1, source - 1));
    out.weight.push_back(where - static_cast<float>(first));
  }
  return out;
}

/// Bytes on the CPU: a loop, for the tensor ops below take ten times as long with three channels.
at::Tensor linear_window_on_cpu(const at::Tensor& picture, const Size& size,
                                const CropOrigin& begin, const Size& window) {
  const Taps rows = linear_taps(picture.size(0), size.height, begin.top, window.height);
  const Taps columns = linear_taps(picture.size(1), size.width, begin.left, window.width);
  const std::size_t height = rows.weight.size(), width = columns.weight.size();
  auto out = at::empty({3, static_cast<std::int64_t>(height), static_cast<std::int64_t>(width)},
                       at::kFloat);
  const auto* bytes = picture.const_data_ptr<std::uint8_t>();
  auto* to = out.mutable_data_ptr<float>();
  const std::int64_t row_bytes = picture.size(1) * 3;
  for (std::size_t y = 0; y < height; ++y) {
    const auto* upper = bytes + rows.first[y] * row_bytes;
    const auto* lower = bytes + rows.second[y] * row_bytes;
    const float wy = rows.weight[y];
    for (std::size_t x = 0; x < width; ++x) {
      const std::int64_t left = columns.first[x] * 3, right = columns.second[x] * 3;
      const float wx = columns.weight[x];
      for (int c = 0; c < 3; ++c) {
        const float above = (1 - wx) * upper[left + c] + wx * upper[right + c];
        const float below = (1 - wx) * lower[left + c] + wx * lower[right + c];
        to[(c * height + y) * width + x] = (1 - wy) * above + wy * below;
      }
    }
  }
  return out;
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

at::Tensor linear_window_by_ops(const at::Tensor& picture, const Size& size,
                                const CropOrigin& begin, const Size& window) {
  const Taps rows = linear_taps(picture.size(0), size.height, begin.top, window.height);
  const Taps columns = linear_taps(picture.size(1), size.width, begin.left, window.width);
  const auto device = picture.device();
  const auto index = [&](const std::vector<std::int64_t>& at_source) {
    return at::tensor(at_source, at::kLong).to(device);
  };
  const auto wx = at::tensor(columns.weight, at::kFloat).to(device).view({1, -1, 1});
  const auto wy = at::tensor(rows.weight, at::kFloat).to(device).view({-1, 1, 1});
  const auto along_x = [&](const std::vector<std::int64_t>& row_index) {
    const auto lines = picture.index_select(0, index(row_index));
    const auto a = lines.index_select(1, index(columns.first)).to(at::kFloat);
    const auto b = lines.index_select(1, index(columns.second)).to(at::kFloat);
    return a.mul(wx.neg().add(1.0F)).add_(b.mul(wx));
  };
  return along_x(rows.first)
      .mul(wy.neg().add(1.0F))
      .add_(along_x(rows.second).mul(wy))
      .permute({2, 0, 1});
}

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

at::Tensor per_channel(const std::vector<double>& values, const at::Device& device) {
  return at::tensor(values, at::kFloat).view({-1, 1, 1}).to(device);
}

PixelMap pixel_map(const Size& source, const Size& size, const CropOrigin& origin) {
  PixelMap map;
  map.scale_x = static_cast<double>(source.width) / size.width;
  map.scale_y = static_cast<double>(source.height) / size.height;
  map.offset_x = map.scale_x * origin.left;
  map.offset_y = map.scale_y * origin.top;
  return map;
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
    // Either way touches only the source pixels that the crop needs, a small part of a large one.
    out = picture.device().is_cpu() ? linear_window_on_cpu(picture, size, {top, left}, window)
                                    : linear_window_by_ops(picture, size, {top, left}, window);
  } else {
    out = cut(resize_whole(picture, size, preparation.interpolation, preparation.antialias));
  }
  if (window == crop) return out.contiguous();
  return at::constant_pad_nd(out.contiguous(),
                             {left - origin.left, origin.left + crop.width - left - window.width,
                              top - origin.top, origin.top + crop.height - top - window.height});
}

}  // namespace praxiscope
