// See convolutions.h.
#include "model/convolutions.h"

#include "model/each_tensor.h"
#include "model/executor.h"
#include "model/layer_names.h"

#include <ATen/core/grad_mode.h>

#include <algorithm>
#include <map>
#include <set>
#include <unordered_map>

namespace praxiscope::program {
namespace {

using Names = std::set<std::string>;

/// Where the arguments of a convolution stand: (input, weight, bias, stride, padding, ...).
struct Call {
  bool is_transposed = false;
  std::size_t groups = 0;
};

std::optional<Call> call_of(const std::string& name, std::span<const c10::IValue> arguments) {
  if (name == "aten::conv1d" || name == "aten::conv2d" || name == "aten::conv3d")
    return Call{false, 6};
  if (name.starts_with("aten::conv_transpose")) return Call{true, 6};
  if (name == "aten::convolution" || name == "aten::_convolution") {
    const bool knows = arguments.size() > 6 && arguments[6].isBool();
    return Call{knows && arguments[6].toBool(), 8};
  }
  return std::nullopt;
}

/// t, y, x of a stride that is given for the last axes.
std::array<std::int64_t, 3> stride_of(std::span<const c10::IValue> arguments, std::int64_t axes) {
  std::array<std::int64_t, 3> stride{1, 1, 1};
  if (arguments.size() <= 3 || !arguments[3].isIntList()) return stride;
  const std::vector<std::int64_t> given = arguments[3].toIntVector();
  if (given.empty()) return stride;
  for (std::int64_t a = 0; a < axes; ++a) {
    const std::size_t position = std::min(given.size() - 1, static_cast<std::size_t>(a));
    stride[static_cast<std::size_t>(axes == 1 ? 0 : 3 - axes + a)] = given[position];
  }
  return stride;
}

class Finder : public Observer {
 public:
  explicit Finder(const Program& program) : program_(program) {
    std::map<std::string, int> calls;
    count_calls(program.body, calls);
    for (const Layer& layer : program.layers) {
      if (!layer.is_operator && (calls[layer.path] == 1 || is_convolution_module(layer.type)))
        own_.insert(layer.path);
    }
  }

  void add_input(const at::Tensor& tensor, const std::string& name) {
    remember(tensor, {"input:" + name});
  }

  void before(const Op& op, std::span<const c10::IValue> inputs) override {
    (void)op;
    arguments_.assign(inputs.begin(), inputs.end());
  }

  void after(const Op& op, std::span<const c10::IValue> outputs) override {
    if (call_of(op.name, arguments_)) return;  // layer_done() knows its name
    Names sources;
    for (const c10::IValue& argument : arguments_) add_sources(argument, sources);
    arguments_.clear();
    if (sources.empty()) return;
    for (const c10::IValue& value : outputs) {
      for_each_tensor(value, [&](const at::Tensor& tensor) {
        // Handed through a container: what is known of it stays true.
        if (op.is_in_place || !known_.contains(tensor.unsafeGetTensorImpl()))
          remember(tensor, sources);
      });
    }
  }

  void layer_done(const Op& op, int call, const c10::IValue& value) override {
    if (op.kind != OpKind::kOperator) return;
    const auto found = call_of(op.name, arguments_);
    if (!found) return;
    note(op, call, *found);
    arguments_.clear();
    if (value.isTensor()) remember(value.toTensor(), {name_of_convolution(op, call)});
  }

  std::vector<Convolution> take() { return std::move(found_); }

 private:
  struct Known {
    c10::weak_intrusive_ptr<c10::TensorImpl> alive;  ///< keeps the address from being used again
    Names sources;
  };

  /// Its code stands in the program once a call where loops are unrolled.
  static bool is_convolution_module(const std::string& type) {
    return type.starts_with("Conv") && type.ends_with("d");
  }

  /// How many convolutions the code of each module calls itself.
  static void count_calls(const Block& block, std::map<std::string, int>& calls) {
    for (const Op& op : block.ops) {
      if (call_of(op.name, {})) ++calls[op.module_path];
      for (const Block& inner : op.blocks) count_calls(inner, calls);
    }
  }

  /// The module where it holds this convolution alone, else the operator. A module called again
  /// has the same kernels.
  std::string name_of_convolution(const Op& op, int call) const {
    if (own_.contains(op.module_path)) return op.module_path;
    LayerAddress address;
    address.layer = op.layer;
    address.call = call;
    return name_of(program_, address);
  }

