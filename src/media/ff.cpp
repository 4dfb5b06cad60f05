#include "media/ff.h"

#include "praxiscope/error.h"

#include <atomic>
#include <climits>
#include <new>

namespace praxiscope {

FramePtr make_frame() {
  FramePtr frame(av_frame_alloc());
  if (!frame) throw std::bad_alloc();
  return frame;
}

PacketPtr make_packet() {
  PacketPtr packet(av_packet_alloc());
  if (!packet) throw std::bad_alloc();
  return packet;
}

std::string error_text(int code) {
  char text[AV_ERROR_MAX_STRING_SIZE] = {};
  if (av_strerror(code, text, sizeof(text)) < 0) return "error " + std::to_string(code);
  return text;
}

void silence_logs() {
  av_log_set_callback([](void* context, int level, const char*, va_list) {
    if (context == nullptr || level > AV_LOG_ERROR) return;
    if (*static_cast<const AVClass**>(context) != avcodec_get_class()) return;
    auto* has_complained =
        static_cast<std::atomic<bool>*>(static_cast<AVCodecContext*>(context)->opaque);
    if (has_complained != nullptr) *has_complained = true;
  });
}

const std::int32_t* find_display_matrix(const AVStream& stream) {
#if LIBAVCODEC_VERSION_INT >= AV_VERSION_INT(60, 31, 102)
  const AVCodecParameters& parameters = *stream.codecpar;
  const AVPacketSideData* data = av_packet_side_data_get(
      parameters.coded_side_data, parameters.nb_coded_side_data, AV_PKT_DATA_DISPLAYMATRIX);
  if (data == nullptr || data->size < 9 * sizeof(std::int32_t)) return nullptr;
  return reinterpret_cast<const std::int32_t*>(data->data);
#else
  std::size_t size = 0;
  const std::uint8_t* data = av_stream_get_side_data(&stream, AV_PKT_DATA_DISPLAYMATRIX, &size);
  if (data == nullptr || size < 9 * sizeof(std::int32_t)) return nullptr;
  return reinterpret_cast<const std::int32_t*>(data);
#endif
}

std::int64_t frame_duration(const AVFrame& frame) {
#if LIBAVUTIL_VERSION_INT >= AV_VERSION_INT(57, 30, 100)
  return frame.duration;
#else
  return frame.pkt_duration;
#endif
}

void link_filters(AVFilterGraph* graph, const std::string& chain, AVFilterContext* entry,
                  AVFilterContext* exit) {
  // Named from the chain's side: its open input is fed by `entry`, its open output feeds `exit`.
  AVFilterInOut* inputs = avfilter_inout_alloc();
  AVFilterInOut* outputs = avfilter_inout_alloc();
  int code = AVERROR(ENOMEM);
  if (inputs != nullptr && outputs != nullptr) {
    *outputs = {.name = av_strdup("in"), .filter_ctx = entry, .pad_idx = 0, .next = nullptr};
    *inputs = {.name = av_strdup("out"), .filter_ctx = exit, .pad_idx = 0, .next = nullptr};
    code = avfilter_graph_parse_ptr(graph, chain.c_str(), &inputs, &outputs, nullptr);
  }
  avfilter_inout_free(&inputs);
  avfilter_inout_free(&outputs);
  if (code >= 0) code = avfilter_graph_config(graph, nullptr);
  if (code < 0) {
    throw Error(ErrorKind::kInternal, "filter graph " + chain + ": " + error_text(code));
  }
}

AVRational to_av(const Rational& r) {
  AVRational out{0, 1};
  av_reduce(&out.num, &out.den, r.num(), r.den(), INT_MAX);
  return out;
}

}  // namespace praxiscope
