#include "media/video_encoder.h"

#include "praxiscope/error.h"

extern "C" {
#include <libavutil/cpu.h>
#include <libavutil/opt.h>
}

#include <fmt/format.h>

#include <algorithm>
#include <cstring>
#include <new>

namespace praxiscope {
namespace {

Error encoder_error(const char* what, int code) {
  return Error(ErrorKind::kOutput,
               fmt::format("cannot encode video: {}: {}", what, error_text(code)));
}

void set_quality(AVCodecContext* codec, std::string_view name) {
  const auto set = [codec](const char* key, const char* value) {
    av_opt_set(codec->priv_data, key, value, 0);
  };
  if (name == "libx264") {
    set("preset", "veryfast");
    set("crf", "18");
    // x264's AVX-512 code makes about one small video in a hundred differ from the others of the
    // same pictures (release 164); its AVX2 code gives the bytes of its C code.
    if ((av_get_cpu_flags() & AV_CPU_FLAG_AVX512) != 0) set("x264-params", "asm=avx2");
  } else if (name == "libvpx-vp9") {
    set("deadline", "realtime");
    set("cpu-used", "6");
    set("row-mt", "1");
    set("crf", "24");
    set("lag-in-frames", "0");
    codec->bit_rate = 0;
  } else if (name == "libvpx") {
    set("deadline", "realtime");
    set("cpu-used", "6");
    set("crf", "10");
    codec->bit_rate = std::int64_t{codec->width} * codec->height * 4;
  } else {
    codec->bit_rate = std::int64_t{codec->width} * codec->height * 6;
  }
}

}  // namespace

VideoEncoder::VideoEncoder(const VideoEncoderOptions& options)
    : width_((options.width + 1) / 2 * 2),
      height_((options.height + 1) / 2 * 2),
      frame_(make_frame()),
      packet_(make_packet()) {
  const bool is_open = options.is_webm ? open("libvpx-vp9", options) || open("libvpx", options)
                                       : open("libx264", options) || open("libopenh264", options);
  if (!is_open) {
    throw Error(
        ErrorKind::kOutput,
        fmt::format("cannot encode video: this FFmpeg has no {} encoder; install one with {}",
                    options.is_webm ? "VP9" : "H.264", options.is_webm ? "libvpx" : "libx264"));
  }
  frame_->format = AV_PIX_FMT_YUV420P;
  frame_->width = width_;
  frame_->height = height_;
  frame_->color_range = codec_->color_range;
  frame_->colorspace = codec_->colorspace;
  frame_->color_primaries = codec_->color_primaries;
  frame_->color_trc = codec_->color_trc;
  frame_->chroma_location = AVCHROMA_LOC_LEFT;
  if (av_frame_get_buffer(frame_.get(), 0) < 0) throw std::bad_alloc();
  make_scaler();
}

bool VideoEncoder::open(const char* name, const VideoEncoderOptions& options) {
  const AVCodec* encoder = avcodec_find_encoder_by_name(name);
  if (encoder == nullptr) return false;
  codec_.reset(avcodec_alloc_context3(encoder));
  if (!codec_) throw std::bad_alloc();
  codec_->width = width_;
  codec_->height = height_;
  codec_->pix_fmt = AV_PIX_FMT_YUV420P;
  codec_->time_base = options.time_base;
  codec_->framerate = options.frame_rate;
  codec_->sample_aspect_ratio = {1, 1};
  codec_->color_range = AVCOL_RANGE_MPEG;
  codec_->colorspace = AVCOL_SPC_BT709;
  codec_->color_primaries = AVCOL_PRI_BT709;
  codec_->color_trc = AVCOL_TRC_BT709;
  codec_->chroma_sample_location = AVCHROMA_LOC_LEFT;
  codec_->thread_count = std::clamp(options.threads, 1, 2);
  // With B-frames a container's durations belong to the order of decoding, and the last picture's
  // would be lost; without them dts = pts, and players start at the first picture at once.
  codec_->max_b_frames = 0;
  // A key frame every two seconds: a reader jumps about in an explanation.
  const int rate = std::max(1, options.frame_rate.num / std::max(1, options.frame_rate.den));
  codec_->gop_size = std::clamp(2 * rate, 12, 250);
  codec_->flags |= AV_CODEC_FLAG_BITEXACT;
  if (options.wants_global_header) codec_->flags |= AV_CODEC_FLAG_GLOBAL_HEADER;
  set_quality(codec_.get(), name);
  if (const int code = avcodec_open2(codec_.get(), encoder, nullptr); code < 0) {
    throw encoder_error(name, code);
  }
  return true;
}

void VideoEncoder::make_scaler() {
  scaler_.reset(sws_alloc_context());
  if (!scaler_) throw std::bad_alloc();
  const std::pair<const char*, std::int64_t> settings[] = {
      {"srcw", width_},
      {"srch", height_},
      {"src_format", AV_PIX_FMT_RGB24},
      {"dstw", width_},
      {"dsth", height_},
      {"dst_format", AV_PIX_FMT_YUV420P},
      {"sws_flags", SWS_BICUBIC | SWS_ACCURATE_RND | SWS_FULL_CHR_H_INP},
      {"src_range", 1},
      {"dst_range", 0},
      {"dst_h_chr_pos", 0},
      {"dst_v_chr_pos", 128}};
  for (const auto& [name, value] : settings) av_opt_set_int(scaler_.get(), name, value, 0);
  const int code = sws_init_context(scaler_.get(), nullptr, nullptr);
  if (code < 0) throw encoder_error("colour conversion", code);
  const int* matrix = sws_getCoefficients(SWS_CS_ITU709);
  sws_setColorspaceDetails(scaler_.get(), matrix, 1, matrix, 0, 0, 1 << 16, 1 << 16);
}

void VideoEncoder::fill_frame(const Picture& picture) {
  // Rows are copied with room behind them: swscale's SIMD reads past their ends.
  const std::size_t own = static_cast<std::size_t>(picture.width) * 3;
  const std::size_t stride = (static_cast<std::size_t>(width_) * 3 + 63) / 64 * 64;
  padded_.resize(stride * static_cast<std::size_t>(height_) + 64);
  for (int y = 0; y < height_; ++y) {
    const int from = std::min(y, picture.height - 1);
    const std::uint8_t* in = picture.rgb.data() + static_cast<std::size_t>(from) * own;
    std::uint8_t* out = padded_.data() + static_cast<std::size_t>(y) * stride;
    std::memcpy(out, in, own);
    if (picture.width < width_) std::memcpy(out + own, in + own - 3, 3);
  }
  const std::uint8_t* planes[4] = {padded_.data(), nullptr, nullptr, nullptr};
  const int strides[4] = {static_cast<int>(stride), 0, 0, 0};
  if (av_frame_make_writable(frame_.get()) < 0) throw std::bad_alloc();
  sws_scale(scaler_.get(), planes, strides, 0, height_, frame_->data, frame_->linesize);
}

void VideoEncoder::encode(const Picture& picture, std::int64_t ticks, std::int64_t duration,
                          const TakePacket& take) {
  fill_frame(picture);
  frame_->pts = ticks;
  durations_[ticks] = duration;
  const int code = avcodec_send_frame(codec_.get(), frame_.get());
  if (code < 0) throw encoder_error(codec_->codec->name, code);
  drain(take);
}

void VideoEncoder::finish(const TakePacket& take) {
  const int code = avcodec_send_frame(codec_.get(), nullptr);
  if (code < 0 && code != AVERROR_EOF) throw encoder_error(codec_->codec->name, code);
  drain(take);
}

void VideoEncoder::drain(const TakePacket& take) {
  while (true) {
    const int code = avcodec_receive_packet(codec_.get(), packet_.get());
    if (code == AVERROR(EAGAIN) || code == AVERROR_EOF) return;
    if (code < 0) throw encoder_error(codec_->codec->name, code);
    // Encoders do not hand durations through; containers want the last one.
    if (const auto found = durations_.find(packet_->pts); found != durations_.end()) {
      packet_->duration = found->second;
      durations_.erase(found);
    }
    take(packet_.get());
    av_packet_unref(packet_.get());
  }
}

}  // namespace praxiscope
