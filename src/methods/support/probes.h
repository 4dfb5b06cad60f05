// Further forwards that a method makes of its own: changed clips in, scores or input gradients out.
#pragma once

#include "methods/support/target_score.h"

#include "praxiscope/method.h"

#include <functional>
#include <vector>

namespace praxiscope::methods {

/// The layers that the targets name as units, so that a forward keeps them.
std::vector<std::string> unit_layers(const MethodInput& input);

/// d target_k / d inputs at other inputs than the shared run's: same clips, same targets.
///
/// @param inputs  one [N,C,T,H,W] f32 a model input.
/// @param rule    what rectifiers hand back.
/// @return        [k][input]: [N,C,T,H,W], k over all targets; every clip its own.
std::vector<std::vector<at::Tensor>> input_gradients_at(const MethodInput& input,
                                                        std::span<const at::Tensor> inputs,
                                                        BackwardRule rule = BackwardRule::kPlain);

/// The targets' values [K][N] at other inputs; without gradients.
std::vector<at::Tensor> scores_at(const MethodInput& input, std::span<const at::Tensor> inputs);

/// Gives the `index`-th changed copy of a clip: one [C,T,H,W] a model input.
using MakeCopy = std::function<std::vector<at::Tensor>(std::int64_t index)>;

/// Changed copies of one clip.
struct Copies {
  std::size_t clip = 0;    ///< which of the batch
  std::int64_t count = 0;  ///< how many copies
  MakeCopy make;
  RunOptions options;  ///< of their forwards; the layers of units are added
  /// Where each forward of the copies from `begin` on needs options of its own; may be empty.
  std::function<void(std::int64_t begin, RunOptions& options)> prepare;
};

/// Looks at a forward: its first `rows` clips are the copies from `begin` on, and `asked` asks the
/// clip's targets of each.
using SeeCopies =
    std::function<void(const MethodInput& asked, std::int64_t begin, std::int64_t rows)>;

/// Runs all copies, MethodInput::batch of them in one forward, without gradients.
///
/// @throws Error kCancelled between forwards.
void run_copies(const MethodInput& input, const Copies& copies, const SeeCopies& see,
                Progress& progress);

/// The values of all targets in a forward: [N,K] f32 on the CPU.
at::Tensor all_target_values(const MethodInput& asked, ScoreKind kind);

/// The targets' values of all copies.
///
/// @return  [count,K] f32 on the CPU.
/// @throws Error kCancelled between forwards.
at::Tensor scores_of_copies(const MethodInput& input, const Copies& copies, ScoreKind kind,
                            Progress& progress);

}  // namespace praxiscope::methods
