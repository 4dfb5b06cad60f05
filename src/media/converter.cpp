#include "media/converter.h"

#include "praxiscope/error.h"

extern "C" {
#include <libavutil/opt.h>
#include <libavutil/pixdesc.h>
}

#include <fmt/format.h>

#include <cstring>
#include <new>

namespace praxiscope {
namespace {

constexpr int kScalerFlags =
    SWS_BICUBIC | SWS_ACCURATE_RND | SWS_FULL_CHR_H_INT | SWS_FULL_CHR_H_INP;

void over_black(std::uint8_t* rgb, const std::uint8_t* rgba) {
  for (int c = 0; c < 3; ++c) {
    rgb[c] = static_cast<std::uint8_t>((rgba[c] * rgba[3] + 127) / 255);
  }
}

/// RGB48 where light has to be computed, RGBA where there is alpha, RGB24 for what is RGB already;
/// planes for the rest, because swscale has its fast full-chroma code for those only.
AVPixelFormat choose_flat_format(const ColorSpec& spec) {
  if (spec.needs_light()) return AV_PIX_FMT_RGB48;
  if (spec.has_alpha) return AV_PIX_FMT_RGBA;
  return spec.is_yuv ? AV_PIX_FMT_GBRP : AV_PIX_FMT_RGB24;
}

/// In one plane.
std::size_t pixel_bytes(AVPixelFormat flat) {
  switch (flat) {
    case AV_PIX_FMT_RGB48:
      return 6;
    case AV_PIX_FMT_RGBA:
      return 4;
    case AV_PIX_FMT_GBRP:
      return 1;
    default:
      return 3;
  }
}

void interleave(const std::uint8_t* green, std::size_t plane, std::ptrdiff_t step,
                std::uint8_t* rgb, int count) {
  const std::uint8_t* blue = green + plane;
  const std::uint8_t* red = blue + plane;
  if (step == 1) {  // the compiler makes SIMD of this one
    for (int x = 0; x < count; ++x) {
      rgb[3 * x] = red[x];
      rgb[3 * x + 1] = green[x];
      rgb[3 * x + 2] = blue[x];
    }
    return;
  }
  for (int x = 0; x < count; ++x) {
    const std::ptrdiff_t at = x * step;
    rgb[3 * x] = red[at];
    rgb[3 * x + 1] = green[at];
    rgb[3 * x + 2] = blue[at];
  }
}

}  // namespace

PixelSize square_pixel_size(PixelSize stored, const Rational& sample_aspect) {
  const Rational one = Rational::of(1);
  if (sample_aspect <= Rational() || sample_aspect == one) return stored;
  PixelSize size = stored;
  if (sample_aspect > one) {
    size.width = static_cast<int>((Rational::of(stored.width) * sample_aspect).rounded_to(one));
  } else {
    size.height = static_cast<int>((Rational::of(stored.height) / sample_aspect).rounded_to(one));
  }
  // A size rounded to whole or even numbers gets a shape next to 1; resampling for it only blurs.
  constexpr int kRounding = 2;
  const bool is_rounding =
      size.width - stored.width <= kRounding && size.height - stored.height <= kRounding;
  return is_rounding ? stored : size;
}

Converter::Converter(PixelSize size, Orientation orientation)
    : size_(size), orientation_(orientation) {}

void Converter::prepare(const AVFrame& frame, const ColorSpec& spec) {
  const PixelSize flat = orientation_.swaps_sides() ? PixelSize{size_.height, size_.width} : size_;
  flat_format_ = choose_flat_format(spec);
  const std::size_t planes = flat_format_ == AV_PIX_FMT_GBRP ? 3 : 1;
  const std::size_t row = static_cast<std::size_t>(flat.width) * pixel_bytes(flat_format_);
  flat_stride_ = (row + 63) / 64 * 64 + 64;
  flat_plane_ = flat_stride_ * static_cast<std::size_t>(flat.height);
  flat_.resize(flat_plane_ * planes + 64);
  if (sws_isSupportedInput(spec.format) == 0) {
    const char* name = av_get_pix_fmt_name(spec.format);
    throw Error(ErrorKind::kInput, fmt::format("cannot convert pixel format {} to RGB; convert the "
                                               "file to yuv420p first",
                                               name == nullptr ? "unknown" : name));
  }
  scaler_.reset(sws_alloc_context());
  if (!scaler_) throw std::bad_alloc();
  const std::pair<const char*, std::int64_t> settings[] = {{"srcw", frame.width},
                                                           {"srch", frame.height},
                                                           {"src_format", spec.format},
                                                           {"dstw", flat.width},
                                                           {"dsth", flat.height},
                                                           {"dst_format", flat_format_},
                                                           {"sws_flags", kScalerFlags},
                                                           {"src_range", spec.is_full_range},
                                                           {"dst_range", 1},
                                                           {"src_h_chr_pos", spec.chroma_x},
                                                           {"src_v_chr_pos", spec.chroma_y}};
  for (const auto& [name, value] : settings) av_opt_set_int(scaler_.get(), name, value, 0);
  if (const int code = sws_init_context(scaler_.get(), nullptr, nullptr); code < 0) {
    throw Error(ErrorKind::kInput, fmt::format("cannot convert {}x{} px frames to RGB: {}",
                                               frame.width, frame.height, error_text(code)));
  }
  const int* matrix = sws_getCoefficients(spec.scaler_matrix);
  sws_setColorspaceDetails(scaler_.get(), matrix, spec.is_full_range ? 1 : 0, matrix, 1, 0, 1 << 16,
                           1 << 16);
  // The first frame's peak serves the whole source: a knee that moves would flicker.
  if (spec.needs_light() && !tone_map_) {
    tone_map_.emplace(spec.transfer, spec.primaries, peak_nits(frame));
  }
  spec_ = spec;
  stored_ = {frame.width, frame.height};
}

std::shared_ptr<const Picture> Converter::convert(const AVFrame& frame) {
  const ColorSpec spec = color_of(frame);
  if (spec_ != spec || stored_ != PixelSize{frame.width, frame.height}) {
    if (spec_ && (spec_->transfer != spec.transfer || spec_->primaries != spec.primaries)) {
      tone_map_.reset();
    }
    prepare(frame, spec);
  }
  std::uint8_t* planes[4] = {flat_.data(), nullptr, nullptr, nullptr};
  const auto stride = static_cast<int>(flat_stride_);
  const int strides[4] = {stride, stride, stride, 0};
  if (flat_format_ == AV_PIX_FMT_GBRP) {
    planes[1] = flat_.data() + flat_plane_;
    planes[2] = flat_.data() + 2 * flat_plane_;
  }
  const int rows =
      sws_scale(scaler_.get(), frame.data, frame.linesize, 0, frame.height, planes, strides);
  if (rows <= 0) {
    throw Error(ErrorKind::kInput, fmt::format("cannot convert a {}x{} px frame to RGB: {}",
                                               frame.width, frame.height, error_text(rows)));
  }
  auto picture = std::make_shared<Picture>();
  picture->width = size_.width;
  picture->height = size_.height;
  picture->rgb.resize(static_cast<std::size_t>(size_.width) *
                      static_cast<std::size_t>(size_.height) * 3);
  pack(picture.get());
  return picture;
}

void Converter::pack(Picture* picture) const {
  const int flat_width = orientation_.swaps_sides() ? size_.height : size_.width;
  const int flat_height = orientation_.swaps_sides() ? size_.width : size_.height;
  // Where shown pixel (0, 0) lies in the flat picture, and how far its right and lower neighbours
  // are: the inverse (= transpose) of the orientation.
  const auto stride = static_cast<std::ptrdiff_t>(flat_stride_);
  const auto pixel = static_cast<std::ptrdiff_t>(pixel_bytes(flat_format_));
  const std::ptrdiff_t step_x = orientation_.xx * pixel + orientation_.xy * stride;
  const std::ptrdiff_t step_y = orientation_.yx * pixel + orientation_.yy * stride;
  const bool starts_right = orientation_.xx < 0 || orientation_.yx < 0;
  const bool starts_low = orientation_.xy < 0 || orientation_.yy < 0;
  const std::uint8_t* origin = flat_.data() + (starts_right ? (flat_width - 1) * pixel : 0) +
                               (starts_low ? (flat_height - 1) * stride : 0);
  std::uint8_t* out = picture->rgb.data();
  const auto row_bytes = static_cast<std::size_t>(size_.width) * 3;
  std::vector<std::uint16_t> light_row(tone_map_ ? row_bytes : 0);
  for (int y = 0; y < size_.height; ++y, out += row_bytes) {
    const std::uint8_t* in = origin + y * step_y;
    if (flat_format_ == AV_PIX_FMT_RGB48) {
      for (int x = 0; x < size_.width; ++x, in += step_x) {
        std::memcpy(light_row.data() + static_cast<std::size_t>(x) * 3, in, 6);
      }
      tone_map_->map_row(light_row.data(), out, size_.width);
    } else if (flat_format_ == AV_PIX_FMT_RGBA) {
      for (int x = 0; x < size_.width; ++x, in += step_x) over_black(out + x * 3, in);
    } else if (flat_format_ == AV_PIX_FMT_GBRP) {
      interleave(in, flat_plane_, step_x, out, size_.width);
    } else if (step_x == 3) {
      std::memcpy(out, in, row_bytes);
    } else {
      for (int x = 0; x < size_.width; ++x, in += step_x) std::memcpy(out + x * 3, in, 3);
    }
  }
}

}  // namespace praxiscope
