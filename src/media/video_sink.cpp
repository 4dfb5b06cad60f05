// FrameSink for .mp4 .mov .mkv .webm: pictures and the source's sound, on one clock.
#include "core/text.h"
#include "media/audio_track.h"
#include "media/muxer.h"
#include "media/sinks.h"
#include "media/video_encoder.h"

#include "praxiscope/error.h"

#include <fmt/format.h>

#include <climits>
#include <utility>

namespace praxiscope {
namespace {

struct Container {
  const char* format;
  AudioFit audio;
  bool keeps_time_base;  ///< otherwise milliseconds
};

Container container_of(const std::string& path) {
  const std::string ending = lower_ending(path);
  if (ending == ".mkv") return {"matroska", AudioFit::kMatroska, false};
  if (ending == ".webm") return {"webm", AudioFit::kWebm, false};
  if (ending == ".mov") return {"mov", AudioFit::kMov, true};
  return {"mp4", AudioFit::kMp4, true};
}

/// The tick of the file: the source's own where the container can hold it and it is not absurd.
AVRational choose_time_base(const Container& container, const Rational& wanted) {
  constexpr std::int64_t kMostTicksPerSecond = 10'000'000;
  const bool is_sane = wanted > Rational() && wanted.num() <= INT_MAX &&
                       wanted.den() <= kMostTicksPerSecond && wanted <= Rational::of(1);
  if (!container.keeps_time_base) return {1, 1000};
  return is_sane ? to_av(wanted) : AVRational{1, 90000};
}

class VideoSink final : public FrameSink {
 public:
  VideoSink(const std::string& path, const FrameSinkOptions& options);

  void write(const Picture& picture, const Rational& pts, const Rational& duration) override;
  void finish() override;
  void publish() override;
  std::vector<std::string> take_warnings() override { return std::exchange(warnings_, {}); }

 private:
  VideoEncoderOptions encoder_options() const;
  void mux(AVPacket* packet);

  FrameSinkOptions options_;
  Container container_;
  Rational tick_;
  std::vector<std::string> warnings_;
  Muxer muxer_;
  VideoEncoder encoder_;
  AVStream* stream_ = nullptr;
  std::unique_ptr<AudioTrack> audio_;  // last: it writes into muxer_
  std::optional<std::int64_t> last_ticks_;
  Rational end_;
  bool is_finished_ = false;
  bool has_warned_of_ticks_ = false;
};

VideoSink::VideoSink(const std::string& path, const FrameSinkOptions& options)
    : options_(options),
      container_(container_of(path)),
      tick_(from_av(choose_time_base(container_, options.time_base))),
      muxer_(path, container_.format, options),
      encoder_(encoder_options()) {
  stream_ = &muxer_.add_stream(&encoder_.context());
  if (!options.audio_from.empty()) {
    audio_ = AudioTrack::open(options.audio_from, container_.audio, &muxer_, &warnings_);
  }
  Dictionary settings;
  if (container_.keeps_time_base) settings.set("movflags", "+faststart");
  muxer_.write_header(settings.out());
}

VideoEncoderOptions VideoSink::encoder_options() const {
  const Rational rate = options_.frame_rate.value_or(Rational::of(25));
  return {.width = options_.width,
          .height = options_.height,
          .time_base = to_av(tick_),
          .frame_rate = to_av(rate > Rational() ? rate : Rational::of(25)),
          .is_webm = container_.audio == AudioFit::kWebm,
          .wants_global_header = true,
          .threads = options_.threads};
}

void VideoSink::write(const Picture& picture, const Rational& pts, const Rational& duration) {
  check_written_size(picture, options_);
  std::int64_t ticks = pts.rounded_to(tick_);
  if (last_ticks_ && ticks <= *last_ticks_) {
    ticks = *last_ticks_ + 1;
    if (!std::exchange(has_warned_of_ticks_, true)) {
      warnings_.push_back(fmt::format("{}: frames closer than {} s are set apart by that",
                                      in_quotes(muxer_.path()), tick_.to_string()));
    }
  }
  if (!last_ticks_ && audio_) audio_->set_begin(pts);
  last_ticks_ = ticks;
  end_ = pts + duration;
  const std::int64_t length = std::max<std::int64_t>(1, end_.rounded_to(tick_) - ticks);
  encoder_.encode(picture, ticks, length, [this](AVPacket* packet) { mux(packet); });
}

void VideoSink::mux(AVPacket* packet) {
  const AVRational tick = to_av(tick_);
  // Sound first, up to this packet's time: the muxer then never has to hold much back.
  if (audio_ && packet->dts != AV_NOPTS_VALUE) audio_->write_until(seconds(packet->dts, tick_));
  av_packet_rescale_ts(packet, tick, stream_->time_base);
  packet->stream_index = stream_->index;
  muxer_.write(packet);
}

void VideoSink::finish() {
  if (!last_ticks_) throw output_error(muxer_.path(), "no picture came; expected at least one");
  encoder_.finish([this](AVPacket* packet) { mux(packet); });
  if (audio_) audio_->finish(end_);
  muxer_.finish();
  is_finished_ = true;
}

void VideoSink::publish() {
  if (!is_finished_) throw Error(ErrorKind::kInternal, "sink: publish() before finish()");
  muxer_.publish();
}

}  // namespace

std::unique_ptr<FrameSink> open_video_sink(const std::string& path,
                                           const FrameSinkOptions& options) {
  return std::make_unique<VideoSink>(path, options);
}

}  // namespace praxiscope
