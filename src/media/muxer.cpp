#include "media/muxer.h"

#include "core/text.h"
#include "media/sinks.h"

#include "praxiscope/error.h"

#include <cerrno>
#include <new>

namespace praxiscope {

Muxer::Muxer(const std::string& path, const char* format, const FrameSinkOptions& options)
    : file_(path, options.overwrite) {
  silence_logs();
  // The protocol is spelled out, or a name with a colon would be taken for one.
  const std::string url = "file:" + file_.temporary_path();
  AVFormatContext* context = nullptr;
  const int code = avformat_alloc_output_context2(&context, nullptr, format, url.c_str());
  if (code < 0) throw output_error(path, error_text(code));
  format_.reset(context);
  // Same input, same bytes: no random ids, no dates.
  format_->flags |= AVFMT_FLAG_BITEXACT;
  for (const auto& [key, value] : options.metadata) {
    av_dict_set(&format_->metadata, key.c_str(), value.c_str(), 0);
  }
  check(avio_open(&format_->pb, url.c_str(), AVIO_FLAG_WRITE));
}

Muxer::~Muxer() {
  drop_waiting_packets();
  close_file();
}

/// FFmpeg frees what waits, to be interleaved or for the next GIF frame, only by ending the file,
/// well or badly. What it writes is removed with the temporary file.
void Muxer::drop_waiting_packets() noexcept {
  if (!has_header_ || is_ended_) return;
  is_ended_ = true;
  av_write_trailer(format_.get());
}

void Muxer::close_file() noexcept {
  if (format_ && format_->pb != nullptr) avio_closep(&format_->pb);
}

void Muxer::check(int code) {
  if (code >= 0 && format_->pb != nullptr && format_->pb->error < 0) code = format_->pb->error;
  if (code >= 0) return;
  const bool is_full = code == AVERROR(ENOSPC) || code == AVERROR(EFBIG) || code == AVERROR(EDQUOT);
  throw output_error(path(), error_text(code) + (is_full ? "; make room and try again" : ""));
}

AVStream& Muxer::add_stream(const AVCodecContext* like) {
  AVStream* stream = avformat_new_stream(format_.get(), nullptr);
  if (stream == nullptr) throw std::bad_alloc();
  if (like != nullptr) {
    check(avcodec_parameters_from_context(stream->codecpar, like));
    stream->time_base = like->time_base;
    stream->avg_frame_rate = like->framerate;
  }
  return *stream;
}

void Muxer::write_header(AVDictionary** options) {
  check(avformat_write_header(format_.get(), options));
  has_header_ = true;
}

void Muxer::write(AVPacket* packet) { check(av_interleaved_write_frame(format_.get(), packet)); }

void Muxer::finish() {
  is_ended_ = true;
  if (has_header_) check(av_write_trailer(format_.get()));
  avio_flush(format_->pb);
  check(0);
  const int code = avio_closep(&format_->pb);
  if (code < 0) throw output_error(path(), error_text(code));
}

void Muxer::publish() { file_.publish(); }

}  // namespace praxiscope
