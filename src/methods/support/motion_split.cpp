// See motion_split.h.
#include "methods/support/motion_split.h"

#include "methods/support/fills.h"
#include "methods/support/probes.h"

#include <ATen/ATen.h>

#include <array>

namespace praxiscope::methods {
namespace {

constexpr std::int64_t kShuffles = 3;

enum Row { kWhole, kFrozen, kReversed, kFirstShuffled, kRows = kFirstShuffled + kShuffles };

/// The clip as the row has it: [C,T,H,W] a model input.
std::vector<at::Tensor> copy_of(const MethodInput& input, std::size_t clip, std::int64_t row) {
  std::vector<at::Tensor> copies;
  const std::vector<InputSpec>& specs = input.model.manifest().inputs;
  for (std::size_t i = 0; i < input.run.inputs.size(); ++i) {
    const at::Tensor one =
        input.run.inputs[i].detach().narrow(0, static_cast<std::int64_t>(clip), 1);
    at::Tensor changed = one;
    if (row == kFrozen) changed = make_fill(FillKind::kFrozen, one, specs[i], input.seed);
    if (row == kReversed) changed = make_fill(FillKind::kReversed, one, specs[i], input.seed);
    if (row >= kFirstShuffled)
      changed = make_fill(FillKind::kShuffled, one, specs[i],
                          input.seed + static_cast<std::uint64_t>(row - kFirstShuffled));
    copies.push_back(changed[0]);
  }
  return copies;
}

/// Values of one target by row.
MotionSplit::Values values_of(const at::Tensor& column) {
  const auto at_row = [&](std::int64_t row) { return column[row].item<float>(); };
  return {.whole = at_row(kWhole),
          .frozen = at_row(kFrozen),
          .shuffled = column.slice(0, kFirstShuffled, kRows).mean().item<float>(),
          .reversed = at_row(kReversed)};
}

}  // namespace

std::vector<MotionSplit> motion_split(const MethodInput& input, std::size_t clip,
                                      Progress& progress) {
  const auto targets = static_cast<std::int64_t>(input.targets[clip].size());
  std::array<at::Tensor, 2> found{at::zeros({kRows, targets}), at::zeros({kRows, targets})};
  const Copies copies{.clip = clip,
                      .count = kRows,
                      .make = [&](std::int64_t row) { return copy_of(input, clip, row); },
                      .options = {},
                      .prepare = nullptr};
  run_copies(
      input, copies,
      [&](const MethodInput& asked, std::int64_t begin, std::int64_t rows) {
        for (const auto& [which, kind] :
             {std::pair(0, ScoreKind::kLogit), std::pair(1, ScoreKind::kProbability)})
          found.at(static_cast<std::size_t>(which))
              .narrow(0, begin, rows)
              .copy_(all_target_values(asked, kind).narrow(0, 0, rows));
      },
      progress);
  std::vector<MotionSplit> split;
  for (std::int64_t k = 0; k < targets; ++k)
    split.push_back({.score = values_of(found[0].select(1, k)),
                     .probability = values_of(found[1].select(1, k))});
  return split;
}

}  // namespace praxiscope::methods
