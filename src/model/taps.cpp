// See taps.h.
#include "model/taps.h"

#include "core/text.h"

#include "praxiscope/error.h"

#include <ATen/core/grad_mode.h>
#include <fmt/format.h>

namespace praxiscope::program {
namespace {

using at::Tensor;
using c10::IValue;

/// Nobody else holds this tensor's memory: not a view, not a name, not autograd.
bool is_alone(const Tensor& tensor) {
  return tensor.use_count() == 1 && tensor.has_storage() && tensor.storage().use_count() == 1;
}

std::string shape_text(const Tensor& tensor) {
  return fmt::format("[{}]", fmt::join(tensor.sizes().begin(), tensor.sizes().end(), ","));
}

std::size_t index_within(const std::string& part, std::size_t size, const std::string& name) {
  std::size_t index = size;
  if (!part.empty() && part.find_first_not_of("0123456789") == std::string::npos)
    index = static_cast<std::size_t>(std::stoul(part));
  if (index >= size)
    throw Error(ErrorKind::kUsage,
                fmt::format("no part {} in the value of layer {}; found {} parts, counted from 0",
                            in_quotes(part), in_quotes(name), size));
  return index;
}

}  // namespace

TapPlan::TapPlan(const Program& program, const RunOptions& options)
    // With input gradients everything is recorded, and what is kept stays part of it.
    : gradients_(options.tap_gradients || options.input_gradients),
      wants_biases_(options.bias_gradients),
      backward_rule_(options.backward_rule) {
  const auto find_or_add = [&](const std::string& name) -> TapPoint& {
    for (TapPoint& point : points_) {
      if (point.name == name) return point;
    }
    const std::optional<LayerAddress> address = find_address(program, name);
    if (!address)
      throw Error(
          ErrorKind::kUsage,
          fmt::format("no layer {}; names are those of Model::find_layer", in_quotes(name)));
    TapPoint& point = points_.emplace_back();
    point.name = name;
    point.address = *address;
    return point;
  };
  for (const std::string& name : options.taps) find_or_add(name).keep = true;
  for (const auto& [name, function] : options.replace) find_or_add(name).replace = function;
  if (!options.stop_after.empty()) find_or_add(options.stop_after).stop = true;
  watched_.assign(program.layers.size(), 0);
  for (const TapPoint& point : points_) watched_[static_cast<std::size_t>(point.address.layer)] = 1;
}

bool TapPlan::visit(int layer, int call, IValue& value) {
  bool goes_on = true;
  for (TapPoint& point : points_) {
    if (point.address.layer != layer || point.address.call != call) continue;
    point.is_reached = true;
    if (point.keep || point.replace) {
      if (point.address.parts.empty() && value.isTensor()) {
        // The only reference travels, so that hand_on can see whether it is the only one.
        value = hand_on(point, std::move(value).toTensor());
      } else {
        value = visit_element(point, value, 0);
      }
    }
    goes_on = goes_on && !point.stop;
  }
  return goes_on;
}

Tensor TapPlan::hand_on(TapPoint& point, Tensor value) {
  if (point.replace) {
    Tensor other = point.replace(value);
    if (other.sizes() != value.sizes())
      throw Error(ErrorKind::kUsage,
                  fmt::format("cannot replace layer {}: found a tensor of shape {}, expected {}",
                              in_quotes(point.name), shape_text(other), shape_text(value)));
    value = other.to(value.options());
    other = Tensor();
  }
  if (!point.keep) return value;
  if (!gradients_) {
    // Later in-place operators may change what is handed on, never what is kept.
    activations_[point.name] = value.detach().clone();
    return value;
  }
  const at::AutoGradMode with_gradients(true);
  Tensor kept = is_alone(value) ? std::move(value) : value.clone();
  if (!kept.requires_grad() && (kept.is_floating_point() || kept.is_complex())) {
    kept = kept.detach();  // a leaf: nothing below is recorded
    kept.requires_grad_(true);
  }
  activations_[point.name] = kept;
  return kept.clone();
}

IValue TapPlan::visit_element(TapPoint& point, const IValue& value, std::size_t depth) {
  const std::vector<std::string>& parts = point.address.parts;
  if (depth == parts.size() || value.isTensor()) {
    // "lstm[0]" of a file in which only that part is left means the tensor itself.
    const bool is_whole = value.isTensor() && (depth == parts.size() || parts[depth] == "0");
    if (!is_whole)
      throw Error(
          ErrorKind::kUsage,
          fmt::format("layer {} gives {} and no tensor; name one part, as in {}",
                      in_quotes(point.name), value.tagKind(), in_quotes(point.name + "[0]")));
    return hand_on(point, value.toTensor());
  }
  if (value.isTuple()) {
    std::vector<IValue> elements = value.toTupleRef().elements().vec();
    IValue& element = elements[index_within(parts[depth], elements.size(), point.name)];
    element = visit_element(point, element, depth + 1);
    const c10::TupleTypePtr type = value.toTupleRef().type();
    return type->schema() ? c10::ivalue::Tuple::createNamed(std::move(elements), type)
                          : c10::ivalue::Tuple::create(std::move(elements));
  }
  if (value.isList()) {
    c10::List<IValue> list = value.toList().copy();
    const std::size_t index = index_within(parts[depth], list.size(), point.name);
    list.set(index, visit_element(point, list.get(index), depth + 1));
    return list;
  }
  if (value.isGenericDict()) {
    c10::Dict<IValue, IValue> dict = value.toGenericDict().copy();
    const auto entry = dict.find(IValue(parts[depth]));
    if (entry != dict.end()) {
      dict.insert_or_assign(entry->key(), visit_element(point, entry->value(), depth + 1));
      return dict;
    }
  }
  throw Error(ErrorKind::kUsage, fmt::format("no part {} in the value of layer {}",
                                             in_quotes(parts[depth]), in_quotes(point.name)));
}

}  // namespace praxiscope::program
