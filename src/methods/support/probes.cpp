#include "methods/support/probes.h"

#include "methods/support/target_score.h"

#include <fmt/format.h>

#include <algorithm>

namespace praxiscope::methods {
namespace {

/// Of a forward that only answers the targets.
RunOptions plain_options(const MethodInput& input) {
  RunOptions options;
  options.taps = unit_layers(input);
  return options;
}

/// The same question asked of another forward.
MethodInput ask(const MethodInput& input, const Run& run,
                std::span<const std::vector<Target>> targets) {
  return {.model = input.model,
          .run = run,
          .targets = targets,
          .seed = input.seed,
          .is_last_use = true,
          .batch = input.batch};
}

}  // namespace

std::vector<std::string> unit_layers(const MethodInput& input) {
  std::vector<std::string> layers;
  for (const std::vector<Target>& targets : input.targets) {
    for (const Target& target : targets) {
      if (target.kind != Target::Kind::kUnit) continue;
      std::string layer = input.model.find_layer(target.layer);
      if (std::find(layers.begin(), layers.end(), layer) == layers.end())
        layers.push_back(std::move(layer));
    }
  }
  return layers;
}

std::vector<std::vector<at::Tensor>> input_gradients_at(const MethodInput& input,
                                                        std::span<const at::Tensor> inputs,
                                                        BackwardRule rule) {
  RunOptions options = plain_options(input);
  options.input_gradients = true;
  options.backward_rule = rule;
  const Run run = input.model.run(inputs, options);
  const MethodInput asked = ask(input, run, input.targets);
  std::vector<std::string> of;
  for (std::size_t i = 0; i < inputs.size(); ++i) of.push_back(fmt::format("input:{}", i));
  std::vector<std::vector<at::Tensor>> gradients;
  for (std::size_t k = 0; k < targets_per_clip(asked); ++k)
    gradients.push_back(target_gradients(asked, target_scores(asked, k), k, of));
  return gradients;
}

std::vector<at::Tensor> scores_at(const MethodInput& input, std::span<const at::Tensor> inputs) {
  const Run run = input.model.run(inputs, plain_options(input));
  const MethodInput asked = ask(input, run, input.targets);
  std::vector<at::Tensor> scores;
  for (std::size_t k = 0; k < targets_per_clip(asked); ++k)
    scores.push_back(target_scores(asked, k).detach());
  return scores;
}

void run_copies(const MethodInput& input, const Copies& copies, const SeeCopies& see,
                Progress& progress) {
  const std::int64_t fixed = input.model.fixed_batch().value_or(0);
  const std::int64_t batch = fixed > 0 ? fixed : std::max(1, input.batch);
  RunOptions options = copies.options;
  for (const std::string& layer : unit_layers(input)) options.taps.push_back(layer);
  for (std::int64_t begin = 0; begin < copies.count; begin += batch) {
    progress.check_cancelled();
    const std::int64_t rows = std::min(batch, copies.count - begin);
    std::vector<std::vector<at::Tensor>> stacks(input.run.inputs.size());
    for (std::int64_t i = 0; i < (fixed > 0 ? fixed : rows); ++i) {
      std::vector<at::Tensor> copy = copies.make(begin + std::min(i, rows - 1));
      for (std::size_t of = 0; of < copy.size(); ++of) stacks[of].push_back(std::move(copy[of]));
    }
    std::vector<at::Tensor> inputs;
    for (const std::vector<at::Tensor>& stack : stacks) inputs.push_back(at::stack(stack));
    if (copies.prepare) copies.prepare(begin, options);
    const Run run = input.model.run(inputs, options);
    const std::vector<std::vector<Target>> same(static_cast<std::size_t>(run.logits.size(0)),
                                                input.targets[copies.clip]);
    see(ask(input, run, same), begin, rows);
  }
}

at::Tensor all_target_values(const MethodInput& asked, ScoreKind kind) {
  const std::size_t targets = targets_per_clip(asked);
  if (targets == 0) return at::zeros({asked.run.logits.size(0), 0}, at::kFloat);
  std::vector<at::Tensor> values;
  for (std::size_t k = 0; k < targets; ++k) values.push_back(target_values(asked, k, kind));
  return at::stack(values, 1).to(at::kCPU);
}

at::Tensor scores_of_copies(const MethodInput& input, const Copies& copies, ScoreKind kind,
                            Progress& progress) {
  const auto targets = static_cast<std::int64_t>(input.targets[copies.clip].size());
  at::Tensor scores = at::zeros({copies.count, targets}, at::kFloat);
  const SeeCopies keep = [&](const MethodInput& asked, std::int64_t begin, std::int64_t rows) {
    scores.narrow(0, begin, rows).copy_(all_target_values(asked, kind).narrow(0, 0, rows));
  };
  run_copies(input, copies, keep, progress);
  return scores;
}

}  // namespace praxiscope::methods
