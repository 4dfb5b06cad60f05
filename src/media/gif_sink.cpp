// FrameSink for .gif: every frame its own palette, times in hundredths of a second from 0.
#include "core/text.h"
#include "media/muxer.h"
#include "media/palette.h"
#include "media/sinks.h"

#include "praxiscope/error.h"

extern "C" {
#include <libavutil/opt.h>
}

#include <fmt/format.h>

#include <algorithm>
#include <new>
#include <optional>
#include <utility>

namespace praxiscope {
namespace {

const Rational kHundredth(1, 100);
/// Browsers show frames with a shorter delay ten times a second instead.
constexpr std::int64_t kShortestDelay = 2;

class GifSink final : public FrameSink {
 public:
  GifSink(const std::string& path, const FrameSinkOptions& options);

  void write(const Picture& picture, const Rational& pts, const Rational& duration) override;
  void finish() override;
  void publish() override;
  std::vector<std::string> take_warnings() override { return std::exchange(warnings_, {}); }

 private:
  void open_codec();
  void encode(AVFrame* frame);

  FrameSinkOptions options_;
  std::vector<std::string> warnings_;
  Muxer muxer_;
  CodecPtr codec_;
  AVStream* stream_ = nullptr;
  PacketPtr packet_;
  Rational begin_, end_;
  std::optional<std::int64_t> last_ticks_;
  bool has_warned_ = false, is_finished_ = false;
};

GifSink::GifSink(const std::string& path, const FrameSinkOptions& options)
    : options_(options), muxer_(path, "gif", options), packet_(make_packet()) {
  open_codec();
  stream_ = &muxer_.add_stream(codec_.get());
  muxer_.write_header(nullptr);
}

void GifSink::open_codec() {
  const AVCodec* encoder = avcodec_find_encoder(AV_CODEC_ID_GIF);
  if (encoder == nullptr) throw output_error(muxer_.path(), "this FFmpeg has no GIF encoder");
  codec_.reset(avcodec_alloc_context3(encoder));
  if (!codec_) throw std::bad_alloc();
  codec_->width = options_.width;
  codec_->height = options_.height;
  codec_->pix_fmt = AV_PIX_FMT_PAL8;
  codec_->time_base = {1, 100};
  const int code = avcodec_open2(codec_.get(), encoder, nullptr);
  if (code < 0) throw output_error(muxer_.path(), error_text(code));
}

void GifSink::write(const Picture& picture, const Rational& pts, const Rational& duration) {
  check_written_size(picture, options_);
  if (!last_ticks_) begin_ = pts;
  const std::int64_t ticks = (pts - begin_).rounded_to(kHundredth);
  end_ = pts + duration - begin_;
  if (last_ticks_ && ticks - *last_ticks_ < kShortestDelay) {
    if (!std::exchange(has_warned_, true)) {
      warnings_.push_back(
          fmt::format("{}: a GIF shows at most 50 frames a second; the frames "
                      "between are left out",
                      in_quotes(muxer_.path())));
    }
    return;
  }
  last_ticks_ = ticks;
  const FramePtr frame = make_frame();
  frame->format = AV_PIX_FMT_PAL8;
  frame->width = picture.width;
  frame->height = picture.height;
  frame->sample_aspect_ratio = {1, 1};
  frame->pts = ticks;
  if (av_frame_get_buffer(frame.get(), 0) < 0) throw std::bad_alloc();
  // One palette a frame keeps the memory constant: a common one needs the whole video first.
  Palette palette(picture);
  palette.apply(picture, frame->data[0], frame->linesize[0]);
  auto* table = reinterpret_cast<std::uint32_t*>(frame->data[1]);
  std::fill(table, table + 256, 0xff000000u);
  std::transform(palette.colors().begin(), palette.colors().end(), table,
                 [](std::uint32_t color) { return 0xff000000u | color; });
  encode(frame.get());
}

void GifSink::encode(AVFrame* frame) {
  int code = avcodec_send_frame(codec_.get(), frame);
  while (code >= 0) {
    code = avcodec_receive_packet(codec_.get(), packet_.get());
    if (code < 0) break;
    av_packet_rescale_ts(packet_.get(), codec_->time_base, stream_->time_base);
    packet_->stream_index = stream_->index;
    muxer_.write(packet_.get());
  }
  if (code != AVERROR(EAGAIN) && code != AVERROR_EOF) {
    throw output_error(muxer_.path(), error_text(code));
  }
}

void GifSink::finish() {
  if (!last_ticks_) throw output_error(muxer_.path(), "no picture came; expected at least one");
  encode(nullptr);
  const std::int64_t last = end_.rounded_to(kHundredth) - *last_ticks_;
  av_opt_set_int(muxer_.format().priv_data, "final_delay",
                 std::clamp<std::int64_t>(last, kShortestDelay, 65535), 0);
  muxer_.finish();
  is_finished_ = true;
}

void GifSink::publish() {
  if (!is_finished_) throw Error(ErrorKind::kInternal, "sink: publish() before finish()");
  muxer_.publish();
}

}  // namespace

std::unique_ptr<FrameSink> open_gif_sink(const std::string& path, const FrameSinkOptions& options) {
  return std::make_unique<GifSink>(path, options);
}

}  // namespace praxiscope
