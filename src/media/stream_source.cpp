// FrameSource over FFmpeg: one video stream, its frames mended in time and turned upright.
#include "core/text.h"
#include "media/color.h"
#include "media/decoder.h"
#include "media/pts_clock.h"
#include "media/sources.h"

#include "praxiscope/error.h"

extern "C" {
#include <libavutil/pixdesc.h>
}

#include <fmt/format.h>

#include <algorithm>
#include <cstdlib>
#include <utility>

namespace praxiscope {
namespace {

constexpr std::int64_t kAbsurdTicks = std::int64_t{1} << 56;

class StreamSource final : public FrameSource {
 public:
  StreamSource(const std::string& name, std::unique_ptr<ByteReader> bytes,
               const SourceOptions& options);

  const MediaInfo& info() const override { return info_; }
  std::optional<Frame> next() override;
  std::vector<std::string> take_warnings() override { return std::exchange(warnings_, {}); }

 private:
  struct Timed {
    FramePtr frame;
    std::int64_t ticks = 0;
  };

  Timed decode_next();
  void fill_container_info();
  void fill_picture_info(const AVFrame& first);
  PixelSize choose_size(const AVFrame& first);
  void set_usual_duration();
  std::int64_t duration_ticks(const Timed& now) const;
  void warn_of_damage();
  void warn_at_end(const Timed& last);
  void warn_of_clock();
  void warn_of_size(const AVFrame& frame);
  std::string quoted() const { return in_quotes(info_.path); }

