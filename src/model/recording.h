// Recording: a forward kept step by step, that can be gone through again for a batch of inputs that
// differ in a box each. Knows programs and patches, no manifest.
#pragma once

#include "model/patch.h"
#include "model/program.h"

#include <memory>
#include <optional>
#include <span>
#include <vector>

namespace praxiscope::program {

class Recording {
 public:
  virtual ~Recording() = default;
  /// Goes through the program again with `patches[i]` in place of argument i (null: as it was), as
  /// many clips as the patches have. Only what the patches can reach is computed.
  /// @return  the program's outputs for [B,...], or nothing when what changed would decide about
  ///          the way through the program.
  virtual std::optional<std::vector<c10::IValue>> replay(
      std::span<const std::shared_ptr<const Patch>> patches) const = 0;
};

/// Runs `program` once on one clip and keeps every value; null where that cannot be gone through
/// again: values that are views of others and are changed in place.
std::unique_ptr<Recording> record(const Program& program, std::vector<c10::IValue> inputs);

}  // namespace praxiscope::program
