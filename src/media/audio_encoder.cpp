#include "media/audio_encoder.h"

#include "praxiscope/error.h"

extern "C" {
#include <libavfilter/buffersink.h>
#include <libavfilter/buffersrc.h>
#include <libavutil/channel_layout.h>
}

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <new>
#include <string_view>

namespace praxiscope {
namespace {

constexpr std::array kAacRates = {96000, 88200, 64000, 48000, 44100, 32000,
                                  24000, 22050, 16000, 12000, 11025, 8000};

int choose_rate(std::string_view encoder, int source) {
  if (encoder == "libopus") return 48000;
  if (encoder == "aac") {
    return std::find(kAacRates.begin(), kAacRates.end(), source) != kAacRates.end() ? source
                                                                                    : 48000;
  }
  return std::clamp(source, 8000, 96000);
}

Error sound_error(int code) {
  return Error(ErrorKind::kOutput, fmt::format("cannot encode sound: {}", error_text(code)));
}

}  // namespace

AudioEncoder::AudioEncoder(Input* input, const char* name, bool wants_global_header)
    : input_(input), decoder_(input, {.limits = {}, .threads = 1}) {
  open_codec(name, wants_global_header);
}

void AudioEncoder::open_codec(const char* name, bool wants_global_header) {
  const AVCodec* encoder = avcodec_find_encoder_by_name(name);
  if (encoder == nullptr) throw sound_error(AVERROR_ENCODER_NOT_FOUND);
  codec_.reset(avcodec_alloc_context3(encoder));
  if (!codec_) throw std::bad_alloc();
  const AVCodecParameters& source = *input_->stream().codecpar;
  const int channels = std::clamp(source.ch_layout.nb_channels, 1, 2);
  codec_->sample_rate = choose_rate(name, source.sample_rate);
  codec_->sample_fmt = std::string_view(name) == "libopus" ? AV_SAMPLE_FMT_FLT : AV_SAMPLE_FMT_FLTP;
  av_channel_layout_default(&codec_->ch_layout, channels);
  codec_->time_base = {1, codec_->sample_rate};
  codec_->bit_rate = channels * 80000;
  codec_->flags |= AV_CODEC_FLAG_BITEXACT;
  if (wants_global_header) codec_->flags |= AV_CODEC_FLAG_GLOBAL_HEADER;
  if (const int code = avcodec_open2(codec_.get(), encoder, nullptr); code < 0) {
    throw sound_error(code);
  }
}

void AudioEncoder::build_graph(const AVFrame& first) {
  graph_.reset(avfilter_graph_alloc());
  if (!graph_) throw std::bad_alloc();
  graph_->nb_threads = 1;
  AVChannelLayout layout{};
  if (first.ch_layout.order == AV_CHANNEL_ORDER_UNSPEC) {
    av_channel_layout_default(&layout, first.ch_layout.nb_channels);
  } else {
    av_channel_layout_copy(&layout, &first.ch_layout);
  }
  char layout_name[128] = {};
  av_channel_layout_describe(&layout, layout_name, sizeof(layout_name));
  av_channel_layout_uninit(&layout);
  const AVRational tick = input_->stream().time_base;
  const std::string source =
      fmt::format("time_base={}/{}:sample_rate={}:sample_fmt={}:channel_layout={}", tick.num,
                  tick.den, first.sample_rate,
                  av_get_sample_fmt_name(static_cast<AVSampleFormat>(first.format)), layout_name);
  int code = avfilter_graph_create_filter(&entry_, avfilter_get_by_name("abuffer"), "in",
                                          source.c_str(), nullptr, graph_.get());
  if (code < 0) throw sound_error(code);
  code = avfilter_graph_create_filter(&exit_, avfilter_get_by_name("abuffersink"), "out", nullptr,
                                      nullptr, graph_.get());
  if (code < 0) throw sound_error(code);
  const int frame_size = codec_->frame_size > 0 ? codec_->frame_size : 1024;
  const std::string chain = fmt::format(
      "[in]aresample=async=1,aformat=sample_fmts={}:sample_rates={}:channel_layouts={},"
      "asetnsamples=n={}:p=0[out]",
      av_get_sample_fmt_name(codec_->sample_fmt), codec_->sample_rate,
      codec_->ch_layout.nb_channels == 1 ? "mono" : "stereo", frame_size);
  link_filters(graph_.get(), chain, entry_, exit_);
}

bool AudioEncoder::feed() {
  // One decoded frame in, as many filtered frames out as there are.
  const FramePtr frame = decoder_.next();
  if (frame && !graph_) build_graph(*frame);
  if (!graph_) return false;
  int code = av_buffersrc_add_frame(entry_, frame.get());
  while (code >= 0) {
    const FramePtr filtered = make_frame();
    code = av_buffersink_get_frame(exit_, filtered.get());
    if (code < 0) break;
    filtered->pts =
        av_rescale_q(filtered->pts, av_buffersink_get_time_base(exit_), codec_->time_base);
    code = avcodec_send_frame(codec_.get(), filtered.get());
  }
  if (code < 0 && code != AVERROR(EAGAIN) && code != AVERROR_EOF) throw sound_error(code);
  return frame != nullptr;
}

bool AudioEncoder::next(AVPacket* packet) {
  while (true) {
    const int code = avcodec_receive_packet(codec_.get(), packet);
    if (code >= 0) return true;
    if (code != AVERROR(EAGAIN) || is_drained_) return false;
    if (!feed()) {
      is_drained_ = true;
      avcodec_send_frame(codec_.get(), nullptr);
    }
  }
}

}  // namespace praxiscope
