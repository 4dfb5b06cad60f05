// See fake_model.h.
#include "methods/fake_model.h"

#include "model/operator_call.h"

namespace praxiscope::testing {
namespace {

at::Tensor noise(at::IntArrayRef sizes, std::uint64_t seed) {
  at::Generator generator = at::detail::createCPUGenerator(seed);
  return at::randn(sizes, generator);
}

}  // namespace

at::Tensor Keep::call(
    const std::string& name, std::vector<c10::IValue> arguments,
    const std::function<at::Tensor(const std::vector<c10::IValue>&)>& call) const {
  program::Program none;
  program::Op op;
  op.name = name;
  program::Builder(none).describe_operator(op, "");
  op.call = [call](torch::jit::Stack& stack) {
    const at::Tensor result = call(stack);
    stack.clear();
    stack.emplace_back(result);
  };
  torch::jit::Stack stack = std::move(arguments);
  program::call_operator(op, rule_, biases_, stack);
  return stack.front().toTensor();
}

at::Tensor Keep::relu(const at::Tensor& x) const {
  return call("aten::relu", {x}, [](const auto& given) { return given[0].toTensor().relu(); });
}

at::Tensor Keep::convolve(const at::Tensor& x, const at::Tensor& weight, const at::Tensor& bias,
                          std::array<std::int64_t, 3> stride,
                          std::array<std::int64_t, 3> padding) const {
  return call("aten::conv3d", {x, weight, bias.defined() ? c10::IValue(bias) : c10::IValue()},
              [stride, padding](const auto& given) {
                return at::conv3d(given[0].toTensor(), given[1].toTensor(),
                                  given[2].template toOptional<at::Tensor>(), stride, padding);
              });
}

at::Tensor Keep::linear(const at::Tensor& x, const at::Tensor& weight,
                        const at::Tensor& bias) const {
  return call("aten::linear", {x, weight, bias.defined() ? c10::IValue(bias) : c10::IValue()},
              [](const auto& given) {
                return at::linear(given[0].toTensor(), given[1].toTensor(),
                                  given[2].template toOptional<at::Tensor>());
              });
}

at::Tensor Keep::mean(const at::Tensor& x) const {
  return call("aten::mean", {x}, [](const auto& given) {
    return given[0].toTensor().mean({2, 3, 4});
  });
}

FakeModel::FakeModel(std::vector<std::string> inputs, Forward forward,
                     std::map<std::string, at::Tensor> parameters)
    : forward_(std::move(forward)), parameters_(std::move(parameters)) {
  for (const std::string& name : inputs) {
    InputSpec spec;
    spec.name = name;
    spec.frames = 4;
    manifest_.inputs.push_back(spec);
  }
}

Run FakeModel::run(std::span<const at::Tensor> inputs, const RunOptions& options) const {
  const at::AutoGradMode record(true);
  ++runs_;
  Run run;
  std::vector<at::Tensor> fed;
  for (std::size_t i = 0; i < inputs.size(); ++i) {
    run.inputs.push_back(inputs[i].detach().requires_grad_(options.input_gradients));
    run.input_names.push_back(manifest_.inputs[i].name);
    fed.push_back(run.inputs.back().clone());
  }
  const auto tap = [&](const std::string& layer, const at::Tensor& given) {
    const auto other = options.replace.find(layer);
    const at::Tensor output = other == options.replace.end() ? given : other->second(given);
    if (std::find(options.taps.begin(), options.taps.end(), layer) == options.taps.end()) {
      return output;
    }
    at::Tensor kept = output;
    if (options.tap_gradients && !kept.requires_grad()) kept = kept.detach().requires_grad_(true);
    run.activations[layer] = kept;
    return kept.clone();
  };
  const Keep keep(tap, options.backward_rule, options.bias_gradients ? &run.biases : nullptr);
  run.logits = forward_(fed, keep);
  run.outputs = {run.logits};
  return run;
}

at::Tensor noise_clips(std::int64_t clips, std::int64_t channels, std::uint64_t seed) {
  return noise({clips, channels, 4, 8, 8}, seed);
}

std::unique_ptr<FakeModel> gap_network() {
  std::map<std::string, at::Tensor> p = {{"conv", noise({6, 3, 3, 3, 3}, 11)},
                                         {"weight", noise({5, 6}, 12)},
                                         {"bias", noise({5}, 13)}};
  return std::make_unique<FakeModel>(
      std::vector<std::string>{"rgb"},
      [p](const std::vector<at::Tensor>& x, const Keep& keep) {
        const at::Tensor features = keep("features", keep.relu(keep.convolve(x[0], p.at("conv"))));
        const at::Tensor code = keep("pool", keep.mean(features).view({x[0].size(0), -1, 1, 1, 1}));
        return keep("logits", keep.linear(code.flatten(1), p.at("weight"), p.at("bias")));
      },
      p);
}

std::unique_ptr<FakeModel> fc_network() {
  std::map<std::string, at::Tensor> p = {{"conv", noise({6, 3, 3, 3, 3}, 21)},
                                         {"fc1", noise({10, 6 * 2 * 2 * 2}, 22)},
                                         {"fc2", noise({5, 10}, 23)}};
  return std::make_unique<FakeModel>(
      std::vector<std::string>{"rgb"},
      [p](const std::vector<at::Tensor>& x, const Keep& keep) {
        const at::Tensor before = keep("before", keep.convolve(x[0], p.at("conv")));
        const at::Tensor features = keep("features", keep.relu(before));
        const at::Tensor pooled = at::max_pool3d(features, {2, 2, 2}).flatten(1);
        return keep.linear(keep.relu(keep.linear(pooled, p.at("fc1"))), p.at("fc2"));
      },
      p);
}

std::unique_ptr<FakeModel> two_stream_network() {
  std::map<std::string, at::Tensor> p = {{"rgb", noise({4, 3, 3, 3, 3}, 31)},
                                         {"flow", noise({4, 2, 3, 3, 3}, 32)},
                                         {"fusion", noise({5, 8, 1, 1, 1}, 33)},
                                         {"weight", noise({5, 5}, 34)}};
  auto model = std::make_unique<FakeModel>(
      std::vector<std::string>{"rgb", "flow"},
      [p](const std::vector<at::Tensor>& x, const Keep& keep) {
        const at::Tensor rgb = keep("rgb_net.conv", keep.relu(keep.convolve(x[0], p.at("rgb"))));
        const at::Tensor flow = keep("flow_net.conv", keep.relu(keep.convolve(x[1], p.at("flow"))));
        const at::Tensor both =
            keep("fusion.conv", keep.relu(keep.convolve(at::cat({rgb, flow}, 1), p.at("fusion"), {},
                                                        {1, 1, 1}, {0, 0, 0})));
        return keep.linear(keep.mean(both), p.at("weight"));
      },
      p);
  model->manifest().streams = {{"rgb", "rgb_net"}, {"flow", "flow_net"}, {"fusion", "fusion"}};
  return model;
}

std::unique_ptr<FakeModel> linear_network() {
  std::map<std::string, at::Tensor> p = {{"weight", noise({5, 3 * 4 * 8 * 8}, 41)}};
  return std::make_unique<FakeModel>(
      std::vector<std::string>{"rgb"},
      [p](const std::vector<at::Tensor>& x, const Keep& keep) {
        return keep.linear(x[0].flatten(1), p.at("weight"));
      },
      p);
}

}  // namespace praxiscope::testing
