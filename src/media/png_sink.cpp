// FrameSink for .png: exactly one picture, 8-bit RGB, tagged sRGB, with its metadata as text
// chunks.
#include "core/atomic_file.h"
#include "media/sinks.h"

#include "praxiscope/error.h"

extern "C" {
#include <libavutil/crc.h>
}

#include <fmt/format.h>

#include <algorithm>
#include <cctype>
#include <cerrno>
#include <cstdint>
#include <cstdio>
#include <cstring>
#include <new>
#include <utility>

namespace praxiscope {
namespace {

std::string big_endian(std::uint32_t value) {
  std::string bytes;
  for (const int shift : {24, 16, 8, 0}) bytes += static_cast<char>(value >> shift & 255U);
  return bytes;
}

/// Length, type, content and checksum. Source: PNG specification (third edition), 5.3.
std::string make_chunk(const std::string& type, const std::string& content) {
  const std::string checked = type + content;
  const std::uint32_t crc =
      ~av_crc(av_crc_get_table(AV_CRC_32_IEEE_LE), ~0U,
              reinterpret_cast<const std::uint8_t*>(checked.data()), checked.size());
  return big_endian(static_cast<std::uint32_t>(content.size())) + checked + big_endian(crc);
}

/// One text: tEXt, which every reader knows, where ASCII is enough, else iTXt in UTF-8. Keywords as
/// the specification registers them begin with a capital: "Comment", "Title". Source: 11.3.3.
std::string make_text_chunk(std::string keyword, const std::string& text) {
  keyword.resize(std::min<std::size_t>(keyword.size(), 79));
  keyword[0] = static_cast<char>(std::toupper(static_cast<unsigned char>(keyword[0])));
  const bool is_ascii = std::all_of(
      text.begin(), text.end(), [](unsigned char c) { return (c >= ' ' && c < 127) || c == '\n'; });
  const std::string nul(1, '\0');
  if (is_ascii) return make_chunk("tEXt", keyword + nul + text);
  // Not compressed, no language, no translated keyword.
  return make_chunk("iTXt", keyword + nul + std::string(2, '\0') + nul + nul + text);
}

class PngSink final : public FrameSink {
 public:
  PngSink(const std::string& path, const FrameSinkOptions& options);

  void write(const Picture& picture, const Rational& pts, const Rational& duration) override;
  void finish() override;
  void publish() override;
  std::vector<std::string> take_warnings() override { return {}; }

 private:
  void write_bytes(const std::string& bytes);
  std::string with_texts(const AVPacket& packet) const;

  FrameSinkOptions options_;
  AtomicFile file_;
  CodecPtr codec_;
  bool has_picture_ = false, is_finished_ = false;
};

PngSink::PngSink(const std::string& path, const FrameSinkOptions& options)
    : options_(options), file_(path, options.overwrite) {
  silence_logs();
  const AVCodec* encoder = avcodec_find_encoder(AV_CODEC_ID_PNG);
  if (encoder == nullptr) throw output_error(path, "this FFmpeg has no PNG encoder");
  codec_.reset(avcodec_alloc_context3(encoder));
  if (!codec_) throw std::bad_alloc();
  codec_->width = options.width;
  codec_->height = options.height;
  codec_->pix_fmt = AV_PIX_FMT_RGB24;
  codec_->time_base = {1, 25};
  codec_->color_range = AVCOL_RANGE_JPEG;
  codec_->color_primaries = AVCOL_PRI_BT709;
  codec_->color_trc = AVCOL_TRC_IEC61966_2_1;
  codec_->compression_level = 6;
  if (const int code = avcodec_open2(codec_.get(), encoder, nullptr); code < 0) {
    throw output_error(path, error_text(code));
  }
}

void PngSink::write(const Picture& picture, const Rational&, const Rational&) {
  check_written_size(picture, options_);
  if (has_picture_) {
    throw output_error(file_.path(),
                       "found a second picture, expected one; name a video or a .gif instead");
  }
  has_picture_ = true;
  const FramePtr frame = make_frame();
  frame->format = AV_PIX_FMT_RGB24;
  frame->width = picture.width;
  frame->height = picture.height;
  frame->color_range = AVCOL_RANGE_JPEG;
  frame->color_primaries = AVCOL_PRI_BT709;
  frame->color_trc = AVCOL_TRC_IEC61966_2_1;
  if (av_frame_get_buffer(frame.get(), 0) < 0) throw std::bad_alloc();
  const std::size_t row = static_cast<std::size_t>(picture.width) * 3;
  for (int y = 0; y < picture.height; ++y) {
    std::memcpy(frame->data[0] + static_cast<std::ptrdiff_t>(y) * frame->linesize[0],
                picture.rgb.data() + static_cast<std::size_t>(y) * row, row);
  }
  const PacketPtr packet = make_packet();
  int code = avcodec_send_frame(codec_.get(), frame.get());
  if (code >= 0) code = avcodec_send_frame(codec_.get(), nullptr);
  if (code >= 0) code = avcodec_receive_packet(codec_.get(), packet.get());
  if (code < 0) throw output_error(file_.path(), error_text(code));
  write_bytes(with_texts(*packet));
}

/// The encoder writes no texts; they go between the header chunk, which comes first, and the rest.
std::string PngSink::with_texts(const AVPacket& packet) const {
  constexpr std::size_t kSignatureAndHeader = 8 + 25;
  std::string bytes(reinterpret_cast<const char*>(packet.data),
                    static_cast<std::size_t>(packet.size));
  std::string texts;
  for (const auto& [keyword, text] : options_.metadata) {
    if (!keyword.empty() && text.find('\0') == std::string::npos)
      texts += make_text_chunk(keyword, text);
  }
  return bytes.insert(std::min(bytes.size(), kSignatureAndHeader), texts);
}

void PngSink::write_bytes(const std::string& bytes) {
  std::FILE* out = std::fopen(file_.temporary_path().c_str(), "wb");
  if (out == nullptr) throw output_error(file_.path(), std::strerror(errno));
  const bool is_written =
      std::fwrite(bytes.data(), 1, bytes.size(), out) == bytes.size() && std::fflush(out) == 0;
  const int cause = errno;
  if (std::fclose(out) != 0 || !is_written) {
    throw output_error(file_.path(), fmt::format("{}; make room and try again",
                                                 std::strerror(is_written ? errno : cause)));
  }
}

void PngSink::finish() {
  if (!has_picture_) throw output_error(file_.path(), "no picture came; expected one");
  is_finished_ = true;
}

void PngSink::publish() {
  if (!is_finished_) throw Error(ErrorKind::kInternal, "sink: publish() before finish()");
  file_.publish();
}

}  // namespace

std::unique_ptr<FrameSink> open_png_sink(const std::string& path, const FrameSinkOptions& options) {
  return std::make_unique<PngSink>(path, options);
}

}  // namespace praxiscope
