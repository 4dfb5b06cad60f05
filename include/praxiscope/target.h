// Target: the scalar that is explained.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace praxiscope {

/// A class's logit, the difference of two logits, or one unit of a layer.
struct Target {
  enum class Kind { kClass, kContrast, kUnit };
  Kind kind = Kind::kClass;
  std::int64_t class_index = 0;        ///< kClass, and `a` of kContrast
  std::int64_t other_class_index = 0;  ///< `b` of kContrast: the target is S_a - S_b
  std::string layer;                   ///< kUnit
  std::int64_t channel = 0;            ///< kUnit
  std::optional<std::int64_t> t, y,
      x;  ///< kUnit: one position; absent along an axis: the mean over it
  friend bool operator==(const Target&, const Target&) = default;
};

/// What a user wrote, before the network has answered: "top", "top3", a label, an index, "A-B",
/// "unit:LAYER:CH", "unit:LAYER:CH@t,y,x".
struct TargetWish {
  std::optional<int>
      top_rank;  ///< 1 for "top"; the class of that rank of each clip, decided per clip
  std::optional<Target> fixed;
};

/// "top" is rank 1, "topN" stands for ranks 1..N. Labels win over indices; "A-B" is tried at every
/// hyphen, whole labels first. Unit layers are left as written. @throws Error kUsage with a
/// did-you-mean.
std::vector<TargetWish> parse_target(const std::string& text,
                                     const std::vector<std::string>& labels);

/// "violin", "violin - cello", "unit layer4.1.conv2:37".
std::string describe(const Target& target, const std::vector<std::string>& labels);

}  // namespace praxiscope
