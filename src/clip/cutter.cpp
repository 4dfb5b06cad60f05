// Frames in, clips out: ticks, windows, a buffer of prepared pictures no longer than one window.
// Knows no codecs and no networks.
#include "clip/flow.h"
#include "clip/flow_track.h"
#include "clip/resize.h"
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
  if (input.kind == InputKind::kFlow && !(input.flow.bound > 0)) {
    throw Error(ErrorKind::kModel, fmt::format("{}: found a bound of {} px, expected more than 0",
                                               which, input.flow.bound));
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

/// Whether two inputs read the same of a frame, whichever frames they take.
bool are_alike(const InputSpec& a, const InputSpec& b) {
  return a.kind == b.kind && a.preparation == b.preparation &&
         (a.kind != InputKind::kFlow || a.flow == b.flow);
}

/// A source frame, prepared once for each distinct view.
struct PreparedFrame {
  std::int64_t source_index = 0;
  Rational pts;
  Size size;
  std::vector<PreparedPicture> pictures;  ///< by view; of computed flow the gray picture [H,W] u8
};

class Cutter final : public ClipCutter {
 public:
  Cutter(const std::vector<InputSpec>& inputs, const ClipSampling& sampling,
         const std::vector<Rational>& all_pts, std::string device, const FlowFiles& flow)
      : inputs_(inputs),
        device_(std::move(device)),
        clock_(common_fps(inputs)),
        window_(plan_window(inputs)),
        starts_(sampling, window_.span, count_ticks(all_pts, inputs[0].fps)) {
    for (const InputSpec& input : inputs_) {
      const auto same = std::find_if(views_.begin(), views_.end(),
                                     [&](const InputSpec& view) { return are_alike(view, input); });
      view_of_.push_back(same - views_.begin());
      if (same == views_.end()) views_.push_back(input);
    }
    const auto is_flow = [](const InputSpec& view) { return view.kind == InputKind::kFlow; };
    if (std::none_of(views_.begin(), views_.end(), is_flow)) return;
    if (!flow.path.empty()) {
      track_.emplace(flow.path);
      return;
    }
    lookahead_ = 1;  // the flow of a clip's last frame leads to the one after
    for (const InputSpec& view : views_)
      engines_.push_back(
          is_flow(view) ? std::make_unique<FlowEngine>(view.flow.algorithm, flow.cache) : nullptr);
  }

  std::vector<Clip> push(const Frame& frame) override {
    std::vector<Clip> out = fill(clock_.advance(frame.pts));
    last_frame_ = frame;
    if (track_) track_->advance(frame);
    return out;
  }

  std::vector<Clip> finish() override {
    if (!last_frame_) return {};
    std::vector<Clip> out = fill(clock_.finish(last_frame_->duration));
    if (track_) track_->finish();
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

  std::vector<std::string> take_warnings() override {
    return track_ ? track_->take_warnings() : std::vector<std::string>();
  }

 private:
  struct Tick {
    std::int64_t source_index = 0;
    std::shared_ptr<const PreparedFrame> prepared;  // absent where no clip can show it
    std::vector<PreparedPicture> flows;  // by view: computed flow to the next tick; none yet: empty
  };

  /// The last frame fills the next `count` ticks.
  std::vector<Clip> fill(std::int64_t count) {
    std::vector<Clip> out;
    std::shared_ptr<const PreparedFrame> prepared;
    for (std::int64_t i = 0; i < count; ++i) {
      const auto earliest = starts_.earliest(count_ + 1);
      const bool is_needed = earliest && count_ >= *earliest;
      if (is_needed && !prepared) prepared = prepare(*last_frame_);
      ticks_.push_back({last_frame_->index, is_needed ? prepared : nullptr, {}});
      ++count_;
      for (auto start = starts_.next(); start && *start + window_.span + lookahead_ <= count_;
           start = starts_.next()) {
        out.push_back(cut(*start));
        starts_.pop();
      }
      forget();
    }
    return out;
  }

  void forget() {
    // The last one may have to be repeated, with the flow that leads to it.
    const std::int64_t keep =
        std::min(starts_.earliest(count_).value_or(count_), count_ - 1 - lookahead_);
    for (; first_ < keep; ++first_) ticks_.pop_front();
  }

  std::shared_ptr<const PreparedFrame> prepare(const Frame& frame) const {
    auto out = std::make_shared<PreparedFrame>();
    out->source_index = frame.index;
    out->pts = frame.pts;
    out->size = {frame.picture->height, frame.picture->width};
    for (const InputSpec& view : views_) out->pictures.push_back(prepare(frame, view));
    return out;
  }

  PreparedPicture prepare(const Frame& frame, const InputSpec& view) const {
    if (view.kind == InputKind::kRgb)
      return prepare_picture(*frame.picture, view.preparation, device_);
    if (!track_) return {gray_picture(*frame.picture, view.preparation, device_), {}};
    const Size source{frame.picture->height, frame.picture->width};
    const Size size = resized_size(source, view.preparation);
    return prepare_flow(resized_flow(track_->flow(view), size, view), source, view, device_);
  }

  /// The nearest one that is kept.
  const Tick& tick_at(std::int64_t tick) const {
    return ticks_[std::clamp(tick, first_, count_ - 1) - first_];
  }

  Tick& tick_at(std::int64_t tick) { return ticks_[std::clamp(tick, first_, count_ - 1) - first_]; }

  /// The tick whose flow leads on from `tick`: itself, or at the end the one before.
  std::int64_t flow_tick(std::int64_t tick) const {
    tick = std::clamp(tick, first_, count_ - 1);
    const bool is_end = tick == count_ - 1;
    return is_end && tick > first_ && tick_at(tick - 1).prepared ? tick - 1 : tick;
  }

  /// Computes what is not there yet of the flow that a clip shows, in one go.
  void find_flows(std::size_t input, std::int64_t start) {
    const std::size_t view = view_of_[input];
    std::vector<std::pair<at::Tensor, at::Tensor>> pairs;
    std::vector<std::int64_t> places;
    for (const std::int64_t offset : window_.ticks[input]) {
      const std::int64_t tick = flow_tick(start + offset);
      Tick& at = tick_at(tick);
      if (!at.flows.empty() && at.flows[view].tensor.defined()) continue;
      if (!places.empty() && places.back() == tick) continue;  // padding
      at.flows.resize(views_.size());
      const at::Tensor& from = at.prepared->pictures[view].tensor;
      const auto& next = tick_at(tick + 1).prepared;
      const bool moves = next && next->source_index != at.prepared->source_index;
      if (!moves) {
        at.flows[view] = prepared_flow(
            at::zeros({2, from.size(0), from.size(1)}, from.options().dtype(at::kFloat)), at, view);
        continue;
      }
      check_size(*next, at.prepared->size);
      pairs.emplace_back(from, next->pictures[view].tensor);
      places.push_back(tick);
    }
    if (pairs.empty()) return;
    const std::vector<at::Tensor> flows = engines_[view]->between(pairs);
    for (std::size_t i = 0; i < flows.size(); ++i) {
      Tick& at = tick_at(places[i]);
      at.flows[view] = prepared_flow(flows[i], at, view);
    }
  }

  PreparedPicture prepared_flow(const at::Tensor& flow, const Tick& tick, std::size_t view) const {
    return prepare_flow(flow, tick.prepared->size, views_[view], device_);
  }

  static void check_size(const PreparedFrame& frame, const Size& expected) {
    if (frame.size == expected) return;
    throw Error(ErrorKind::kInput,
                fmt::format("frame {} is {}x{} px, earlier ones {}x{}; expected one size in a "
                            "video; convert it to one size first",
                            frame.source_index, frame.size.width, frame.size.height, expected.width,
                            expected.height));
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

  ClipInput cut_input(std::size_t which, std::int64_t start) {
    const InputSpec& spec = inputs_[which];
    const bool is_computed = !engines_.empty() && engines_[view_of_[which]] != nullptr;
    if (is_computed) find_flows(which, start);
    ClipInput out;
    out.name = spec.name;
    std::vector<at::Tensor> pictures;
    for (int k = 0; k < spec.frames; ++k) {
      const std::int64_t tick = start + window_.ticks[which][static_cast<std::size_t>(k)];
      const bool is_padding = tick >= count_;
      const PreparedFrame& frame = *tick_at(tick).prepared;
      const PreparedPicture& picture = is_computed ? tick_at(flow_tick(tick)).flows[view_of_[which]]
                                                   : frame.pictures[view_of_[which]];
      if (k == 0) {
        out.source_from_clip = picture.source_from_clip;
        out.source_size = frame.size;
      }
      check_size(frame, out.source_size);
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
  std::vector<InputSpec> views_;                      // distinct ones
  std::vector<std::size_t> view_of_;                  // per input
  std::optional<FlowTrack> track_;                    // flow from files
  std::vector<std::unique_ptr<FlowEngine>> engines_;  // per view where flow is computed, else empty
  std::int64_t lookahead_ = 0;                        // ticks past its end that a clip waits for
  std::optional<Frame> last_frame_;  // how long it is shown is known with the next one
  std::deque<Tick> ticks_;           // from first_ to count_
  std::int64_t first_ = 0, count_ = 0, clips_ = 0;
  bool is_finished_ = false;
};

}  // namespace

std::unique_ptr<ClipCutter> make_clip_cutter(const std::vector<InputSpec>& inputs,
                                             const ClipSampling& sampling,
                                             const std::vector<Rational>& all_pts,
                                             const std::string& device, const FlowFiles& flow) {
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
  return std::make_unique<Cutter>(inputs, sampling, all_pts, device, flow);
}

}  // namespace praxiscope