  Input input_;
  Decoder decoder_;  // after input_, from which it reads
  SourceOptions options_;
  MediaInfo info_;
  std::vector<std::string> warnings_;
  std::int64_t usual_ticks_ = 1;
  std::optional<PtsClock> clock_;
  std::optional<Converter> converter_;
  Orientation orientation_;
  Timed current_, following_;
  std::int64_t last_gap_ticks_ = 0;
  std::int64_t index_ = 0;
  bool has_warned_of_damage_ = false, has_warned_of_clock_ = false, has_warned_of_size_ = false;
};

StreamSource::StreamSource(const std::string& name, std::unique_ptr<ByteReader> bytes,
                           const SourceOptions& options)
    : input_(name, std::move(bytes), AVMEDIA_TYPE_VIDEO, options.limits, options.progress),
      decoder_(&input_, {.limits = options.limits,
                         .threads = options.threads,
                         .skips_filters = !options.with_pictures}),
      options_(options) {
  fill_container_info();
  set_usual_duration();
  const std::int64_t ticks_per_second = Rational::of(1).rounded_to(info_.time_base);
  clock_.emplace(usual_ticks_, ticks_per_second);
  current_ = decode_next();
  if (!current_.frame) throw input_.no_frames_error(decoder_.damage());
  // A picture file may carry a second, smaller picture behind the first; only that is wanted.
  const bool is_lone_picture = input_.is_file() && info_.container.ends_with("_pipe");
  if (!is_lone_picture) following_ = decode_next();
  info_.is_still = !following_.frame && input_.is_picture_container();
  if (info_.is_still) info_.frame_rate.reset(), info_.duration.reset();
  fill_picture_info(*current_.frame);
}

void StreamSource::fill_container_info() {
  AVStream& stream = input_.stream();
  info_.path = input_.name();
  info_.container = input_.container();
  info_.codec = avcodec_get_name(stream.codecpar->codec_id);
  info_.time_base = from_av(stream.time_base);
  AVRational rate = stream.avg_frame_rate;
  if (rate.num <= 0 || rate.den <= 0)
    rate = av_guess_frame_rate(&input_.format(), &stream, nullptr);
  if (rate.num > 0 && rate.den > 0) info_.frame_rate = from_av(rate);
  if (stream.duration > 0 && stream.duration < kAbsurdTicks) {
    info_.duration = seconds(stream.duration, info_.time_base);
  } else if (input_.format().duration > 0 && input_.format().duration < kAbsurdTicks) {
    info_.duration = Rational(input_.format().duration, AV_TIME_BASE);
  }
  if (stream.nb_frames > 0) info_.frame_count_from_header = stream.nb_frames;
  info_.has_audio = input_.has_audio();
  info_.is_live = input_.is_live();
}

void StreamSource::set_usual_duration() {
  const Rational rate = info_.frame_rate.value_or(Rational::of(25));
  usual_ticks_ = std::max<std::int64_t>(1, rate.inverse().rounded_to(info_.time_base));
}

Orientation find_orientation(const AVFrame& frame, const AVStream& stream, bool* is_exact) {
  const std::int32_t* matrix = find_display_matrix(stream);
  if (const auto* side = av_frame_get_side_data(&frame, AV_FRAME_DATA_DISPLAYMATRIX)) {
    matrix = reinterpret_cast<const std::int32_t*>(side->data);
  }
  *is_exact = matrix == nullptr || is_quarter_turn(matrix);
  if (matrix != nullptr) return orientation_from_matrix(matrix);
  const AVDictionaryEntry* tag = av_dict_get(frame.metadata, "Orientation", nullptr, 0);
  if (tag == nullptr) return {};
  return orientation_from_exif(std::atoi(tag->value)).value_or(Orientation{});
}

PixelSize StreamSource::choose_size(const AVFrame& first) {
  const PixelSize stored{first.width, first.height};
  check_picture_size(info_.path, stored.width, stored.height, options_.limits);
  AVRational aspect = av_guess_sample_aspect_ratio(&input_.format(), &input_.stream(),
                                                   const_cast<AVFrame*>(&first));
  if (aspect.num <= 0 || aspect.den <= 0) aspect = {1, 1};
  info_.sample_aspect = from_av(aspect);
  constexpr int kMostStretch = 20;
  const Rational most = Rational::of(kMostStretch);
  if (info_.sample_aspect > most || info_.sample_aspect < most.inverse()) {
    warnings_.push_back(fmt::format("{}: pixels of shape {} make no sense; taken as square",
                                    quoted(), info_.sample_aspect.to_string()));
    return stored;
  }
  const PixelSize square = square_pixel_size(stored, info_.sample_aspect);
  check_picture_size(info_.path, square.width, square.height, options_.limits);
  return square;
}

void StreamSource::fill_picture_info(const AVFrame& first) {
  const char* format = av_get_pix_fmt_name(static_cast<AVPixelFormat>(first.format));
  info_.pixel_format = format == nullptr ? "unknown" : format;
  info_.coded_width = first.width;
  info_.coded_height = first.height;
  info_.color = describe_color(first);
  bool is_exact = true;
  orientation_ = find_orientation(first, input_.stream(), &is_exact);
  if (!is_exact) {
    warnings_.push_back(
        fmt::format("{}: asks for a turn that is not a quarter; the nearest is taken", quoted()));
  }
  info_.rotation_deg = orientation_.rotation_deg();
  info_.is_mirrored = orientation_.is_mirrored();
  PixelSize size = choose_size(first);
  if (orientation_.swaps_sides()) std::swap(size.width, size.height);
  if (options_.size) size = *options_.size;
  info_.width = size.width;
  info_.height = size.height;
  converter_.emplace(size, orientation_);
}

StreamSource::Timed StreamSource::decode_next() {
  Timed next;
  next.frame = decoder_.next();
  if (!next.frame) return next;
  const AVFrame& frame = *next.frame;
  std::optional<std::int64_t> raw;
  const std::int64_t stamp = frame.pts != AV_NOPTS_VALUE ? frame.pts : frame.best_effort_timestamp;
  if (stamp != AV_NOPTS_VALUE && std::abs(stamp) < kAbsurdTicks) raw = stamp;
  const std::int64_t duration = frame_duration(frame);
  next.ticks = clock_->stamp(raw, duration < kAbsurdTicks ? duration : 0);
  return next;
}

std::int64_t StreamSource::duration_ticks(const Timed& now) const {
  if (following_.frame) return following_.ticks - now.ticks;
  const std::int64_t own = frame_duration(*now.frame);
  // FFmpeg's mov reader takes the start of the stream off the duration of the last frame.
  const AVStream& stream = input_.stream();
  if (info_.container.starts_with("mov") && stream.start_time > 0 &&
      stream.duration < kAbsurdTicks && stream.nb_frames == index_ + 1) {
    const std::int64_t rest = stream.start_time + stream.duration - now.ticks;
    if (rest > 0) return rest;
  }
  if (own > 0 && own < kAbsurdTicks) return own;
  return last_gap_ticks_ > 0 ? last_gap_ticks_ : usual_ticks_;
}

std::optional<Frame> StreamSource::next() {
  if (!current_.frame) return std::nullopt;
  warn_of_damage();
  warn_of_clock();
  warn_of_size(*current_.frame);
  Frame out;
  out.pts = seconds(current_.ticks, info_.time_base);
  out.duration = seconds(duration_ticks(current_), info_.time_base);
  out.index = index_++;
  if (options_.with_pictures) {
    try {
      out.picture = converter_->convert(*current_.frame);
    } catch (const Error& error) {
      throw error.with_context(quoted());
    }
  }
  if (following_.frame) {
    last_gap_ticks_ = following_.ticks - current_.ticks;
    current_ = std::move(following_);
    following_ = decode_next();
  } else {
    warn_at_end(current_);
    current_ = {};
  }
  return out;
}

void StreamSource::warn_of_damage() {
  if (has_warned_of_damage_ || decoder_.damage().empty()) return;
  has_warned_of_damage_ = true;
  warnings_.push_back(fmt::format(
      "{} is damaged (near {:.2f} s: {}); the frames that can be "
      "decoded are used",
      quoted(), seconds(current_.ticks, info_.time_base).to_double(), decoder_.damage()));
}

void StreamSource::warn_at_end(const Timed& last) {
  warn_of_damage();
  const AVStream& stream = input_.stream();
  if (has_warned_of_damage_ || info_.is_still || stream.duration <= 0 ||
      stream.duration >= kAbsurdTicks) {
    return;
  }
  const std::int64_t begin = stream.start_time == AV_NOPTS_VALUE ? 0 : stream.start_time;
  const std::int64_t missing = begin + stream.duration - last.ticks - duration_ticks(last);
  if (missing <= std::max(3 * usual_ticks_, stream.duration / 50)) return;
  has_warned_of_damage_ = true;
  warnings_.push_back(
      fmt::format("{} ends early: {:.2f} s of the {:.2f} s it announces could be decoded", quoted(),
                  seconds(stream.duration - missing, info_.time_base).to_double(),
                  seconds(stream.duration, info_.time_base).to_double()));
}

void StreamSource::warn_of_clock() {
  if (has_warned_of_clock_ || clock_->mended() == 0) return;
  has_warned_of_clock_ = true;
  warnings_.push_back(fmt::format(
      "{}: time stamps that repeat or go back (near {:.2f} s) were mended to go forward", quoted(),
      seconds(current_.ticks, info_.time_base).to_double()));
}

void StreamSource::warn_of_size(const AVFrame& frame) {
  if (has_warned_of_size_ ||
      (frame.width == info_.coded_width && frame.height == info_.coded_height)) {
    return;
  }
  check_picture_size(info_.path, frame.width, frame.height, options_.limits);
  has_warned_of_size_ = true;
  warnings_.push_back(fmt::format(
      "{}: the size changes from {}x{} to {}x{} px at {:.2f} s; all frames are scaled to the first",
      quoted(), info_.coded_width, info_.coded_height, frame.width, frame.height,
      seconds(current_.ticks, info_.time_base).to_double()));
}

}  // namespace

std::unique_ptr<FrameSource> open_stream(const std::string& input,
                                         std::unique_ptr<ByteReader> bytes,
                                         const SourceOptions& options) {
  return std::make_unique<StreamSource>(input, std::move(bytes), options);
}

}  // namespace praxiscope
