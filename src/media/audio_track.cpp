#include "media/audio_track.h"

#include "core/text.h"
#include "media/audio_encoder.h"

#include "praxiscope/error.h"

#include <fmt/format.h>

#include <filesystem>
#include <utility>

namespace praxiscope {
namespace {

bool fits(AudioFit fit, AVCodecID codec, const AVOutputFormat& format) {
  switch (fit) {
    case AudioFit::kMov:
      if (codec == AV_CODEC_ID_ALAC || codec == AV_CODEC_ID_PCM_S16LE ||
          codec == AV_CODEC_ID_PCM_S24LE || codec == AV_CODEC_ID_PCM_S16BE) {
        return true;
      }
      [[fallthrough]];
    case AudioFit::kMp4:
      return codec == AV_CODEC_ID_AAC || codec == AV_CODEC_ID_MP3;
    case AudioFit::kMatroska:
      return avformat_query_codec(&format, codec, FF_COMPLIANCE_NORMAL) == 1;
    case AudioFit::kWebm:
      return codec == AV_CODEC_ID_OPUS || codec == AV_CODEC_ID_VORBIS;
  }
  return false;
}

struct Choice {
  const char* encoder;
  const char* name;  ///< for people
};

Choice encoder_for(AudioFit fit) {
  if (fit != AudioFit::kWebm) return {"aac", "AAC"};
  if (avcodec_find_encoder_by_name("libopus") != nullptr) return {"libopus", "Opus"};
  return {"libvorbis", "Vorbis"};
}

}  // namespace

AudioTrack::AudioTrack(std::unique_ptr<Input> input, Muxer* muxer,
                       std::vector<std::string>* warnings)
    : input_(std::move(input)), muxer_(muxer), warnings_(warnings), next_(make_packet()) {}

AudioTrack::~AudioTrack() = default;

std::unique_ptr<AudioTrack> AudioTrack::open(const std::string& path, AudioFit fit, Muxer* muxer,
                                             std::vector<std::string>* warnings) {
  if (path == "-") {
    warnings->push_back("audio: the sound of a pipe is left out, for the pipe passes only once");
    return nullptr;
  }
  const bool is_url = path.find("://") != std::string::npos;
  std::error_code ignored;
  // Folders and patterns are picture sequences, which have no sound.
  if (!is_url && !std::filesystem::is_regular_file(path, ignored)) return nullptr;
  try {
    auto bytes = is_url ? nullptr : std::make_unique<ByteReader>(path);
    auto input = std::make_unique<Input>(path, std::move(bytes), AVMEDIA_TYPE_AUDIO, MediaLimits{});
    if (!input->has_stream()) return nullptr;
    std::unique_ptr<AudioTrack> track(new AudioTrack(std::move(input), muxer, warnings));
    const AVCodecParameters& source = *track->input_->stream().codecpar;
    const AVOutputFormat& format = *muxer->format().oformat;
    if (fits(fit, source.codec_id, format)) {
      track->out_ = &muxer->add_stream(nullptr);
      avcodec_parameters_copy(track->out_->codecpar, &source);
      track->out_->codecpar->codec_tag = 0;
      track->out_->time_base = track->input_->stream().time_base;
    } else {
      const Choice choice = encoder_for(fit);
      track->encoder_ = std::make_unique<AudioEncoder>(track->input_.get(), choice.encoder,
                                                       (format.flags & AVFMT_GLOBALHEADER) != 0);
      track->out_ = &muxer->add_stream(&track->encoder_->context());
      warnings->push_back(fmt::format("audio: codec {} does not fit {}, re-encoded as {}",
                                      avcodec_get_name(source.codec_id), format.name, choice.name));
    }
    return track;
  } catch (const Error& error) {
    warnings->push_back(fmt::format("audio: left out: {}", error.what()));
    return nullptr;
  }
}

bool AudioTrack::fill_next() {
  if (has_next_ || is_at_end_) return has_next_;
  try {
    has_next_ = encoder_ ? encoder_->next(next_.get()) : input_->read(next_.get());
  } catch (const Error& error) {
    warnings_->push_back(fmt::format("audio: ends early: {}", error.what()));
  }
  is_at_end_ = !has_next_;
  return has_next_;
}

bool AudioTrack::is_before_begin(const AVPacket& packet) const {
  // A decoder needs a few packets before the first one that is heard.
  const Rational run_in(1, 10);
  const AVRational tick = encoder_ ? encoder_->context().time_base : input_->stream().time_base;
  return seconds(packet.dts + packet.duration, from_av(tick)) <= begin_ - run_in;
}

void AudioTrack::write_packet(AVPacket* packet, AVRational time_base) {
  av_packet_rescale_ts(packet, time_base, out_->time_base);
  // Repeated or backward stamps of a damaged stream: the muxer would refuse them.
  if (last_dts_ && packet->dts <= *last_dts_) {
    av_packet_unref(packet);
    return;
  }
  last_dts_ = packet->dts;
  packet->stream_index = out_->index;
  packet->pos = -1;
  muxer_->write(packet);
}

void AudioTrack::write_until(const Rational& time) {
  const AVRational tick = encoder_ ? encoder_->context().time_base : input_->stream().time_base;
  while (fill_next()) {
    if (next_->dts == AV_NOPTS_VALUE) next_->dts = next_->pts;
    const bool has_time = next_->dts != AV_NOPTS_VALUE;
    if (has_time && seconds(next_->dts, from_av(tick)) >= time) return;
    has_next_ = false;
    if (!has_time || is_before_begin(*next_)) {
      av_packet_unref(next_.get());
    } else {
      write_packet(next_.get(), tick);
    }
  }
}

void AudioTrack::finish(const Rational& end) { write_until(end); }

}  // namespace praxiscope
