// Frames in, clips out: ticks, windows, a buffer of prepared pictures no longer than one window.
// Knows no codecs and no networks.
#include "clip/sampling.h"
#include "clip/ticks.h"
#include "core/text.h"

#include "praxiscope/clip.h"
#include "praxiscope/error.h"

#include <ATen/ATen.h>
#include <fmt/format.h>

#include <algorithm>
#include <deque>
#include <limits>

namespace praxiscope {
namespace {

void check_input(const InputSpec& input) {
  const std::string which = "input " + in_quotes(input.name);
  if (input.kind == InputKind::kFlow) {
    throw Error(ErrorKind::kModel, "flow inputs are not supported yet: " + which +
                                       "; found kind \"flow\", expected \"rgb\"; optical flow "
                                       "comes with a later version");
  }
  if (input.frames < 1 || input.stride < 1) {
    throw Error(ErrorKind::kModel,
                fmt::format("{}: found {} frames with stride {}, expected at least 1 of each",
                            which, input.frames, input.stride));
  }
  if (input.fps && *input.fps <= Rational()) {
    throw Error(ErrorKind::kModel, fmt::format("{}: found {} frames per second, expected more "
                                               "than 0",
                                               which, input.fps->to_string()));
  }
}

std::optional<Rational> common_fps(const std::vector<InputSpec>& inputs) {
  for (const InputSpec& input : inputs) {
    if (input.fps == inputs[0].fps) continue;
    const auto text = [](const std::optional<Rational>& fps) {
      return fps ? fps->to_string() : std::string("the source's");
    };
    throw Error(ErrorKind::kModel,
                fmt::format("inputs {} and {} have different frame rates; found {} and {}, "
                            "expected the same; give one rate and put the difference into stride",
                            in_quotes(inputs[0].name), in_quotes(input.name), text(inputs[0].fps),
                            text(input.fps)));
  }
  return inputs[0].fps;
}

/// A source frame, prepared once for each distinct preparation.
struct PreparedFrame {
  std::int64_t source_index = 0;
  Rational pts;
  Size size;
  std::vector<PreparedPicture> pictures;
};

class Cutter final : public ClipCutter {
 public:
  Cutter(const std::vector<InputSpec>& inputs, const ClipSampling& sampling,
         const std::vector<Rational>& all_pts, std::string device)
      : inputs_(inputs),
        device_(std::move(device)),
        clock_(common_fps(inputs)),
        window_(plan_window(inputs)),
        starts_(sampling, window_.span, count_ticks(all_pts, inputs[0].fps)) {
    for (const InputSpec& input : inputs_) {
      const auto same = std::find(preparations_.begin(), preparations_.end(), input.preparation);
      preparation_of_.push_back(same - preparations_.begin());
      if (same == preparations_.end()) preparations_.push_back(input.preparation);
    }
  }

  std::vector<Clip> push(const Frame& frame) override {
    std::vector<Clip> out = fill(clock_.advance(frame.pts));
    last_frame_ = frame;
    return out;
  }

  std::vector<Clip> finish() override {
    if (!last_frame_) return {};
    std::vector<Clip> out = fill(clock_.finish(last_frame_->duration));
    const std::vector<std::int64_t> rest = starts_.finish(count_);
    for (const std::int64_t start : rest) {
      // A source that breaks off before its first clip: all that is left is its last frame.
      if (!tick_at(start).prepared) ticks_.back().prepared = prepare(*last_frame_);
      out.push_back(cut(tick_at(start).prepared ? start : count_ - 1));
    }
    ticks_.clear();
    last_frame_.reset();
    is_finished_ = true;
    return out;
  }

  std::int64_t next_begin() const override {
    constexpr std::int64_t kNoMore = std::numeric_limits<std::int64_t>::max();
    const auto tick = starts_.earliest(count_);
    if (is_finished_ || !tick) return kNoMore;
    if (*tick < count_) return tick_at(*tick).source_index;
    return last_frame_ ? last_frame_->index : 0;
  }

 private:
  struct Tick {
    std::int64_t source_index = 0;
    std::shared_ptr<const PreparedFrame> prepared;  // absent where no clip can show it
  };

