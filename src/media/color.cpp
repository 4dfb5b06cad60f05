#include "media/color.h"

extern "C" {
#include <libavutil/mastering_display_metadata.h>
#include <libavutil/pixdesc.h>
}

#include <algorithm>

namespace praxiscope {
namespace {

AVPixelFormat without_j(AVPixelFormat format) {
  switch (format) {
    case AV_PIX_FMT_YUVJ420P:
      return AV_PIX_FMT_YUV420P;
    case AV_PIX_FMT_YUVJ422P:
      return AV_PIX_FMT_YUV422P;
    case AV_PIX_FMT_YUVJ444P:
      return AV_PIX_FMT_YUV444P;
    case AV_PIX_FMT_YUVJ440P:
      return AV_PIX_FMT_YUV440P;
    case AV_PIX_FMT_YUVJ411P:
      return AV_PIX_FMT_YUV411P;
    default:
      return format;
  }
}

Transfer transfer_of(const AVFrame& frame) {
  if (frame.color_trc == AVCOL_TRC_SMPTE2084) return Transfer::kPq;
  if (frame.color_trc == AVCOL_TRC_ARIB_STD_B67) return Transfer::kHlg;
  return Transfer::kSdr;
}

Primaries primaries_of(const AVFrame& frame) {
  switch (frame.color_primaries) {
    case AVCOL_PRI_BT2020:
      return Primaries::kBt2020;
    case AVCOL_PRI_SMPTE431:
    case AVCOL_PRI_SMPTE432:
      return Primaries::kDisplayP3;
    case AVCOL_PRI_UNSPECIFIED:
      return transfer_of(frame) == Transfer::kSdr ? Primaries::kBt709 : Primaries::kBt2020;
    default:
      return Primaries::kBt709;
  }
}

bool has_matrix_tag(const AVFrame& frame) {
  switch (frame.colorspace) {
    case AVCOL_SPC_BT709:
    case AVCOL_SPC_FCC:
    case AVCOL_SPC_BT470BG:
    case AVCOL_SPC_SMPTE170M:
    case AVCOL_SPC_SMPTE240M:
    case AVCOL_SPC_BT2020_NCL:
    case AVCOL_SPC_BT2020_CL:
      return true;
    default:
      return false;
  }
}

int matrix_of(const AVFrame& frame) {
  switch (frame.colorspace) {
    case AVCOL_SPC_BT709:
      return SWS_CS_ITU709;
    case AVCOL_SPC_FCC:
      return SWS_CS_FCC;
    case AVCOL_SPC_BT470BG:
    case AVCOL_SPC_SMPTE170M:
      return SWS_CS_ITU601;
    case AVCOL_SPC_SMPTE240M:
      return SWS_CS_SMPTE240M;
    case AVCOL_SPC_BT2020_NCL:
    case AVCOL_SPC_BT2020_CL:
      return SWS_CS_BT2020;
    default:
      break;
  }
  if (primaries_of(frame) == Primaries::kBt2020) return SWS_CS_BT2020;
  if (frame.color_primaries == AVCOL_PRI_BT709 && frame.height > 576) return SWS_CS_ITU709;
  return frame.height <= 576 ? SWS_CS_ITU601 : SWS_CS_ITU709;
}

bool is_full_range(const AVFrame& frame, bool is_gray) {
  const auto format = static_cast<AVPixelFormat>(frame.format);
  if (without_j(format) != format) return true;
  if (frame.color_range == AVCOL_RANGE_UNSPECIFIED) return is_gray;
  return frame.color_range == AVCOL_RANGE_JPEG;
}

bool is_gray_format(const AVPixFmtDescriptor& format) {
  return (format.flags & (AV_PIX_FMT_FLAG_RGB | AV_PIX_FMT_FLAG_PAL)) == 0 &&
         format.nb_components <= 2;
}

const char* matrix_name(int matrix) {
  switch (matrix) {
    case SWS_CS_ITU709:
      return "bt709";
    case SWS_CS_FCC:
      return "fcc";
    case SWS_CS_SMPTE240M:
      return "smpte240m";
    case SWS_CS_BT2020:
      return "bt2020";
    default:
      return "bt601";
  }
}

/// swscale's unit is 1/256 of a luma pixel from the left or top edge of a chroma cell. Unspecified
/// means left-sited, the rule of MPEG-2, H.264 and their successors.
void set_chroma_position(const AVFrame& frame, const AVPixFmtDescriptor& format, ColorSpec* spec) {
  if (format.log2_chroma_w == 0) return;
  const AVChromaLocation location = frame.chroma_location;
  const bool is_centred = location == AVCHROMA_LOC_CENTER || location == AVCHROMA_LOC_TOP ||
                          location == AVCHROMA_LOC_BOTTOM;
  spec->chroma_x = is_centred ? 128 : 0;
  if (format.log2_chroma_h == 0) return;
  const bool is_top = location == AVCHROMA_LOC_TOPLEFT || location == AVCHROMA_LOC_TOP;
  const bool is_bottom = location == AVCHROMA_LOC_BOTTOMLEFT || location == AVCHROMA_LOC_BOTTOM;
  spec->chroma_y = is_top ? 0 : is_bottom ? 256 : 128;
}

}  // namespace

ColorSpec color_of(const AVFrame& frame) {
  ColorSpec spec;
  const auto stored = static_cast<AVPixelFormat>(frame.format);
  spec.format = without_j(stored);
  const AVPixFmtDescriptor* format = av_pix_fmt_desc_get(spec.format);
  if (format == nullptr) return spec;
  const bool is_gray = is_gray_format(*format);
  const bool is_rgb = (format->flags & (AV_PIX_FMT_FLAG_RGB | AV_PIX_FMT_FLAG_PAL)) != 0;
  spec.is_yuv = !is_gray && !is_rgb;
  spec.has_alpha = (format->flags & (AV_PIX_FMT_FLAG_ALPHA | AV_PIX_FMT_FLAG_PAL)) != 0;
  spec.is_full_range = is_rgb || is_full_range(frame, is_gray);
  spec.scaler_matrix = matrix_of(frame);
  spec.transfer = transfer_of(frame);
  spec.primaries = primaries_of(frame);
  if (spec.is_yuv) set_chroma_position(frame, *format, &spec);
  return spec;
}

std::string describe_color(const AVFrame& frame) {
  const ColorSpec spec = color_of(frame);
  const AVPixFmtDescriptor* format = av_pix_fmt_desc_get(spec.format);
  std::string text;
  if (spec.is_yuv) {
    text = matrix_name(spec.scaler_matrix);
  } else {
    text = format != nullptr && is_gray_format(*format) ? "gray" : "rgb";
    if (spec.primaries == Primaries::kBt2020) text += " bt2020";
  }
  if (spec.primaries == Primaries::kDisplayP3) text += " p3";
  if (spec.transfer == Transfer::kPq) text += " PQ";
  if (spec.transfer == Transfer::kHlg) text += " HLG";
  if (text.rfind("rgb", 0) != 0) text += spec.is_full_range ? " full" : " limited";
  if (spec.is_yuv && !has_matrix_tag(frame)) text += " (untagged)";
  if (spec.has_alpha) text += " over black";
  if (spec.needs_light()) text += spec.transfer == Transfer::kSdr ? " -> bt709" : " -> SDR";
  return text;
}

double peak_nits(const AVFrame& frame) {
  double peak = 0;
  if (const auto* side = av_frame_get_side_data(&frame, AV_FRAME_DATA_CONTENT_LIGHT_LEVEL)) {
    peak = reinterpret_cast<const AVContentLightMetadata*>(side->data)->MaxCLL;
  }
  const auto* side = av_frame_get_side_data(&frame, AV_FRAME_DATA_MASTERING_DISPLAY_METADATA);
  if (peak <= 0 && side != nullptr) {
    const auto* display = reinterpret_cast<const AVMasteringDisplayMetadata*>(side->data);
    if (display->has_luminance) peak = av_q2d(display->max_luminance);
  }
  if (!(peak > 0)) peak = 1000;
  return std::clamp(peak, 203.0, 10000.0);
}

}  // namespace praxiscope
