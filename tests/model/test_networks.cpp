// See test_networks.h.
#include "model/test_networks.h"

#include <ATen/Parallel.h>
#include <torch/csrc/jit/serialization/pickle.h>

#include <filesystem>
#include <fstream>
#include <iterator>

namespace praxiscope::testing {

std::string models_folder() { return PRAXISCOPE_BUILD_DIR "/test-models"; }

bool has_models() { return std::filesystem::exists(models_folder() + "/gap_linear.golden"); }

Golden read_golden(const std::string& name) {
  std::ifstream file(models_folder() + "/" + name + ".golden", std::ios::binary);
  const std::vector<char> bytes((std::istreambuf_iterator<char>(file)),
                                std::istreambuf_iterator<char>());
  Golden golden;
  for (const auto& entry : torch::jit::pickle_load(bytes).toGenericDict())
    golden[entry.key().toStringRef()] = entry.value().toTensor();
  return golden;
}

std::vector<at::Tensor> inputs_of(const Golden& golden) {
  std::vector<at::Tensor> inputs;
  for (int i = 0; golden.contains("input/" + std::to_string(i)); ++i)
    inputs.push_back(golden.at("input/" + std::to_string(i)));
  return inputs;
}

std::vector<std::string> layers_of(const Golden& golden) {
  std::vector<std::string> layers;
  for (const auto& [key, tensor] : golden) {
    if (key.starts_with("act/")) layers.push_back(key.substr(4));
  }
  return layers;
}

Manifest manifest_of(const std::string& name, const std::string& form, const Golden& golden) {
  static const std::map<std::string, CallKind> kCalls = {{"two_stream_tuple", CallKind::kTuple},
                                                         {"two_stream_list", CallKind::kList},
                                                         {"two_stream_dict", CallKind::kDict}};
  Manifest manifest;
  manifest.name = name;
  manifest.file = models_folder() + "/" + name + form;
  const auto call = kCalls.find(name);
  if (call != kCalls.end()) manifest.call = call->second;
  const std::vector<at::Tensor> inputs = inputs_of(golden);
  for (std::size_t i = 0; i < inputs.size(); ++i) {
    InputSpec input;
    input.kind = inputs[i].size(1) == 2 ? InputKind::kFlow : InputKind::kRgb;
    input.name = name == "two_stream_list"        ? (i == 0 ? "slow" : "fast")
                 : input.kind == InputKind::kFlow ? "flow"
                                                  : "rgb";
    input.frames = static_cast<int>(inputs[i].size(2));
    input.preparation.crop =
        Size{static_cast<int>(inputs[i].size(3)), static_cast<int>(inputs[i].size(4))};
    manifest.inputs.push_back(input);
  }
  return manifest;
}

std::unique_ptr<Model> load_network(const std::string& name, const std::string& form) {
  at::set_num_threads(2);  // as the goldens were made: sums depend on it
  return load_model(manifest_of(name, form, read_golden(name)), "cpu");
}

double relative_error(const at::Tensor& a, const at::Tensor& b) {
  if (a.sizes() != b.sizes()) return std::numeric_limits<double>::infinity();
  const double scale = b.abs().max().item<double>();
  const double error = (a - b).abs().max().item<double>();
  return error == 0 ? 0 : error / std::max(scale, 1e-30);
}

}  // namespace praxiscope::testing
