#include "media/decoder.h"

#include "core/text.h"

#include "praxiscope/error.h"

#include <fmt/format.h>

#include <algorithm>
#include <new>

namespace praxiscope {

Decoder::Decoder(Input* input, const DecoderOptions& options)
    : input_(input), packet_(make_packet()) {
  const AVCodecParameters& parameters = *input_->stream().codecpar;
  const AVCodec* codec = avcodec_find_decoder(parameters.codec_id);
  if (codec == nullptr) {
    throw Error(ErrorKind::kInput,
                fmt::format("cannot read {}: this FFmpeg has no decoder for {}; convert it to "
                            "H.264 first",
                            in_quotes(input_->name()), avcodec_get_name(parameters.codec_id)));
  }
  codec_.reset(avcodec_alloc_context3(codec));
  if (!codec_) throw std::bad_alloc();
  int code = avcodec_parameters_to_context(codec_.get(), &parameters);
  codec_->pkt_timebase = input_->stream().time_base;
  codec_->max_pixels = options.limits.max_pixels;
  if (options.skips_filters) codec_->skip_loop_filter = AVDISCARD_ALL;
  codec_->thread_count = input_->is_picture_container() ? 1 : std::clamp(options.threads, 1, 2);
  // Not FF_THREAD_FRAME: frames of a damaged stream would differ from run to run, and every thread
  // would hold a frame of its own.
  codec_->thread_type = FF_THREAD_SLICE;
  // Picture decoders report damage only in their log; see silence_logs().
  codec_->opaque = input_->is_picture_container() ? &has_complained_ : nullptr;
  if (code >= 0) code = avcodec_open2(codec_.get(), codec, nullptr);
  if (code < 0) {
    throw Error(ErrorKind::kInput,
                fmt::format("cannot read {}: its {} stream cannot be opened: {}",
                            in_quotes(input_->name()), codec->name, error_text(code)));
  }
}

void Decoder::note_damage(const std::string& reason) {
  if (damage_.empty()) damage_ = reason;
}

void Decoder::send_packet() {
  int code = 0;
  if (input_->read(packet_.get())) {
    code = avcodec_send_packet(codec_.get(), packet_.get());
    av_packet_unref(packet_.get());
  } else {
    is_draining_ = true;
    code = avcodec_send_packet(codec_.get(), nullptr);
  }
  if (code < 0 && code != AVERROR_EOF) note_damage(error_text(code));
}

FramePtr Decoder::next() {
  constexpr int kMostErrorsInARow = 1000;
  FramePtr frame = make_frame();
  while (!is_done_) {
    const int code = avcodec_receive_frame(codec_.get(), frame.get());
    if (code >= 0) {
      errors_in_a_row_ = 0;
      if ((frame->flags & AV_FRAME_FLAG_CORRUPT) != 0 || frame->decode_error_flags != 0) {
        note_damage("parts of a frame could not be decoded");
      }
      if (has_complained_) note_damage("parts of the picture could not be decoded");
      return frame;
    }
    if (code == AVERROR(EAGAIN) && !is_draining_) {
      send_packet();
    } else if (code == AVERROR_EOF || code == AVERROR(EAGAIN)) {
      is_done_ = true;
    } else {
      note_damage(error_text(code));
      if (++errors_in_a_row_ > kMostErrorsInARow) is_done_ = true;
    }
  }
  return nullptr;
}

}  // namespace praxiscope
