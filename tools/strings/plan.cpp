#include "strings/plan.h"

#include "strings/random.h"

#include <algorithm>
#include <cmath>
#include <numbers>
#include <string>

namespace praxiscope::strings {
namespace {

constexpr double kTurn = 2 * std::numbers::pi;

}  // namespace

double Plan::Wave::at(double frame) const {
  return amplitude * std::sin(kTurn * (turns_per_frame * frame + phase));
}

Plan::Plan(const ClipSpec& spec)
    : motion_(spec.motion), is_reversed_(spec.is_reversed), seed_(spec.seed) {
  Random action(spec.seed, "action");
  onset_ = std::floor(action.uniform(4, 22));
  stop_ = std::floor(action.uniform(onset_ + 30, kFrames + 12));
  turns_per_frame_ = action.uniform(0.9, 1.9) / kRate;
  stroke_phase_ = action.uniform(0, 1);
  pull_phase_ = action.uniform(0, 1);

  Random camera(spec.seed, "camera");
  const bool pans = camera.chance(0.6);
  pan_x_ = pans ? camera.uniform(-0.25, 0.25) : 0;
  pan_y_ = pans ? camera.uniform(-0.08, 0.08) : 0;
  zoom_from_ = camera.uniform(0.97, 1.05);
  zoom_to_ = camera.chance(0.4) ? camera.uniform(0.97, 1.05) : zoom_from_;
  const double shake = camera.chance(0.5) ? camera.uniform(0.1, 0.6) : 0;
  for (Wave* waves : {shake_x_, shake_y_}) {
    for (int i = 0; i < 2; ++i)
      waves[i] = {shake, camera.uniform(1, 4) / kRate, camera.uniform(0, 1)};
  }
  Random body(spec.seed, "lean");
  lean_ = {body.uniform(0.005, 0.035), body.uniform(0.25, 0.6) / kRate, body.uniform(0, 1)};
}

int Plan::begin() const {
  if (motion_ == Motion::kHolding) return 0;
  return is_reversed_ ? kFrames - std::min(kFrames, static_cast<int>(stop_))
                      : static_cast<int>(onset_);
}

int Plan::end() const {
  if (motion_ == Motion::kHolding) return kFrames;
  return is_reversed_ ? kFrames - static_cast<int>(onset_)
                      : std::min(kFrames, static_cast<int>(stop_));
}

double Plan::clock(double frame) const { return is_reversed_ ? kFrames - 1 - frame : frame; }

double Plan::turns_at(double frame) const {
  return (std::clamp(frame, onset_, stop_) - onset_) * turns_per_frame_;
}

Touch Plan::touch_at(double frame) const {
  const double turns = turns_at(clock(frame));
  const double stroke = stroke_phase_ + (motion_ == Motion::kBowing ? turns : 0);
  // Plucks are twice as quick as strokes are: they are shorter.
  const double pull = pull_phase_ + (motion_ == Motion::kPlucking ? 2 * turns : 0);
  return {std::sin(kTurn * stroke), std::sin(kTurn * pull)};
}

Camera Plan::camera_at(double frame) const {
  const double t = clock(frame), middle = t - (kFrames - 1) / 2.0;
  return {kSide / 2.0 + pan_x_ * middle + shake_x_[0].at(t) + shake_x_[1].at(t),
          kSide / 2.0 + pan_y_ * middle + shake_y_[0].at(t) + shake_y_[1].at(t),
          zoom_from_ + (zoom_to_ - zoom_from_) * t / (kFrames - 1)};
}

double Plan::lean_at(double frame) const { return lean_.at(clock(frame)); }

std::pair<double, double> Plan::drift_at(int number, double frame) const {
  Random random(seed_, "drift" + std::to_string(number));
  const double across = random.uniform(-0.7, 0.7);
  const Wave bob{random.uniform(0, 4), random.uniform(0.3, 1.2) / kRate, random.uniform(0, 1)};
  const double t = clock(frame);
  return {across * (t - kFrames / 2.0), bob.at(t)};
}

}  // namespace praxiscope::strings
