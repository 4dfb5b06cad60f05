#include "media/input.h"

#include "core/text.h"
#include "media/recognize.h"

#include <fmt/format.h>

#include <algorithm>
#include <new>
#include <utility>
#include <vector>

namespace praxiscope {
namespace {

/// Demuxers that would make a video out of any text.
bool is_text_art(std::string_view container) {
  for (const char* name : {"tty", "bin", "xbin", "adf", "idf", "txd"}) {
    if (container == name) return true;
  }
  return false;
}

Error input_error(const std::string& name, const std::string& rest) {
  return Error(ErrorKind::kInput, fmt::format("cannot read {}: {}", in_quotes(name), rest));
}

/// Names what a container holds besides video: "sound (mp3)", "sound (aac) and 1 other stream".
std::string streams_found(const AVFormatContext& format) {
  std::string sound;
  unsigned others = 0;
  bool has_cover = false;
  for (unsigned i = 0; i < format.nb_streams; ++i) {
    const AVStream& stream = *format.streams[i];
    if (stream.codecpar->codec_type == AVMEDIA_TYPE_AUDIO && sound.empty()) {
      sound = fmt::format("sound only ({})", avcodec_get_name(stream.codecpar->codec_id));
    } else if ((stream.disposition & AV_DISPOSITION_ATTACHED_PIC) != 0) {
      has_cover = true;
    } else {
      ++others;
    }
  }
  if (sound.empty()) return fmt::format("{} stream(s), none of them video", others);
  return sound + (has_cover ? " with a cover picture" : "");
}

}  // namespace

void check_picture_size(const std::string& name, std::int64_t width, std::int64_t height,
                        const MediaLimits& limits) {
  if (width <= limits.max_side_px && height <= limits.max_side_px &&
      width * height <= limits.max_pixels) {
    return;
  }
  throw input_error(name,
                    fmt::format("found {}x{} px, expected at most {} px a side and {} "
                                "megapixels; scale it down first",
                                width, height, limits.max_side_px, limits.max_pixels / 1000000));
}

Input::Input(const std::string& name, std::unique_ptr<ByteReader> bytes, AVMediaType stream,
             const MediaLimits& limits, const Progress* progress)
    : name_(name), progress_(progress), bytes_(std::move(bytes)) {
  silence_logs();
  if (bytes_) {
    if (const auto trouble = find_hopeless(bytes_->head(), bytes_->is_seekable())) {
      throw input_error(name, *trouble);
    }
  }
  open_format();
  // Every stream's probing decoder refuses to allocate more than the limit.
  std::vector<AVDictionary*> options(format_->nb_streams, nullptr);
  for (AVDictionary*& each : options) {
    av_dict_set_int(&each, "max_pixels", limits.max_pixels, 0);
    av_dict_set_int(&each, "threads", 1, 0);
  }
  const int code = avformat_find_stream_info(format_.get(), options.data());
  for (AVDictionary*& each : options) av_dict_free(&each);
  check_cancelled();
  if (code < 0) throw input_error(name, error_text(code));
  find_stream(stream);
  if (stream == AVMEDIA_TYPE_VIDEO) check_size(limits);
}

void Input::check_cancelled() const {
  if (progress_ != nullptr) progress_->check_cancelled();
}

void Input::open_format() {
  AVFormatContext* format = avformat_alloc_context();
  if (format == nullptr) throw std::bad_alloc();
  if (progress_ != nullptr) {
    const auto is_cancelled = [](void* asked) -> int {
      return static_cast<const Progress*>(asked)->is_cancelled() ? 1 : 0;
    };
    format->interrupt_callback = {is_cancelled, const_cast<Progress*>(progress_)};
  }
  Dictionary options;
  if (bytes_) {
    format->pb = bytes_->io();
    // A local play list must not reach into the network.
    options.set("protocol_whitelist", "file,crypto,data");
  }
  const int code = avformat_open_input(&format, name_.c_str(), nullptr, options.out());
  if (code < 0) {  // FFmpeg has freed `format`
    check_cancelled();
    if (bytes_ && !bytes_->is_seekable() && is_mp4(bytes_->head())) throw no_frames_error("");
    throw input_error(name_, code == AVERROR_INVALIDDATA && bytes_ ? what_is_wrong(bytes_->head())
                                                                   : error_text(code));
  }
  format_.reset(format);
  if (is_text_art(container())) {
    throw input_error(name_, "found text, expected a video or a picture");
  }
}

void Input::find_stream(AVMediaType type) {
  int best = av_find_best_stream(format_.get(), type, -1, -1, nullptr, 0);
  const auto is_cover = [this](int i) {
    return (format_->streams[i]->disposition &
            (AV_DISPOSITION_ATTACHED_PIC | AV_DISPOSITION_TIMED_THUMBNAILS)) != 0;
  };
  if (best >= 0 && is_cover(best)) {
    best = -1;
    for (int i = 0; i < static_cast<int>(format_->nb_streams) && best < 0; ++i) {
      if (format_->streams[i]->codecpar->codec_type == type && !is_cover(i)) best = i;
    }
  }
  if (best < 0) {
    if (bytes_ && !bytes_->is_seekable() && is_mp4(bytes_->head())) throw no_frames_error("");
    if (type == AVMEDIA_TYPE_AUDIO) return;
    throw input_error(
        name_, fmt::format("found {}, expected a video or a picture", streams_found(*format_)));
  }
  stream_ = format_->streams[best];
  for (unsigned i = 0; i < format_->nb_streams; ++i) {
    if (static_cast<int>(i) != best) format_->streams[i]->discard = AVDISCARD_ALL;
  }
}

void Input::check_size(const MediaLimits& limits) const {
  check_picture_size(name_, stream_->codecpar->width, stream_->codecpar->height, limits);
}

bool Input::is_picture_container() const {
  const std::string_view kind = format_->iformat->name;
  if (kind == "image2" || kind == "gif" || kind == "apng" || kind == "ico" || kind == "webp_anim" ||
      (kind.size() > 5 && kind.substr(kind.size() - 5) == "_pipe")) {
    return true;
  }
  return bytes_ && is_picture_brand(bytes_->head());
}

bool Input::has_audio() const {
  for (unsigned i = 0; i < format_->nb_streams; ++i) {
    if (format_->streams[i]->codecpar->codec_type == AVMEDIA_TYPE_AUDIO) return true;
  }
  return false;
}

bool Input::is_live() const { return bytes_ ? !bytes_->is_seekable() : format_->duration <= 0; }

bool Input::read(AVPacket* packet) {
  constexpr int kMostErrorsInARow = 64;
  while (true) {
    av_packet_unref(packet);
    const int code = av_read_frame(format_.get(), packet);
    if (code < 0) check_cancelled();
    if (code == AVERROR_EOF) return false;
    if (code == AVERROR(EAGAIN)) continue;
    if (code < 0) {
      // Demuxers that can go on do so at the next call; the others repeat the error.
      if (damage_.empty()) damage_ = error_text(code);
      if (code != AVERROR_INVALIDDATA || ++errors_in_a_row_ > kMostErrorsInARow) return false;
      continue;
    }
    errors_in_a_row_ = 0;
    if (packet->stream_index != stream_->index) continue;
    if ((packet->flags & AV_PKT_FLAG_CORRUPT) != 0 && damage_.empty()) damage_ = "corrupt packet";
    return true;
  }
}

Error Input::no_frames_error(const std::string& reason) const {
  if (bytes_ && !bytes_->is_seekable() && is_mp4(bytes_->head())) {
    return input_error(name_,
                       "found an mp4 whose index is at its end, which a pipe cannot reach; give "
                       "the file's name, or write it with \"-movflags +faststart\"");
  }
  const std::string codec =
      stream_ != nullptr ? avcodec_get_name(stream_->codecpar->codec_id) : "unknown";
  return input_error(name_, fmt::format("found a {} stream without one frame that can be decoded{}",
                                        codec, reason.empty() ? "" : ": " + reason));
}

}  // namespace praxiscope
