// One picture prepared as a manifest says. Knows no time; foreign errors do not arise here beyond
// what LibTorch throws for lack of memory.
#include "clip/resize.h"

#include "praxiscope/clip.h"
#include "praxiscope/error.h"

#include <ATen/ATen.h>
#include <fmt/format.h>

namespace praxiscope {
namespace {

bool all_equal(const std::vector<double>& values, double to) {
  return std::all_of(values.begin(), values.end(), [to](double value) { return value == to; });
}

/// Bytes to `range`, then mean and std; steps that change nothing are left out so that no rounding
/// comes from them.
void normalize(at::Tensor& image, const Preparation& preparation) {
  const auto [lo, hi] = preparation.range;
  if (lo == 0 && hi == 1) {
    image.div_(255.0);
  } else if (hi - lo != 255) {
    image.mul_((hi - lo) / 255.0);
  }
  if (lo != 0) image.add_(lo);
  if (!all_equal(preparation.mean, 0)) image.sub_(per_channel(preparation.mean, image.device()));
  if (!all_equal(preparation.std, 1)) image.div_(per_channel(preparation.std, image.device()));
}

void check_channels(const std::vector<double>& values, const char* what) {
  if (values.size() == 1 || values.size() == 3) return;
  throw Error(ErrorKind::kModel, fmt::format("preparation: found {} values in {}, expected 3 (one "
                                             "a channel) or 1",
                                             values.size(), what));
}

}  // namespace

PreparedPicture prepare_picture(const Picture& picture, const Preparation& preparation,
                                const std::string& device) {
  check_channels(preparation.mean, "mean");
  check_channels(preparation.std, "std");
  const Size source{picture.height, picture.width};
  const Size size = resized_size(source, preparation);
  const Size crop = preparation.crop.value_or(size);
  const CropOrigin origin = center_crop_origin(size, crop);

  // The bytes go to the device as they are: a quarter of the floats.
  const auto bytes = at::from_blob(const_cast<std::uint8_t*>(picture.rgb.data()),
                                   {picture.height, picture.width, 3}, at::kByte)
                         .to(at::Device(device));
  PreparedPicture out;
  out.tensor = resize_and_crop(bytes, size, preparation, origin, crop);
  if (preparation.bgr) out.tensor = out.tensor.flip({0});
  normalize(out.tensor, preparation);
  out.source_from_clip = pixel_map(source, size, origin);
  return out;
}

Picture seen_picture(const at::Tensor& frame, const Preparation& preparation) {
  const auto [lo, hi] = preparation.range;
  const at::Device cpu(at::kCPU);
  at::Tensor values = frame.detach().to(cpu, at::kFloat);
  values = values * per_channel(preparation.std, cpu) + per_channel(preparation.mean, cpu);
  if (preparation.bgr) values = values.flip({0});
  const at::Tensor bytes = ((values - lo) * (255.0 / (hi - lo)))
                               .nan_to_num()
                               .round()
                               .clamp(0, 255)
                               .to(at::kByte)
                               .permute({1, 2, 0})
                               .contiguous();
  const std::uint8_t* data = bytes.const_data_ptr<std::uint8_t>();
  return {.width = static_cast<int>(bytes.size(1)),
          .height = static_cast<int>(bytes.size(0)),
          .rgb = {data, data + bytes.numel()}};
}

}  // namespace praxiscope