  void note(const Op& op, int call, const Call& found) {
    if (arguments_.size() < 2 || !arguments_[1].isTensor()) return;
    const at::Tensor weight = arguments_[1].toTensor();
    Names sources;
    add_sources(arguments_[0], sources);
    const std::string name = name_of_convolution(op, call);
    for (Convolution& known : found_) {
      if (known.layer != name) continue;
      for (const std::string& one : known.reads) sources.insert(one);
      known.reads.assign(sources.begin(), sources.end());
      return;
    }
    Convolution one{.layer = name,
                    .operation = op.name,
                    .kernels = {},
                    .groups = 1,
                    .stride = {},
                    .reads = {sources.begin(), sources.end()}};
    if (arguments_.size() > found.groups && arguments_[found.groups].isInt())
      one.groups = arguments_[found.groups].toInt();
    one.stride = stride_of(arguments_, weight.dim() - 2);
    one.kernels = arranged_kernels(weight, one.groups, found.is_transposed);
    found_.push_back(std::move(one));
  }

  void add_sources(const c10::IValue& value, Names& sources) const {
    for_each_tensor(value, [&](const at::Tensor& tensor) {
      const auto known = known_.find(tensor.unsafeGetTensorImpl());
      if (known != known_.end())
        sources.insert(known->second.sources.begin(), known->second.sources.end());
    });
  }

  void remember(const at::Tensor& tensor, Names sources) {
    known_.insert_or_assign(
        tensor.unsafeGetTensorImpl(),
        Known{c10::weak_intrusive_ptr<c10::TensorImpl>(tensor.getIntrusivePtr()),
              std::move(sources)});
  }

  const Program& program_;
  std::set<std::string> own_;  ///< modules that hold one convolution
  std::unordered_map<const at::TensorImpl*, Known> known_;
  std::vector<c10::IValue> arguments_;
  std::vector<Convolution> found_;
};

/// Names the network's inputs: arguments of their own by their place, others by the order in their
/// container.
void add_inputs(const Manifest& manifest, const NetworkCall& call,
                const std::vector<c10::IValue>& arguments, Finder& finder) {
  std::vector<at::Tensor> entered;
  for (const c10::IValue& argument : arguments)
    for_each_tensor(argument, [&](const at::Tensor& tensor) { entered.push_back(tensor); });
  for (std::size_t i = 0; i < manifest.inputs.size() && i < entered.size(); ++i) {
    const auto place = call.argument_of(i);
    finder.add_input(place ? arguments.at(*place).toTensor() : entered[i], manifest.inputs[i].name);
  }
}

}  // namespace

at::Tensor arranged_kernels(const at::Tensor& weight, std::int64_t groups, bool is_transposed) {
  at::Tensor kernels = weight.detach().to(at::kCPU, at::kFloat);
  if (is_transposed) {
    // [C,O/g,...] -> [g,C/g,O/g,...] -> [g,O/g,C/g,...] -> [O,C/g,...]
    kernels =
        kernels.unflatten(0, {groups, kernels.size(0) / groups}).transpose(1, 2).flatten(0, 1);
  }
  if (kernels.dim() == 3) kernels = kernels.unsqueeze(-1).unsqueeze(-1);
  if (kernels.dim() == 4) kernels = kernels.unsqueeze(2);
  return kernels.contiguous().clone();
}

std::vector<Convolution> find_convolutions(const Manifest& manifest, const Program& program,
                                           const NetworkCall& call, const at::Device& device) {
  const at::AutoGradMode without_gradients(false);
  const std::int64_t batch = call.fixed_batch().value_or(1);
  std::vector<at::Tensor> clips;
  for (std::size_t i = 0; i < manifest.inputs.size(); ++i)
    clips.push_back(at::zeros(call.clip_shape(i, batch), at::TensorOptions().device(device)));
  Finder finder(program);
  std::vector<c10::IValue> arguments = call.make_arguments(clips);
  add_inputs(manifest, call, arguments, finder);
  TapPlan nothing(program, {});
  execute(program, std::move(arguments), nothing, &finder);
  return finder.take();
}

}  // namespace praxiscope::program
