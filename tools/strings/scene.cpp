#include "strings/scene.h"

#include "strings/random.h"

#include <algorithm>
#include <cmath>
#include <numbers>
#include <string>
#include <utility>

namespace praxiscope::strings {
namespace {

constexpr double kStroke = 11, kPull = 4.5;  ///< px at scale 1 from the middle to either end
constexpr double kReach = 31;  ///< px at scale 1 from the middle of a player to an elbow or the bow
constexpr int kRoomSide = 200;  ///< px; the camera sees 128 of them

cairo_matrix_t mirrored() {
  cairo_matrix_t pose;
  cairo_matrix_init_scale(&pose, -1, 1);
  return pose;
}

std::pair<double, double> applied(const cairo_matrix_t& pose, double x, double y) {
  cairo_matrix_transform_point(&pose, &x, &y);
  return {x, y};
}

/// Where the elbow is between a shoulder and a hand; `side`: left (-1) or right (1) of the way.
std::pair<double, double> elbow(const std::pair<double, double>& shoulder,
                                const std::pair<double, double>& hand, double side) {
  const double dx = hand.first - shoulder.first, dy = hand.second - shoulder.second;
  const double distance = std::max(1e-6, std::hypot(dx, dy));
  const double half = std::min(distance / 2, kUpperArm);
  const double height = side * std::sqrt(kUpperArm * kUpperArm - half * half);
  return {shoulder.first + half * dx / distance - height * dy / distance,
          shoulder.second + half * dy / distance + height * dx / distance};
}

/// Of the arm that holds the neck and does not move: outwards and down, as arms hang.
std::pair<double, double> hanging_elbow(const std::pair<double, double>& shoulder,
                                        const std::pair<double, double>& hand) {
  const auto one = elbow(shoulder, hand, 1), other = elbow(shoulder, hand, -1);
  return one.first + one.second > other.first + other.second ? one : other;
}

cairo_matrix_t limb(const std::pair<double, double>& from, const std::pair<double, double>& to) {
  return turned(std::atan2(to.second - from.second, to.first - from.first)) *
         moved(from.first, from.second);
}

constexpr std::pair<double, double> kBowShoulder{-kShoulderX, kShoulderY},
    kNeckShoulder{kShoulderX, kShoulderY};

}  // namespace

Scene::Scene(const ClipSpec& spec) : plan_(spec), instrument_(spec.instrument) {
  Random place(spec.seed, "place");
  size_ = place.uniform(0.66, 1);
  // Anywhere in the picture, from hair to shoes and with both elbows: the middle of the picture
  // must say nothing of where the player is, or a map that points there would seem to find
  // something.
  x_ = place.uniform(kReach * size_, kSide - kReach * size_);
  y_ = place.uniform(2 - kHairY * size_, kSide - 2 - kFloorY * size_);
  tilt_ = place.uniform(14, 30) * std::numbers::pi / 180;
  is_mirrored_ = place.chance(0.5);
  Random light(spec.seed, "light");
  const double gain = light.uniform(0.8, 1.1), warmth = light.uniform(-0.06, 0.06);
  light_ = {gain * (1 + warmth), gain, gain * (1 - warmth), light.uniform(0, 0.32),
            light.uniform(0, 2 * std::numbers::pi)};
  add_surroundings(spec);
  add_distractors(spec, false);
  add_player(spec);
  add_distractors(spec, true);
}

void Scene::add(Mask mask, std::vector<Shape> shapes, cairo_matrix_t (Scene::*pose)(double) const) {
  parts_.push_back({mask, std::move(shapes), nullptr, 0,
                    [this, pose](double frame) { return (this->*pose)(frame); }});
}

void Scene::add_surroundings(const ClipSpec& spec) {
  const double corner = (kSide - kRoomSide) / 2.0;
  // The wall ends a little above the feet, wherever they stand.
  const double floor = y_ + size_ * (kFloorY - 12) - corner;
  parts_.push_back(
      {Mask::kBackground, {}, room(spec.seed, kRoomSide, floor), corner, [this](double frame) {
         return camera(frame);
       }});
}

void Scene::add_distractors(const ClipSpec& spec, bool is_in_front) {
  Random random(spec.seed, "distractors");
  const int count = random.below(4);
  for (int i = 0; i < count; ++i) {
    const double x = random.uniform(5, kSide - 5), size = random.uniform(0.7, 1.3);
    const bool is_front = random.chance(0.25);
    // In front only where no action is hidden: at the feet.
    const double feet = y_ + kFloorY * size_;
    const double y = is_front ? feet + random.uniform(-10, 2) : random.uniform(10, 70);
    if (is_front != is_in_front) continue;
    parts_.push_back({Mask::kDistractor, distractor(spec.seed, i), nullptr, 0,
                      [this, i, x, y, size](double frame) {
                        const auto [dx, dy] = plan_.drift_at(i, frame);
                        return scaled(size) * moved(x + dx, y + dy) * camera(frame);
                      }});
  }
}

void Scene::add_player(const ClipSpec& spec) {
  const PersonLook look(spec.seed);
  if (spec.has_chair) add(Mask::kChair, chair(spec.seed), &Scene::figure);
  add(Mask::kPerson, legs(look, spec.has_chair), &Scene::figure);
  add(Mask::kPerson, upper_body(look), &Scene::body);
  add(Mask::kPerson, upper_arm(look), &Scene::neck_upper_arm);
  add(Mask::kInstrument, strings::instrument(spec.instrument, spec.seed), &Scene::strings);
  add(Mask::kPerson, forearm(look), &Scene::neck_forearm);
  add(Mask::kPerson, hand(look), &Scene::neck_hand);
  add(Mask::kBow, bow(spec.seed), &Scene::bow_pose);
  add(Mask::kPerson, upper_arm(look), &Scene::playing_upper_arm);
  add(Mask::kPerson, forearm(look), &Scene::playing_forearm);
  add(Mask::kHand, hand(look), &Scene::playing_hand);
}

cairo_matrix_t Scene::camera(double frame) const {
  const Camera camera = plan_.camera_at(frame);
  return moved(-camera.x, -camera.y) * scaled(camera.zoom) * moved(kSide / 2.0, kSide / 2.0);
}

cairo_matrix_t Scene::figure(double frame) const {
  const cairo_matrix_t placed = scaled(size_) * moved(x_, y_) * camera(frame);
  return is_mirrored_ ? mirrored() * placed : placed;
}

cairo_matrix_t Scene::body(double frame) const {
  return moved(0, -kHipY) * turned(plan_.lean_at(frame)) * moved(0, kHipY) * figure(frame);
}

cairo_matrix_t Scene::strings(double frame) const { return turned(tilt_) * body(frame); }

cairo_matrix_t Scene::bow_on_body(double frame) const {
  const Touch touch = plan_.touch_at(frame);
  return turned(0.08 * touch.pull) * moved(kStroke * touch.stroke, kPull * touch.pull) *
         turned(tilt_);
}

cairo_matrix_t Scene::bow_pose(double frame) const { return bow_on_body(frame) * body(frame); }

Scene::Point Scene::bow_grip(double frame) const {
  return applied(bow_on_body(frame), -kBowHalf + 2, 0);
}

Scene::Point Scene::neck_grip() const {
  return applied(turned(tilt_), 1, neck_hand_y(instrument_));
}

cairo_matrix_t Scene::playing_hand(double frame) const {
  return moved(-kBowHalf + 2, 0) * bow_pose(frame);
}

cairo_matrix_t Scene::playing_upper_arm(double frame) const {
  return limb(kBowShoulder, elbow(kBowShoulder, bow_grip(frame), 1)) * body(frame);
}

cairo_matrix_t Scene::playing_forearm(double frame) const {
  const Point grip = bow_grip(frame);
  return limb(elbow(kBowShoulder, grip, 1), grip) * body(frame);
}

cairo_matrix_t Scene::neck_hand(double frame) const {
  const Point grip = neck_grip();
  return turned(tilt_ + std::numbers::pi) * moved(grip.first, grip.second) * body(frame);
}

cairo_matrix_t Scene::neck_upper_arm(double frame) const {
  return limb(kNeckShoulder, hanging_elbow(kNeckShoulder, neck_grip())) * body(frame);
}

cairo_matrix_t Scene::neck_forearm(double frame) const {
  const Point grip = neck_grip();
  return limb(hanging_elbow(kNeckShoulder, grip), grip) * body(frame);
}

}  // namespace praxiscope::strings
