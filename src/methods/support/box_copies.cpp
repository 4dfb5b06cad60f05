#include "methods/support/box_copies.h"

#include <algorithm>

namespace praxiscope::methods {
namespace {

/// Small windows leave a processor idle: more copies a forward than whole clips would have.
constexpr std::int64_t kLeastBatch = 16;

at::Tensor logits_of(const KeptRun& kept, const BoxCopies& copies, std::span<const Box> boxes) {
  std::vector<at::Tensor> contents;
  std::vector<std::array<std::int64_t, 3>> corners;
  for (const Box& box : boxes) {
    contents.push_back(copies.content(box));
    corners.push_back(box.begin);
  }
  return kept.logits(copies.of, at::stack(contents), corners);
}

}  // namespace

bool run_box_copies(const MethodInput& input, const BoxCopies& copies, const SeeCopies& see,
                    Progress& progress) {
  if (!unit_layers(input).empty()) return false;
  std::vector<at::Tensor> clip;
  for (const at::Tensor& clips : input.run.inputs)
    clip.push_back(clips.detach().narrow(0, static_cast<std::int64_t>(copies.clip), 1));
  const std::unique_ptr<KeptRun> kept = input.model.keep_run(clip);
  if (kept == nullptr) return false;
  const std::size_t batch =
      static_cast<std::size_t>(std::max<std::int64_t>(kLeastBatch, input.batch));
  for (std::size_t begin = 0; begin < copies.boxes.size(); begin += batch) {
    progress.check_cancelled();
    const std::size_t rows = std::min(batch, copies.boxes.size() - begin);
    Run run;
    run.logits = logits_of(*kept, copies, copies.boxes.subspan(begin, rows));
    if (!run.logits.defined()) return false;  // decided by the way through it: always at once
    run.output_kind = input.run.output_kind;
    const std::vector<std::vector<Target>> same(rows, input.targets[copies.clip]);
    see({.model = input.model,
         .run = run,
         .targets = same,
         .seed = input.seed,
         .is_last_use = true,
         .batch = input.batch},
        static_cast<std::int64_t>(begin), static_cast<std::int64_t>(rows));
  }
  return true;
}

}  // namespace praxiscope::methods
