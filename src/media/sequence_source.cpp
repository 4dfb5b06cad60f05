// FrameSource over many picture files: one frame each, 25 a second, opened one at a time.
#include "core/text.h"
#include "media/sources.h"

#include "praxiscope/error.h"

#include <fmt/format.h>

#include <utility>

namespace praxiscope {
namespace {

constexpr std::int64_t kFramesPerSecond = 25;  // as FFmpeg's image sequences have it

class SequenceSource final : public FrameSource {
 public:
  SequenceSource(const std::string& name, std::vector<std::string> files,
                 const SourceOptions& options);

  const MediaInfo& info() const override { return info_; }
  std::optional<Frame> next() override;
  std::vector<std::string> take_warnings() override { return std::exchange(warnings_, {}); }

 private:
  std::optional<Frame> read_next_file();
  void warn_of_size(const MediaInfo& one);

  SourceOptions options_;
  std::vector<std::string> files_;
  std::size_t position_ = 0;  ///< of the next file
  MediaInfo info_;
  std::vector<std::string> warnings_;
  std::optional<Frame> first_;
  PixelSize stored_;
  std::string first_error_;
  std::size_t unreadable_ = 0;
  std::int64_t next_index_ = 0;
  bool has_warned_of_size_ = false;
};

SequenceSource::SequenceSource(const std::string& name, std::vector<std::string> files,
                               const SourceOptions& options)
    : options_(options), files_(std::move(files)) {
  first_ = read_next_file();
  if (!first_) {
    throw Error(ErrorKind::kInput,
                fmt::format("cannot read {}: none of its {} pictures can be decoded; the first: {}",
                            in_quotes(name), files_.size(), first_error_));
  }
  info_.path = name;
  info_.container = "image2";
  info_.time_base = Rational(1, kFramesPerSecond);
  info_.frame_count_from_header = static_cast<std::int64_t>(files_.size());
  info_.is_still = files_.size() == 1;
  if (!info_.is_still) {
    info_.frame_rate = Rational::of(kFramesPerSecond);
    info_.duration = Rational(static_cast<std::int64_t>(files_.size()), kFramesPerSecond);
  }
}

std::optional<Frame> SequenceSource::read_next_file() {
  while (position_ < files_.size()) {
    const std::size_t at = position_++;
    try {
      const auto one = open_file(files_[at], options_);
      if (!options_.size) {
        info_ = one->info();
        options_.size = PixelSize{info_.width, info_.height};
        stored_ = *options_.size;
      }
      warn_of_size(one->info());
      std::optional<Frame> frame = one->next();
      for (std::string& warning : one->take_warnings()) warnings_.push_back(std::move(warning));
      if (!frame) continue;
      frame->pts = Rational(static_cast<std::int64_t>(at), kFramesPerSecond);
      frame->duration = Rational(1, kFramesPerSecond);
      return frame;
    } catch (const Error& error) {
      if (error.kind() != ErrorKind::kInput) throw;
      if (first_error_.empty()) first_error_ = error.what();
      if (unreadable_++ == 0) {
        warnings_.push_back(fmt::format("a picture of the sequence is left out: {}", error.what()));
      }
    }
  }
  return std::nullopt;
}

void SequenceSource::warn_of_size(const MediaInfo& one) {
  if (has_warned_of_size_) return;
  // The source was told which size to deliver, so its own shows in the stored one only.
  PixelSize own = square_pixel_size({one.coded_width, one.coded_height}, one.sample_aspect);
  if (one.rotation_deg % 180 != 0) std::swap(own.width, own.height);
  if (own == stored_) return;
  has_warned_of_size_ = true;
  warnings_.push_back(
      fmt::format("{} has {}x{} px, the first picture {}x{}; all are scaled to the "
                  "first",
                  in_quotes(one.path), own.width, own.height, stored_.width, stored_.height));
}

std::optional<Frame> SequenceSource::next() {
  std::optional<Frame> frame = first_ ? std::exchange(first_, std::nullopt) : read_next_file();
  if (!frame) return std::nullopt;
  frame->index = next_index_++;
  return frame;
}

}  // namespace

std::unique_ptr<FrameSource> open_sequence(const std::string& name, std::vector<std::string> files,
                                           const SourceOptions& options) {
  return std::make_unique<SequenceSource>(name, std::move(files), options);
}

}  // namespace praxiscope
