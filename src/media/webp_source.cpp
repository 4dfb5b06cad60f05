// FrameSource over libwebp: animated WebP, which FFmpeg 5 and 6 cannot decode.
#include "core/text.h"
#include "media/input.h"
#include "media/sources.h"

#include "praxiscope/error.h"

#include <fmt/format.h>
#include <webp/demux.h>

#include <utility>

namespace praxiscope {
namespace {

constexpr std::size_t kMostBytes = std::size_t{256} * 1024 * 1024;
/// What browsers show for frames whose duration is 0.
constexpr int kDurationForZeroMs = 100;

class AnimatedWebpSource final : public FrameSource {
 public:
  AnimatedWebpSource(const std::string& name, ByteReader& bytes, const SourceOptions& options);

  const MediaInfo& info() const override { return info_; }
  std::optional<Frame> next() override;
  std::vector<std::string> take_warnings() override { return std::exchange(warnings_, {}); }

 private:
  std::shared_ptr<const Picture> picture_from(const std::uint8_t* rgba);

  SourceOptions options_;
  std::vector<std::uint8_t> bytes_;  // before decoder_, which reads from it
  std::unique_ptr<WebPAnimDecoder, FreeBy<WebPAnimDecoderDelete>> decoder_;
  MediaInfo info_;
  std::vector<std::string> warnings_;
  std::optional<Converter> converter_;
  FramePtr canvas_;
  std::int64_t now_ms_ = 0;
  int previous_end_ms_ = 0;
  std::int64_t index_ = 0;
  bool is_broken_ = false;
};

Error webp_error(const std::string& name, std::string_view rest) {
  return Error(ErrorKind::kInput, fmt::format("cannot read {}: {}", in_quotes(name), rest));
}

AnimatedWebpSource::AnimatedWebpSource(const std::string& name, ByteReader& bytes,
                                       const SourceOptions& options)
    : options_(options), bytes_(bytes.read_all(kMostBytes)), canvas_(make_frame()) {
  const WebPData data{bytes_.data(), bytes_.size()};
  // The canvas is checked before the decoder allocates it.
  const std::unique_ptr<WebPDemuxer, FreeBy<WebPDemuxDelete>> demuxer(WebPDemux(&data));
  if (!demuxer) throw webp_error(name, "found an animated WebP that is damaged or cut off");
  info_.path = name;
  info_.container = info_.codec = "webp";
  info_.pixel_format = "rgba";
  info_.width = info_.coded_width =
      static_cast<int>(WebPDemuxGetI(demuxer.get(), WEBP_FF_CANVAS_WIDTH));
  info_.height = info_.coded_height =
      static_cast<int>(WebPDemuxGetI(demuxer.get(), WEBP_FF_CANVAS_HEIGHT));
  check_picture_size(name, info_.width, info_.height, options_.limits);
  const std::uint32_t count = WebPDemuxGetI(demuxer.get(), WEBP_FF_FRAME_COUNT);
  info_.color = "rgb over black";
  info_.time_base = Rational(1, 1000);
  info_.frame_count_from_header = count;
  info_.is_still = count == 1;
  info_.is_live = !bytes.is_seekable();
  std::int64_t total_ms = 0;
  WebPIterator frame;
  for (int ok = WebPDemuxGetFrame(demuxer.get(), 1, &frame); ok != 0;
       ok = WebPDemuxNextFrame(&frame)) {
    total_ms += frame.duration > 0 ? frame.duration : kDurationForZeroMs;
  }
  WebPDemuxReleaseIterator(&frame);
  if (!info_.is_still && total_ms > 0) {
    info_.duration = Rational(total_ms, 1000);
    info_.frame_rate = Rational::of(count) / *info_.duration;
  }
  WebPAnimDecoderOptions settings;
  WebPAnimDecoderOptionsInit(&settings);
  settings.color_mode = MODE_RGBA;
  decoder_.reset(WebPAnimDecoderNew(&data, &settings));
  if (!decoder_ || count == 0) throw webp_error(name, "found a WebP without frames");
  const PixelSize size = options_.size.value_or(PixelSize{info_.width, info_.height});
  info_.width = size.width;
  info_.height = size.height;
  converter_.emplace(size, Orientation{});
}

std::shared_ptr<const Picture> AnimatedWebpSource::picture_from(const std::uint8_t* rgba) {
  canvas_->format = AV_PIX_FMT_RGBA;
  canvas_->width = info_.coded_width;
  canvas_->height = info_.coded_height;
  canvas_->data[0] = const_cast<std::uint8_t*>(rgba);  // only read
  canvas_->linesize[0] = info_.coded_width * 4;
  return converter_->convert(*canvas_);
}

std::optional<Frame> AnimatedWebpSource::next() {
  if (is_broken_ || WebPAnimDecoderHasMoreFrames(decoder_.get()) == 0) return std::nullopt;
  std::uint8_t* rgba = nullptr;
  int end_ms = 0;
  if (WebPAnimDecoderGetNext(decoder_.get(), &rgba, &end_ms) == 0) {
    if (index_ == 0)
      throw webp_error(info_.path, "found an animated WebP whose frames are damaged");
    warnings_.push_back(fmt::format("{} is damaged (frame {}); the frames before it are used",
                                    in_quotes(info_.path), index_));
    is_broken_ = true;
    return std::nullopt;
  }
  const int duration_ms = end_ms - previous_end_ms_;
  previous_end_ms_ = end_ms;
  Frame frame;
  frame.pts = Rational(now_ms_, 1000);
  frame.duration = Rational(duration_ms > 0 ? duration_ms : kDurationForZeroMs, 1000);
  frame.index = index_++;
  now_ms_ += duration_ms > 0 ? duration_ms : kDurationForZeroMs;
  if (options_.with_pictures) frame.picture = picture_from(rgba);
  return frame;
}

}  // namespace

std::unique_ptr<FrameSource> open_animated_webp(const std::string& input,
                                                std::unique_ptr<ByteReader> bytes,
                                                const SourceOptions& options) {
  silence_logs();
  return std::make_unique<AnimatedWebpSource>(input, *bytes, options);
}

}  // namespace praxiscope
