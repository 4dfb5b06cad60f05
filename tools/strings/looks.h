// How things of the world look. Every function gives shapes in the thing's own coordinates; colours
// and patterns come from the clip's seed.
#pragma once

#include "strings/clip_spec.h"
#include "strings/part.h"

namespace praxiscope::strings {

/// Lengths of a person and its instruments, px at scale 1. The origin is where the bow touches the
/// strings, in front of the chest; y points down.
inline constexpr double kShoulderX = 13, kShoulderY = -19, kHairY = -46, kHipY = 20, kFloorY = 58;
inline constexpr double kUpperArm = 11.4, kForearm = 11.4, kArmWidth = 6;
inline constexpr double kBowHalf = 24;  ///< from the middle of a bow to its ends

struct PersonLook {
  explicit PersonLook(std::uint64_t seed);
  Color skin, hair, top, trousers, shoes, stripe;
  bool has_stripes = false, has_long_hair = false, has_glasses = false;
};

/// Torso, neck and head.
std::vector<Shape> upper_body(const PersonLook& look);
std::vector<Shape> legs(const PersonLook& look, bool is_sitting);
/// From the shoulder or elbow at the origin along x.
std::vector<Shape> upper_arm(const PersonLook& look);
std::vector<Shape> forearm(const PersonLook& look);
std::vector<Shape> hand(const PersonLook& look);

/// Strings along y, neck upwards, the bow's place at the origin.
std::vector<Shape> instrument(Instrument kind, std::uint64_t seed);
/// Where the other hand holds the neck.
double neck_hand_y(Instrument kind);
/// Along x, its middle at the origin, frog at the left.
std::vector<Shape> bow(std::uint64_t seed);

std::vector<Shape> chair(std::uint64_t seed);

/// Wall and floor, `side` px wide and high, the floor beginning at `floor_y` of it.
Surface room(std::uint64_t seed, int side, double floor_y);
/// A ball, a balloon, a bird or a kite around the origin.
std::vector<Shape> distractor(std::uint64_t seed, int number);

}  // namespace praxiscope::strings
