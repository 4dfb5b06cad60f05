// A clip's things, their order and how they move together.
#pragma once

#include "strings/looks.h"
#include "strings/part.h"
#include "strings/plan.h"

#include <vector>

namespace praxiscope::strings {

/// Light of the room: what colours are multiplied with, and a shadow that lies over the picture.
struct Light {
  double r = 1, g = 1, b = 1;
  double shade = 0;  ///< 0..1: how dark the picture gets towards `angle`
  double angle = 0;  ///< radians
};

class Scene {
 public:
  explicit Scene(const ClipSpec& spec);
  Scene(const Scene&) = delete;
  Scene& operator=(const Scene&) = delete;

  const Plan& plan() const { return plan_; }
  const Light& light() const { return light_; }
  /// Farthest first. Their poses live as long as the scene.
  const std::vector<Part>& parts() const { return parts_; }

 private:
  using Point = std::pair<double, double>;

  void add(Mask mask, std::vector<Shape> shapes, cairo_matrix_t (Scene::*pose)(double) const);
  void add_surroundings(const ClipSpec& spec);
  void add_distractors(const ClipSpec& spec, bool is_in_front);
  void add_player(const ClipSpec& spec);

  // Poses from a thing's coordinates to the picture's.
  cairo_matrix_t camera(double frame) const;
  cairo_matrix_t figure(double frame) const;
  cairo_matrix_t body(double frame) const;
  cairo_matrix_t strings(double frame) const;
  cairo_matrix_t bow_pose(double frame) const;
  cairo_matrix_t playing_hand(double frame) const;
  cairo_matrix_t playing_upper_arm(double frame) const;
  cairo_matrix_t playing_forearm(double frame) const;
  cairo_matrix_t neck_hand(double frame) const;
  cairo_matrix_t neck_upper_arm(double frame) const;
  cairo_matrix_t neck_forearm(double frame) const;

  /// Of the bow to the body.
  cairo_matrix_t bow_on_body(double frame) const;
  /// Where the hands are on the body.
  Point bow_grip(double frame) const;
  Point neck_grip() const;

  Plan plan_;
  Light light_;
  std::vector<Part> parts_;
  Instrument instrument_;
  double x_, y_, size_, tilt_;
  bool is_mirrored_;
};

}  // namespace praxiscope::strings
