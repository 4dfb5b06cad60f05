// What can be asked of one forward: gradients and probabilities.
#include "core/text.h"
#include "model/errors.h"

#include "praxiscope/error.h"
#include "praxiscope/model.h"

#include <fmt/format.h>

namespace praxiscope {
namespace {

constexpr std::string_view kInputPrefix = "input:";

const at::Tensor& find_input(const Run& run, const std::string& name) {
  const std::string wanted = name.substr(kInputPrefix.size());
  for (std::size_t i = 0; i < run.inputs.size(); ++i) {
    const bool is_named = i < run.input_names.size() && run.input_names[i] == wanted;
    if (is_named || std::to_string(i) == wanted) return run.inputs[i];
  }
  throw Error(ErrorKind::kUsage, fmt::format("no input {} in this run{}", in_quotes(wanted),
                                             did_you_mean(wanted, run.input_names)));
}

const at::Tensor& find_value(const Run& run, const std::string& name) {
  const auto found = run.activations.find(name);
  if (found != run.activations.end()) return found->second;
  if (name.starts_with(kInputPrefix)) return find_input(run, name);
  std::vector<std::string> names;
  for (const auto& [tap, activation] : run.activations) names.push_back(tap);
  throw Error(ErrorKind::kUsage,
              fmt::format("no tap {} in this run{}", in_quotes(name), did_you_mean(name, names)));
}

}  // namespace

std::vector<at::Tensor> Run::gradients(const at::Tensor& scalar, std::span<const std::string> of,
                                       bool keep) const {
  const bool was_recording = at::GradMode::is_enabled();
  const at::AutoGradMode with_gradients(true);
  torch::autograd::variable_list values;
  for (const std::string& name : of) {
    values.push_back(find_value(*this, name));
    if (!values.back().requires_grad())
      throw Error(ErrorKind::kInternal,
                  fmt::format("no gradients of {}: the run was made without them; ask for "
                              "tap_gradients or input_gradients",
                              in_quotes(name)));
  }
  // Zeros would be a silent mistake here, not an answer.
  if (!scalar.requires_grad() && !was_recording)
    throw Error(
        ErrorKind::kInternal,
        "no gradients of a scalar that was computed without recording; compute it with grad "
        "mode on");
  torch::autograd::variable_list gradients(values.size());
  if (scalar.requires_grad() && !values.empty()) {
    try {
      gradients = torch::autograd::grad({scalar.sum()}, values, {}, keep, false, true);
    } catch (const std::exception& error) {
      throw Error(ErrorKind::kModel, "cannot compute gradients: " + program::reason_of(error));
    }
  }
  for (std::size_t i = 0; i < values.size(); ++i) {
    if (!gradients[i].defined()) gradients[i] = at::zeros_like(values[i]);
  }
  return gradients;
}

at::Tensor probabilities(const Run& run) {
  const at::Tensor logits = run.logits.detach();
  return run.output_kind == OutputKind::kProbabilities ? logits.exp() : logits.softmax(1);
}

}  // namespace praxiscope
