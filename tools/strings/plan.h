// How a clip moves: everything that depends on time, in frames from the clip's begin.
#pragma once

#include "strings/clip_spec.h"

namespace praxiscope::strings {

/// Where the playing hand is. What one frame shows of the action is these two numbers, and their
/// distribution is the same for every motion: only their change tells bowing from plucking.
struct Touch {
  double stroke = 0;  ///< -1..1 along the bow
  double pull = 0;    ///< -1..1 along the strings
};

/// The world as the camera has it: px of the picture.
struct Camera {
  double x = 0, y = 0;  ///< the middle of the picture, in px of the world
  double zoom = 1;
};

class Plan {
 public:
  explicit Plan(const ClipSpec& spec);

  /// The frames in which the action happens, begin and past the end; all of them when nothing does.
  int begin() const;
  int end() const;

  Touch touch_at(double frame) const;
  Camera camera_at(double frame) const;
  /// Lean of the upper body, radians; the same whatever is played.
  double lean_at(double frame) const;
  /// px that the distractor `number` has gone from where it was, across and down.
  std::pair<double, double> drift_at(int number, double frame) const;

 private:
  struct Wave {
    double amplitude = 0, turns_per_frame = 0, phase = 0;
    double at(double frame) const;
  };

  /// Turns that the action has made.
  double turns_at(double frame) const;
  double clock(double frame) const;

  Motion motion_;
  bool is_reversed_;
  double onset_, stop_, turns_per_frame_, stroke_phase_, pull_phase_;
  double pan_x_, pan_y_, zoom_from_, zoom_to_;
  Wave shake_x_[2], shake_y_[2], lean_;
  std::uint64_t seed_;
};

}  // namespace praxiscope::strings
