// See trace.h.
#include "model/trace.h"

#include "model/executor.h"
#include "model/layer_names.h"
#include "model/receptive_field.h"

#include <ATen/core/grad_mode.h>

#include <algorithm>
#include <set>

namespace praxiscope::program {
namespace {

/// Operators that people think of as layers; the others (size arithmetic, views) can be named but
/// are not listed.
bool is_layer_like(const std::string& name) {
  static const std::set<std::string> kKinds = {"conv1d",
                                               "conv2d",
                                               "conv3d",
                                               "convolution",
                                               "_convolution",
                                               "batch_norm",
                                               "layer_norm",
                                               "group_norm",
                                               "instance_norm",
                                               "relu",
                                               "relu6",
                                               "hardtanh",
                                               "leaky_relu",
                                               "elu",
                                               "silu",
                                               "gelu",
                                               "hardswish",
                                               "sigmoid",
                                               "max_pool3d",
                                               "avg_pool3d",
                                               "max_pool2d",
                                               "avg_pool2d",
                                               "adaptive_avg_pool3d",
                                               "adaptive_max_pool3d",
                                               "linear",
                                               "add",
                                               "cat",
                                               "softmax",
                                               "clamp",
                                               "clamp_min",
                                               "threshold"};
  std::string kind = name.starts_with("aten::") ? name.substr(6) : name;
  if (kind.ends_with('_')) kind.pop_back();
  return kKinds.contains(kind);
}

class Recorder : public Observer {
 public:
  explicit Recorder(const Program& program) : program_(program) {}

  void add_input(const at::Tensor& tensor, const std::array<int, 3>& dims) {
    fields_.add_input(tensor, dims);
  }

  void before(const Op& op, std::span<const c10::IValue> inputs) override {
    fields_.before(op, inputs);
  }
  void after(const Op& op, std::span<const c10::IValue> outputs) override {
    fields_.after(op, outputs);
  }
  void layer_done(const Op& op, int call, const c10::IValue& value) override {
    LayerAddress address;
    address.layer = op.layer;
    address.call = call;
    add(op, address, value);
  }

  /// Lists modules, and operators that a module with children calls itself, or a network of which
  /// the file knows no modules (frozen).
  std::vector<TracedLayer> finish() {
    std::set<std::string> parents{""}, modules;
    for (const Layer& layer : program_.layers) {
      if (layer.is_operator) continue;
      modules.insert(layer.path);
      for (std::size_t dot = layer.path.find('.'); dot != std::string::npos;
           dot = layer.path.find('.', dot + 1))
        parents.insert(layer.path.substr(0, dot));
    }
    std::vector<TracedLayer> result;
    for (Entry& entry : entries_) {
      const bool has_its_own = parents.contains(entry.owner) || !modules.contains(entry.owner);
      entry.traced.is_listed =
          !entry.is_operator || (is_layer_like(entry.traced.info.type) && has_its_own);
      result.push_back(std::move(entry.traced));
    }
    return result;
  }

 private:
  struct Entry {
    TracedLayer traced;
    std::string owner;
    bool is_operator = false;
  };

  void add(const Op& op, const LayerAddress& address, const c10::IValue& value) {
    if (value.isTensor()) {
      const at::Tensor& tensor = value.toTensor();
      if (!tensor.defined()) return;
      const Layer& layer = program_.layers[static_cast<std::size_t>(address.layer)];
      Entry entry;
      entry.owner = op.module_path;
      entry.is_operator = layer.is_operator;
      entry.traced.info = {name_of(program_, address), layer.type, tensor.sizes().vec(),
                           fields_.find(tensor), layer.parameters};
      entries_.push_back(std::move(entry));
      return;
    }
    if (program_.layers[static_cast<std::size_t>(address.layer)].is_operator) return;
    const auto add_part = [&](const std::string& part, const c10::IValue& element) {
      LayerAddress inner = address;
      inner.parts.push_back(part);
      add(op, inner, element);
    };
    if (value.isTuple()) {
      const auto& elements = value.toTupleRef().elements();
      for (std::size_t i = 0; i < elements.size(); ++i) add_part(std::to_string(i), elements[i]);
    } else if (value.isGenericDict()) {
      for (const auto& entry : value.toGenericDict()) {
        if (entry.key().isString()) add_part(entry.key().toStringRef(), entry.value());
      }
    } else if (value.isList()) {
      const auto elements = value.toListRef();
      for (std::size_t i = 0; i < elements.size(); ++i) add_part(std::to_string(i), elements[i]);
    }
  }

  const Program& program_;
  FieldTracker fields_;
  std::vector<Entry> entries_;
};

std::array<int, 3> axes_of(Layout layout) {
  switch (layout) {
    case Layout::kNCTHW:
      return {2, 3, 4};
    case Layout::kNTCHW:
      return {1, 3, 4};
    case Layout::kNTHWC:
      return {1, 2, 3};
  }
  return {2, 3, 4};
}

void for_each_input(const c10::IValue& value, std::vector<at::Tensor>& tensors) {
  if (value.isTensor()) {
    tensors.push_back(value.toTensor());
  } else if (value.isTuple()) {
    for (const c10::IValue& element : value.toTupleRef().elements())
      for_each_input(element, tensors);
  } else if (value.isTensorList()) {
    for (const at::Tensor& tensor : value.toTensorVector()) tensors.push_back(tensor);
  } else if (value.isGenericDict()) {
    for (const auto& entry : value.toGenericDict()) for_each_input(entry.value(), tensors);
  }
}

}  // namespace

std::vector<std::string> Trace::names() const {
  std::vector<std::string> result;
  for (const TracedLayer& layer : layers) result.push_back(layer.info.name);
  return result;
}

std::vector<LayerInfo> Trace::listed() const {
  std::vector<LayerInfo> result;
  for (const TracedLayer& layer : layers) {
    if (layer.is_listed) result.push_back(layer.info);
  }
  return result;
}

Trace trace_layers(const Manifest& manifest, const Program& program, const NetworkCall& call,
                   const at::Device& device) {
  const at::AutoGradMode without_gradients(false);
  const std::int64_t batch = call.fixed_batch().value_or(1);
  std::vector<at::Tensor> clips;
  for (std::size_t i = 0; i < manifest.inputs.size(); ++i)
    clips.push_back(at::zeros(call.clip_shape(i, batch), at::TensorOptions().device(device)));
  Recorder recorder(program);
  std::vector<c10::IValue> arguments = call.make_arguments(clips);
  std::vector<at::Tensor> entered;
  for (const c10::IValue& argument : arguments) for_each_input(argument, entered);
  for (std::size_t i = 0; i < entered.size() && i < manifest.inputs.size(); ++i)
    recorder.add_input(entered[i], axes_of(manifest.inputs[i].layout));
  entered.clear();
  TapPlan nothing(program, {});
  const auto outputs = execute(program, std::move(arguments), nothing, &recorder);
  Trace trace;
  trace.classes = call.find_logits(call.open_outputs(outputs), batch).size(1);
  trace.layers = recorder.finish();
  return trace;
}

std::string find_default_layer(const Trace& trace) {
  std::string any, flat, full;
  for (const TracedLayer& layer : trace.layers) {
    const std::vector<std::int64_t>& shape = layer.info.shape;
    if (!layer.is_listed || shape.size() != 5) continue;
    any = layer.info.name;
    if (shape[3] > 1 && shape[4] > 1) {
      flat = layer.info.name;
      if (shape[2] > 1) full = layer.info.name;
    }
  }
  return !full.empty() ? full : !flat.empty() ? flat : any;
}

}  // namespace praxiscope::program
