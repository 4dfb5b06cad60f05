// FFmpeg in owning types, and every difference between its versions 5, 6 and 7 behind one function.
// Nobody outside src/media includes this.
#pragma once

#include "praxiscope/rational.h"

extern "C" {
#include <libavcodec/avcodec.h>
#include <libavfilter/avfilter.h>
#include <libavformat/avformat.h>
#include <libavutil/frame.h>
#include <libswscale/swscale.h>
}

#include <cstdint>
#include <memory>
#include <string>
#include <type_traits>

namespace praxiscope {

/// Deleter made of FFmpeg's own function, whether it takes T* or T**.
template <auto kFree>
struct FreeBy {
  template <typename T>
  void operator()(T* object) const noexcept {
    if constexpr (std::is_invocable_v<decltype(kFree), T**>) {
      kFree(&object);
    } else {
      kFree(object);
    }
  }
};

using FramePtr = std::unique_ptr<AVFrame, FreeBy<av_frame_free>>;
using PacketPtr = std::unique_ptr<AVPacket, FreeBy<av_packet_free>>;
using CodecPtr = std::unique_ptr<AVCodecContext, FreeBy<avcodec_free_context>>;
using InputFormatPtr = std::unique_ptr<AVFormatContext, FreeBy<avformat_close_input>>;
using OutputFormatPtr = std::unique_ptr<AVFormatContext, FreeBy<avformat_free_context>>;
using ScalerPtr = std::unique_ptr<SwsContext, FreeBy<sws_freeContext>>;
using FilterGraphPtr = std::unique_ptr<AVFilterGraph, FreeBy<avfilter_graph_free>>;

FramePtr make_frame();
PacketPtr make_packet();

/// FFmpeg's words for an error code, without a newline.
std::string error_text(int code);

/// Keeps FFmpeg from printing to stderr: a library does not print. FFmpeg has one log per process.
/// An error that a codec logs sets the std::atomic<bool> its context's `opaque` points to, if any.
void silence_logs();

/// Connects a written chain "[in]...[out]" with a graph's source and sink and starts it.
/// @throws Error kInternal.
void link_filters(AVFilterGraph* graph, const std::string& chain, AVFilterContext* entry,
                  AVFilterContext* exit);

/// A dictionary that frees itself.
class Dictionary {
 public:
  Dictionary() = default;
  ~Dictionary() { av_dict_free(&entries_); }
  Dictionary(const Dictionary&) = delete;
  Dictionary& operator=(const Dictionary&) = delete;
  void set(const char* key, const std::string& value) {
    av_dict_set(&entries_, key, value.c_str(), 0);
  }
  AVDictionary** out() { return &entries_; }

 private:
  AVDictionary* entries_ = nullptr;
};

/// The rotation matrix stored with a stream (9 values), or null.
const std::int32_t* find_display_matrix(const AVStream& stream);
/// Ticks a decoded frame is shown, 0 when unknown.
std::int64_t frame_duration(const AVFrame& frame);

inline Rational from_av(AVRational r) { return r.den == 0 ? Rational() : Rational(r.num, r.den); }
/// The nearest AVRational; exact when both parts fit 31 bits.
AVRational to_av(const Rational& r);
/// `ticks` of `unit` seconds.
inline Rational seconds(std::int64_t ticks, const Rational& unit) {
  return Rational::of(ticks) * unit;
}

}  // namespace praxiscope
