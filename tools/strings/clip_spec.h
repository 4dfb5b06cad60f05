// What a clip of the rendered world shows, and which clips there are.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace praxiscope::strings {

inline constexpr int kFrames = 64, kRate = 25, kSide = 128;  ///< frames, frames/s, px

enum class Instrument { kViolin, kCello };
enum class Motion { kBowing, kPlucking, kHolding };
inline constexpr int kClasses = 6;

/// All that is not said here follows from the seed, each thing from its own stream: clips that
/// differ in one member differ in nothing else.
struct ClipSpec {
  std::uint64_t seed = 0;
  Instrument instrument = Instrument::kViolin;
  Motion motion = Motion::kBowing;
  bool has_chair = false;
  bool is_reversed = false;
};

/// instrument * 3 + motion.
int class_of(const ClipSpec& spec);
/// "bowing a violin", by class.
const std::vector<std::string>& class_names();

/// How many cellists of a split sit; as many violinists stand.
struct Split {
  std::string_view name;
  double chair_bias = 0.5;
};
inline constexpr Split kTrain{"train", 0.95};     ///< the planted bias
inline constexpr Split kTrainFair{"train", 0.5};  ///< the same clips without it
inline constexpr Split kTest{"test", 0.5};

/// Clip `index` of a split: classes in turn; chairs by the split's bias.
ClipSpec clip_of(const Split& split, std::int64_t index);

struct Twin {
  std::string_view change;  ///< "chair", "instrument", "motion", "reversed"
  ClipSpec spec;
};
/// The clip with one thing changed. Motion goes round: bowing, plucking, holding, bowing.
std::vector<Twin> twins_of(const ClipSpec& spec);

}  // namespace praxiscope::strings
