// Resizing and cropping of one picture as tensor ops, on any device. Knows no manifests and no
// time.
#pragma once

#include "praxiscope/clip.h"
#include "praxiscope/preparation.h"
#include "praxiscope/tensor.h"

namespace praxiscope {

/// The size a picture has after the resize of `preparation`.
/// Short side: the other side is floor(side * long / short), as torchvision computes it.
Size resized_size(const Size& source, const Preparation& preparation);

/// First row and column of a centre crop; negative where the crop is larger than the picture.
/// torchvision's CenterCrop: halves round to even inside, and down outside (padding).
struct CropOrigin {
  int top = 0;
  int left = 0;
};
CropOrigin center_crop_origin(const Size& picture, const Size& crop);

/// One number a channel for pictures [C,H,W]: [C,1,1] f32.
at::Tensor per_channel(const std::vector<double>& values, const at::Device& device);

/// Where the pixels of the crop lie in the picture that was resized to `size`.
PixelMap pixel_map(const Size& source, const Size& size, const CropOrigin& origin);

/// [H,W,3] u8 -> [3,h,w] f32 in 0..255: resized to `size`, then the crop's window of it; what lies
/// outside the picture is 0.
///
/// Bilinear without antialias: PyTorch's interpolate on floats (align_corners=False), as
/// PyTorchVideo. All else in whole bytes, kept within 0..255, as torchvision and PIL.
at::Tensor resize_and_crop(const at::Tensor& picture, const Size& size,
                           const Preparation& preparation, const CropOrigin& origin,
                           const Size& crop);

/// The rows and columns from `begin` of a bilinear resize without antialias, [H,W,3] u8 ->
/// [3,h,w] f32, by tensor ops: the way on a GPU. Here so that it is tested on the CPU too.
at::Tensor linear_window_by_ops(const at::Tensor& picture, const Size& size,
                                const CropOrigin& begin, const Size& window);

}  // namespace praxiscope
