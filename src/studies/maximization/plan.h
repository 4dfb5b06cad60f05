// What `maximize` is asked, what it looks for, and what it finds.
#pragma once

#include "optima/maximizer.h"
#include "studies/maximization/tubes.h"

#include "praxiscope/clip.h"
#include "praxiscope/model.h"
#include "praxiscope/options.h"
#include "praxiscope/tensor.h"

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace praxiscope::studies {

/// How slow results are to be: what the temporal weight chi of every stream is multiplied by.
struct Speed {
  std::string_view name;
  double slowness = 0;
};
/// From slow to fast; "free" is not held back at all. The paper's sweep (Feichtenhofer et al. 2020,
/// "slow" and "fast" plates) with the isotropic case in the middle.
inline constexpr std::array<Speed, 4> kSpeeds{
    {{"slow", 10}, {"medium", 1}, {"fast", 0.1}, {"free", 0}}};

struct MaximizationPlan {
  /// "LAYER:3,17,40-47", several layers: "conv1:0-7,conv2:3"; empty: none.
  std::string units;
  std::string directions;  ///< "LAYER:FILE"; empty: none
  std::string classes;     ///< "violin", "violin-cello", "all", several with commas; empty: none
  optima::Place place = optima::Place::kCenter;
  bool is_rectified = false;    ///< take units as their rectifier gives them
  bool has_start_clip = false;  ///< start from the first clip instead of noise
  bool has_alone = true;        ///< with two streams, also each by itself
  std::string transfer;         ///< another network that is shown the results; empty: none
  std::string reference;        ///< a .json of an earlier run; empty: none
  std::string free_stream;      ///< the only stream that is optimized; empty: all
  std::vector<Speed> speeds;
  std::size_t count = 1;     ///< results of each speed, from different noise
  std::size_t clips = 3;     ///< real ones that are shown beside
  optima::Priors rgb, flow;  ///< at the speed "medium"
  optima::MaximizeSettings settings;
};

/// @throws Error kUsage naming the option that is wrong.
MaximizationPlan plan_maximization(const OptionValues& options);

/// A real clip that drives what is looked for.
struct DrivingClip {
  std::size_t input = 0;
  std::int64_t clip = 0;  ///< Clip::index
  double begin_s = 0, end_s = 0;
  double value = 0;
  bool is_answer = true;           ///< of a class: whether the network takes the clip for it
  std::vector<std::int64_t> cell;  ///< t, y, x of the largest activation; empty: a class
  std::int64_t place = -1;         ///< in the ClipStore; -1: it was not fetched
  std::vector<StreamTubes> tubes;  ///< where that cell looks, by stream; empty: a class
};

/// One unit, class or contrast.
struct Sought {
  std::string name;  ///< "violin", "violin - cello", "layer4.0:17"
  optima::Objective objective;
  std::string wished_layer;  ///< as it was asked for; the objective may lie before its rectifier
  std::string a_hat_from;    ///< "clips", "free steps", "p 0.99", "stored"
  std::vector<DrivingClip> clips;  ///< strongest first
};

/// What another network says of a result.
struct OtherAnswer {
  std::string label;       ///< its first answer
  double probability = 0;  ///< of the class that the result was made for; NaN: it has none
};

/// One result: of a sought thing at a speed, from one noise.
struct Found {
  std::size_t sought = 0, speed = 0, draw = 0;
  /// The only stream that was optimized, the other held at its mean; empty: all.
  std::string alone;
  std::int64_t place = -1;          ///< of its clip in the ClipStore; -1: it was not looked for yet
  optima::Optimum optimum;          ///< without the clip itself
  std::vector<double> frequencies;  ///< one a stream: cycles a frame
  double probability = 0;           ///< of a class; NaN: none
  std::int64_t class_index = -1;    ///< the network's first answer
  /// One a stream: shares of its power at 0, 1/T, 2/T, ... 1/2 cycles a frame.
  std::vector<std::vector<double>> spectra;
  std::optional<OtherAnswer> other;  ///< with --transfer, of classes
};

}  // namespace praxiscope::studies
