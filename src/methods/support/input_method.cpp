// One backward per target over the whole batch, from the target down to the clips.
#include "methods/support/input_method.h"

#include "methods/support/rule_check.h"
#include "methods/support/strongest_unit.h"
#include "methods/support/target_score.h"

#include <ATen/core/grad_mode.h>
#include <fmt/format.h>

namespace praxiscope::methods {
namespace {

class GradientMethod : public Method {
 public:
  GradientMethod(InputMethodSettings settings, InputMap map)
      : settings_(std::move(settings)), map_(std::move(map)) {}

  MethodNeeds needs() const override {
    return {.taps = {}, .input_gradients = true, .backward_rule = settings_.rule};
  }
  MethodResults explain(const MethodInput& input, Progress& progress) const override;

 private:
  InputMethodSettings settings_;
  InputMap map_;
};

MethodResults GradientMethod::explain(const MethodInput& input, Progress& progress) const {
  const std::size_t targets = targets_per_clip(input);
  MethodResults results = empty_results(input);
  const StrongestStart start =
      settings_.starts_at_strongest ? move_to_strongest(input) : StrongestStart{};
  MethodInput asked = input;
  if (settings_.starts_at_strongest) asked.targets = start.targets;

  const std::vector<std::string> of = input_names(input);
  for (std::size_t k = 0; k < targets; ++k) {
    progress.check_cancelled();
    // One backward gives every clip of the batch its own gradient.
    const at::Tensor scores = target_scores(asked, k);
    if (settings_.rule != BackwardRule::kPlain && !settings_.signal)
      check_rule(settings_.id, scores, progress);
    const std::vector<at::Tensor> gradients = settings_.signal
                                                  ? settings_.signal(asked, k, of, progress)
                                                  : target_gradients(asked, scores, k, of);
    const at::NoGradGuard no_recording;
    for (std::size_t i = 0; i < gradients.size(); ++i)
      add_input_maps(settings_, input, k, i, map_(gradients[i], input.run.inputs[i]), results);
    if (!settings_.starts_at_strongest) continue;
    for (std::size_t n = 0; n < results.size(); ++n) {
      for (Attribution& map : results[n][k]) map.measures = start.measures[n][k];
    }
  }
  return results;
}

}  // namespace

std::unique_ptr<Method> make_input_method(InputMethodSettings settings, InputMap map) {
  return std::make_unique<GradientMethod>(std::move(settings), std::move(map));
}

MethodResults empty_results(const MethodInput& input) {
  return MethodResults(input.targets.size(),
                       std::vector<std::vector<Attribution>>(targets_per_clip(input)));
}

void add_input_maps(const InputMethodSettings& settings, const MethodInput& input, std::size_t k,
                    std::size_t i, const at::Tensor& maps, MethodResults& results) {
  for (std::size_t n = 0; n < results.size(); ++n) {
    Attribution result;
    result.method = settings.id;
    result.variant = settings.variant;
    result.input = input.run.input_names[i];
    result.target = input.targets[n][k];
    result.coarse = result.volume = maps.select(0, static_cast<std::int64_t>(n));
    result.is_signed = settings.is_signed;
    results[n][k].push_back(std::move(result));
  }
}

std::vector<std::string> input_names(const MethodInput& input) {
  std::vector<std::string> names;
  for (std::size_t i = 0; i < input.run.inputs.size(); ++i)
    names.push_back(fmt::format("input:{}", i));
  return names;
}

}  // namespace praxiscope::methods
