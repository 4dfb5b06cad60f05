// See flow_track.h.
#include "clip/flow_track.h"

#include "core/text.h"

#include "praxiscope/error.h"

#include <ATen/ATen.h>
#include <fmt/format.h>

#include <cmath>
#include <utility>

namespace praxiscope {

FlowTrack::FlowTrack(const std::string& path) : path_(path), reader_(open_flow(path)) {}

void FlowTrack::advance(const Frame& frame) {
  ++frames_;
  std::optional<FlowField> next = reader_->next();
  if (!next) {
    if (fields_ > 0 && frames_ == fields_ + 1) return;  // n frames have n - 1 steps
    throw Error(ErrorKind::kInput,
                fmt::format("flow {}: found {} fields, but the video goes on with frame {}; "
                            "expected one a frame, or one less; give the flow of this video",
                            in_quotes(path_), fields_, frames_));
  }
  if (fields_ > 0 && next->values.sizes() != field_.values.sizes())
    throw Error(ErrorKind::kInput,
                fmt::format("flow {}: field {} is {}x{} px, earlier ones {}x{}; expected one size",
                            in_quotes(path_), fields_ + 1, next->values.size(2),
                            next->values.size(1), field_.values.size(2), field_.values.size(1)));
  field_ = std::move(*next);
  if (++fields_ == 1) compare_shape(frame);
}

void FlowTrack::compare_shape(const Frame& frame) {
  const double field =
      static_cast<double>(field_.values.size(2)) / static_cast<double>(field_.values.size(1));
  const double picture =
      static_cast<double>(frame.picture->width) / static_cast<double>(frame.picture->height);
  constexpr double kAlike = 0.03;  // 340x256 is made of 320x240
  if (std::abs(field / picture - 1) <= kAlike) return;
  warnings_.push_back(
      fmt::format("flow {} is {}x{} px and the video {}x{}, another shape; it is taken to show the "
                  "same view",
                  in_quotes(path_), field_.values.size(2), field_.values.size(1),
                  frame.picture->width, frame.picture->height));
}

at::Tensor FlowTrack::flow(const InputSpec& input) const {
  return field_.is_share ? field_.values * input.flow.bound : field_.values;
}

void FlowTrack::finish() {
  if (frames_ == 0 || !reader_->next()) return;
  warnings_.push_back(
      fmt::format("flow {} goes on after the last of {} frames; expected one field a frame, or one "
                  "less; is it of this video?",
                  in_quotes(path_), frames_));
}

std::vector<std::string> FlowTrack::take_warnings() { return std::exchange(warnings_, {}); }

}  // namespace praxiscope
