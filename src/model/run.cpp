// What can be asked of one forward: gradients and probabilities.
#include "core/text.h"
#include "model/errors.h"
#include "model/excitation.h"

#include "praxiscope/error.h"
#include "praxiscope/model.h"

#include <ATen/core/grad_mode.h>
#include <fmt/format.h>
#include <torch/csrc/autograd/engine.h>

#include <charconv>

namespace praxiscope {
namespace {

using torch::autograd::Edge;

constexpr std::string_view kInputPrefix = "input:", kBiasPrefix = "bias:";

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

const Bias& find_bias(const Run& run, const std::string& name) {
  const std::string_view wanted = std::string_view(name).substr(kBiasPrefix.size());
  std::size_t position = run.biases.size();
  std::from_chars(wanted.data(), wanted.data() + wanted.size(), position);
  if (position >= run.biases.size())
    throw Error(ErrorKind::kInternal, fmt::format("no bias {} in this run; found {} of them",
                                                  in_quotes(wanted), run.biases.size()));
  return run.biases[position];
}

/// Where autograd collects the gradient of what is named.
Edge find_edge(const Run& run, const std::string& name) {
  if (name.starts_with(kBiasPrefix) && !run.activations.contains(name)) {
    const Bias& bias = find_bias(run, name);
    return Edge(bias.node, bias.output);
  }
  const at::Tensor& value = find_value(run, name);
  if (!value.requires_grad())
    throw Error(ErrorKind::kInternal,
                fmt::format("no gradients of {}: the run was made without them; ask for "
                            "tap_gradients or input_gradients",
                            in_quotes(name)));
  return torch::autograd::impl::gradient_edge(value);
}

}  // namespace

std::vector<at::Tensor> Run::gradients(const at::Tensor& scalar, std::span<const std::string> of,
                                       bool keep) const {
  const bool was_recording = at::GradMode::is_enabled();
  const at::AutoGradMode with_gradients(true);
  torch::autograd::edge_list edges;
  for (const std::string& name : of) edges.push_back(find_edge(*this, name));
  // Zeros would be a silent mistake here, not an answer.
  if (!scalar.requires_grad() && !was_recording)
    throw Error(
        ErrorKind::kInternal,
        "no gradients of a scalar that was computed without recording; compute it with grad "
        "mode on");
  torch::autograd::variable_list gradients(edges.size());
  if (scalar.requires_grad() && !edges.empty()) {
    const at::Tensor sum = scalar.sum();
    try {
      // Not torch::autograd::grad(), which knows no place that no tensor stands for any more.
      gradients = torch::autograd::Engine::get_default_engine().execute(
          {torch::autograd::impl::gradient_edge(sum)}, {at::ones_like(sum)}, keep,
          /*create_graph=*/false, /*accumulate_grad=*/false, edges);
    } catch (const std::exception& error) {
      throw Error(ErrorKind::kModel, "cannot compute gradients: " + program::reason_of(error));
    }
  }
  for (std::size_t i = 0; i < gradients.size(); ++i) {
    const Edge& edge = edges[i];
    if (!gradients[i].defined())
      gradients[i] = edge.function->input_metadata(edge.input_nr).zeros_like();
  }
  return gradients;
}

std::vector<at::Tensor> Run::dual_gradients(const at::Tensor& scalar,
                                            std::span<const std::string> of, bool keep) const {
  const program::DualWeights dual(scalar);
  return gradients(scalar, of, keep);
}

at::Tensor probabilities(const Run& run) {
  const at::Tensor logits = run.logits.detach();
  return run.output_kind == OutputKind::kProbabilities ? logits.exp() : logits.softmax(1);
}

}  // namespace praxiscope
