// Decoded frames to upright RGB pictures with square pixels. Knows frames, not files.
#pragma once

#include "media/color.h"
#include "media/orientation.h"
#include "media/tone_map.h"

#include "praxiscope/frame.h"

#include <cstdint>
#include <memory>
#include <optional>
#include <vector>

namespace praxiscope {

struct PixelSize {
  int width = 0, height = 0;  ///< px
  friend bool operator==(const PixelSize&, const PixelSize&) = default;
};

/// Size with square pixels, before turning: the axis whose pixels are the longer is enlarged, so no
/// stored pixel is lost. A difference of up to 2 px is taken as rounding and left alone.
PixelSize square_pixel_size(PixelSize stored, const Rational& sample_aspect);

/// Makes all pictures of one source. They get the size and the turn given here, whatever size a
/// frame in the middle of the stream has. Not thread-safe.
class Converter {
 public:
  /// @param size  of the delivered pictures, turned.
  Converter(PixelSize size, Orientation orientation);

  /// @throws Error kInput when FFmpeg cannot convert the frame's pixel format.
  std::shared_ptr<const Picture> convert(const AVFrame& frame);

 private:
  void prepare(const AVFrame& frame, const ColorSpec& spec);
  void pack(Picture* picture) const;

  PixelSize size_;
  Orientation orientation_;
  std::optional<ColorSpec> spec_;
  PixelSize stored_;
  ScalerPtr scaler_;
  AVPixelFormat flat_format_ = AV_PIX_FMT_RGB24;  ///< what swscale makes; see choose_flat_format()
  std::size_t flat_stride_ = 0;                   ///< bytes
  std::size_t flat_plane_ = 0;                    ///< bytes from one plane to the next (GBRP)
  std::vector<std::uint8_t> flat_;                ///< swscale's output, rows padded for its SIMD
  std::optional<ToneMap> tone_map_;
};

}  // namespace praxiscope
