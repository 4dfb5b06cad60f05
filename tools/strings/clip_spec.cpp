#include "strings/clip_spec.h"

#include "strings/random.h"

namespace praxiscope::strings {

int class_of(const ClipSpec& spec) {
  return static_cast<int>(spec.instrument) * 3 + static_cast<int>(spec.motion);
}

const std::vector<std::string>& class_names() {
  static const std::vector<std::string> kNames = {"bowing a violin",  "plucking a violin",
                                                  "holding a violin", "bowing a cello",
                                                  "plucking a cello", "holding a cello"};
  return kNames;
}

ClipSpec clip_of(const Split& split, std::int64_t index) {
  const auto number = static_cast<std::uint64_t>(index);
  Random random(number, split.name);
  ClipSpec spec;
  spec.seed = random.bits();
  spec.instrument = static_cast<Instrument>(index % kClasses / 3);
  spec.motion = static_cast<Motion>(index % 3);
  const bool is_cello = spec.instrument == Instrument::kCello;
  spec.has_chair = random.chance(split.chair_bias) == is_cello;
  return spec;
}

std::vector<Twin> twins_of(const ClipSpec& spec) {
  std::vector<Twin> twins{
      {"chair", spec}, {"instrument", spec}, {"motion", spec}, {"reversed", spec}};
  twins[0].spec.has_chair = !spec.has_chair;
  twins[1].spec.instrument =
      spec.instrument == Instrument::kCello ? Instrument::kViolin : Instrument::kCello;
  twins[2].spec.motion = static_cast<Motion>((static_cast<int>(spec.motion) + 1) % 3);
  twins[3].spec.is_reversed = !spec.is_reversed;
  return twins;
}

}  // namespace praxiscope::strings
