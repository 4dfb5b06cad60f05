// See torchscript_facts.h.
#include "model/torchscript_facts.h"

#include <caffe2/serialize/inline_container.h>
#include <fmt/format.h>
#include <torch/csrc/jit/serialization/unpickler.h>

namespace praxiscope::program {
namespace {

using c10::IValue;

/// Every tensor in a value, by the key it stands under.
void add_traced_sizes(const IValue& value, const std::string& name, Program& program) {
  if (value.isTensor()) {
    const at::IntArrayRef sizes = value.toTensor().sizes();
    program.traced_with.push_back(
        fmt::format("{}: [{}]", name, fmt::join(sizes.begin(), sizes.end(), ",")));
  } else if (value.isGenericDict()) {
    for (const auto& entry : value.toGenericDict())
      add_traced_sizes(entry.value(), entry.key().isString() ? entry.key().toStringRef() : name,
                       program);
  } else if (value.isTuple()) {
    for (const IValue& element : value.toTupleRef().elements())
      add_traced_sizes(element, name, program);
  } else if (value.isList()) {
    for (const IValue& element : value.toListRef()) add_traced_sizes(element, name, program);
  }
}

}  // namespace

void count_parameters(Program& program, const torch::jit::Module& root) {
  std::map<std::string, std::int64_t> counts;
  for (const auto& module : root.named_modules()) {
    std::set<const void*> seen;  // shared weights count once
    std::int64_t& count = counts[module.name];
    for (const at::Tensor& parameter : module.value.parameters()) {
      if (seen.insert(parameter.unsafeGetTensorImpl()).second) count += parameter.numel();
    }
  }
  for (Layer& layer : program.layers) {
    const auto found = counts.find(layer.path);
    if (!layer.is_operator && found != counts.end()) layer.parameters = found->second;
  }
}

void find_dtype(Program& program) {
  for (const IValue& constant : program.constants) {
    if (constant.isTensor() && constant.toTensor().defined() &&
        constant.toTensor().is_floating_point() && constant.toTensor().dim() > 1) {
      program.dtype = constant.toTensor().scalar_type();
      return;
    }
  }
}

void find_traced_sizes(Program& program, const std::string& path) {
  try {
    caffe2::serialize::PyTorchStreamReader reader(path);
    if (!reader.hasRecord("traced_inputs.pkl")) return;
    const auto [data, size] = reader.getRecord("traced_inputs.pkl");
    const char* next = static_cast<const char*>(data.get());
    const char* end = next + size;
    const auto read = [&](char* buffer, std::size_t length) {
      const std::size_t count = std::min(length, static_cast<std::size_t>(end - next));
      std::copy_n(next, count, buffer);
      next += count;
      return count;
    };
    torch::jit::Unpickler unpickler(
        read, nullptr, nullptr, [](const std::string&) { return at::DataPtr(); }, at::kCPU);
    for (const auto& entry : unpickler.parse_ivalue().toGenericDict()) {
      if (!entry.key().isString() || entry.key().toStringRef() != "forward") continue;
      std::size_t position = 0;
      for (const IValue& value : entry.value().toListRef()) {
        const bool is_known = position < program.inputs.size();
        add_traced_sizes(value, is_known ? program.inputs[position].name : "input", program);
        ++position;
      }
    }
  } catch (const std::exception&) {
    program.traced_with.clear();  // only a courtesy: a file without it is as good
  }
}

}  // namespace praxiscope::program