  /// The last frame fills the next `count` ticks.
  std::vector<Clip> fill(std::int64_t count) {
    std::vector<Clip> out;
    std::shared_ptr<const PreparedFrame> prepared;
    for (std::int64_t i = 0; i < count; ++i) {
      const auto earliest = starts_.earliest(count_ + 1);
      const bool is_needed = earliest && count_ >= *earliest;
      if (is_needed && !prepared) prepared = prepare(*last_frame_);
      ticks_.push_back({last_frame_->index, is_needed ? prepared : nullptr});
      ++count_;
      for (auto start = starts_.next(); start && *start + window_.span <= count_;
           start = starts_.next()) {
        out.push_back(cut(*start));
        starts_.pop();
      }
      forget();
    }
    return out;
  }

  void forget() {
    // The last one may have to be repeated.
    const std::int64_t keep = std::min(starts_.earliest(count_).value_or(count_), count_ - 1);
    for (; first_ < keep; ++first_) ticks_.pop_front();
  }

  std::shared_ptr<const PreparedFrame> prepare(const Frame& frame) const {
    auto out = std::make_shared<PreparedFrame>();
    out->source_index = frame.index;
    out->pts = frame.pts;
    out->size = {frame.picture->height, frame.picture->width};
    for (const Preparation& preparation : preparations_) {
      out->pictures.push_back(prepare_picture(*frame.picture, preparation, device_));
    }
    return out;
  }

  /// The nearest one that is kept.
  const Tick& tick_at(std::int64_t tick) const {
    return ticks_[std::clamp(tick, first_, count_ - 1) - first_];
  }

  Clip cut(std::int64_t start) {
    Clip clip;
    clip.index = clips_++;
    for (std::size_t i = 0; i < inputs_.size(); ++i) clip.inputs.push_back(cut_input(i, start));
    const std::int64_t last = std::min(start + window_.span, count_) - 1;
    clip.source_begin = tick_at(start).source_index;
    clip.source_end = tick_at(last).source_index + 1;
    return clip;
  }

  ClipInput cut_input(std::size_t which, std::int64_t start) const {
    const InputSpec& spec = inputs_[which];
    ClipInput out;
    out.name = spec.name;
    std::vector<at::Tensor> pictures;
    for (int k = 0; k < spec.frames; ++k) {
      const std::int64_t tick = start + window_.ticks[which][static_cast<std::size_t>(k)];
      const bool is_padding = tick >= count_;
      const PreparedFrame& frame = *tick_at(tick).prepared;
      const PreparedPicture& picture = frame.pictures[preparation_of_[which]];
      if (k == 0) {
        out.source_from_clip = picture.source_from_clip;
        out.source_size = frame.size;
      } else if (frame.size != out.source_size) {
        throw Error(ErrorKind::kInput,
                    fmt::format("frame {} is {}x{} px, earlier ones {}x{}; expected one size in a "
                                "video; convert it to one size first",
                                frame.source_index, frame.size.width, frame.size.height,
                                out.source_size.width, out.source_size.height));
      }
      pictures.push_back(picture.tensor);
      out.frames.push_back({frame.source_index, frame.pts, is_padding});
    }
    out.tensor = at::stack(pictures, 1);
    return out;
  }

  std::vector<InputSpec> inputs_;
  std::string device_;
  TickClock clock_;
  WindowPlan window_;
  ClipStarts starts_;
  std::vector<Preparation> preparations_;    // distinct ones
  std::vector<std::size_t> preparation_of_;  // per input
  std::optional<Frame> last_frame_;          // how long it is shown is known with the next one
  std::deque<Tick> ticks_;                   // from first_ to count_
  std::int64_t first_ = 0, count_ = 0, clips_ = 0;
  bool is_finished_ = false;
};

}  // namespace

std::unique_ptr<ClipCutter> make_clip_cutter(const std::vector<InputSpec>& inputs,
                                             const ClipSampling& sampling,
                                             const std::vector<Rational>& all_pts,
                                             const std::string& device) {
  if (inputs.empty()) {
    throw Error(ErrorKind::kModel,
                "manifest without inputs; found none, expected at least one; add \"inputs\"");
  }
  for (const InputSpec& input : inputs) check_input(input);
  if (sampling.kind != ClipSampling::Kind::kSliding && all_pts.empty()) {
    throw Error(ErrorKind::kUsage,
                "--clips center and uniform need the length of the video, which a pipe does not "
                "tell; use --clips sliding or a file");
  }
  return std::make_unique<Cutter>(inputs, sampling, all_pts, device);
}

}  // namespace praxiscope
