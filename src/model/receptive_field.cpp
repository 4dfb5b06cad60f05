// See receptive_field.h.
#include "model/receptive_field.h"

#include "model/each_tensor.h"

#include <algorithm>

namespace praxiscope::program {
namespace {

FieldAxis united(const FieldAxis& a, const FieldAxis& b, std::int64_t size, bool& is_known) {
  FieldAxis axis = a.dim >= 0 ? a : b;
  if (a.dim >= 0 && b.dim >= 0 && a.dim != b.dim) is_known = false;
  axis.extent = std::max(a.extent, b.extent);
  if (a.is_whole() || b.is_whole()) {
    axis.make_whole();
  } else if (a.jump == b.jump || size == 1) {
    axis.jump = std::max(a.jump, b.jump);
    axis.lo = std::min(a.lo, b.lo);
    axis.hi = std::max(a.hi, b.hi);
  } else {
    is_known = false;
  }
  return axis;
}

}  // namespace

Field united(const Field& a, const Field& b, at::IntArrayRef sizes) {
  Field result;
  result.is_known = a.is_known && b.is_known;
  for (std::size_t i = 0; i < 3; ++i) {
    const int dim = std::max(a.axes[i].dim, b.axes[i].dim);
    const bool has_size = dim >= 0 && dim < static_cast<int>(sizes.size());
    result.axes[i] = united(a.axes[i], b.axes[i],
                            has_size ? sizes[static_cast<std::size_t>(dim)] : 1, result.is_known);
  }
  return result;
}

void FieldTracker::add_input(const at::Tensor& tensor, const std::array<int, 3>& dims) {
  Field field;
  for (std::size_t i = 0; i < 3; ++i) {
    field.axes[i].dim = dims[i];
    field.axes[i].extent = tensor.size(dims[i]);
  }
  remember(tensor, field);
}

const Field* FieldTracker::find_field(const at::Tensor& tensor) const {
  const auto found = fields_.find(tensor.unsafeGetTensorImpl());
  return found == fields_.end() ? nullptr : &found->second.field;
}

void FieldTracker::remember(const at::Tensor& tensor, Field field) {
  // Behind an operator without a rule an axis may stand where the tensor has no dimension.
  for (FieldAxis& axis : field.axes) {
    if (axis.dim < tensor.dim()) continue;
    axis.dim = -1;
    field.is_known = false;
  }
  fields_.insert_or_assign(
      tensor.unsafeGetTensorImpl(),
      Entry{c10::weak_intrusive_ptr<c10::TensorImpl>(tensor.getIntrusivePtr()), field});
}

void FieldTracker::before(const Op& op, std::span<const c10::IValue> inputs) {
  (void)op;
  seen_.clear();
  arguments_.clear();
  argument_sizes_.assign(inputs.size(), {});
  for (std::size_t i = 0; i < inputs.size(); ++i) {
    const c10::IValue& value = inputs[i];
    bool has_tensors = false;
    for_each_tensor(value, [&](const at::Tensor& tensor) {
      has_tensors = true;
      if (value.isTensor()) argument_sizes_[i] = tensor.sizes().vec();
      if (const Field* field = find_field(tensor))
        seen_.push_back({tensor.unsafeGetTensorImpl(), *field, tensor.sizes().vec()});
    });
    arguments_.push_back(has_tensors ? c10::IValue() : value);
  }
}

void FieldTracker::after(const Op& op, std::span<const c10::IValue> outputs) {
  if (seen_.empty()) return;
  std::string name = op.name;
  if (name.starts_with("aten::")) name = name.substr(6);
  if (op.is_in_place) name.pop_back();
  for (const c10::IValue& value : outputs) {
    for_each_tensor(value, [&](const at::Tensor& output) {
      // Handed through (lists, tuples, optionals): what is known of it stays true.
      const bool is_same = std::any_of(seen_.begin(), seen_.end(), [&](const Seen& one) {
        return one.key == output.unsafeGetTensorImpl();
      });
      if (is_same && !op.is_in_place) return;
      Field result;
      if (is_elementwise(name) || joins_other_dims(name)) {
        bool is_first = true;
        for (const Seen& one : seen_) {
          Field aligned = one.field;
          const auto missing = output.dim() - static_cast<std::int64_t>(one.sizes.size());
          for (FieldAxis& axis : aligned.axes) {
            if (axis.dim < 0) continue;
            const std::int64_t size = one.sizes[static_cast<std::size_t>(axis.dim)];
            axis.dim += static_cast<int>(missing);
            // Broadcast: every index of the result sees the one there is.
            if (size == 1 && axis.dim >= 0 && output.size(axis.dim) > 1) axis.jump = 0;
          }
          result = is_first ? aligned : united(result, aligned, output.sizes());
          is_first = false;
        }
      } else {
        const Seen& first = seen_.front();
        const auto changed = apply_rule(
            {name, first.field, first.sizes, output.sizes(), arguments_, argument_sizes_});
        result = changed.value_or(first.field);
        // Two tracked operands where the rule is about one: nothing is certain.
        if (!changed || seen_.size() > 1) result.is_known = false;
        for (const Seen& one : seen_) result.is_known = result.is_known && one.field.is_known;
      }
      remember(output, result);
    });
  }
}

/// cat along a dimension that is none of ours, as of channels: the union, like an addition.
bool FieldTracker::joins_other_dims(const std::string& name) const {
  if (name != "cat" || arguments_.size() < 2 || !arguments_[1].isInt()) return false;
  for (const Seen& one : seen_) {
    const std::int64_t dim = arguments_[1].toInt();
    const auto rank = static_cast<std::int64_t>(one.sizes.size());
    for (const FieldAxis& axis : one.field.axes) {
      if (axis.dim == (dim < 0 ? dim + rank : dim)) return false;
    }
  }
  return true;
}

std::optional<ReceptiveField> FieldTracker::find(const at::Tensor& tensor) const {
  const Field* field = find_field(tensor);
  if (field == nullptr || !field->is_known || tensor.dim() != 5) return std::nullopt;
  ReceptiveField result;
  result.is_global = true;
  for (std::size_t i = 0; i < 3; ++i) {
    const FieldAxis& axis = field->axes[i];
    if (axis.dim < 0 && !axis.is_whole()) return std::nullopt;
    result.size[i] = axis.hi - axis.lo + 1;
    result.jump[i] = axis.jump;
    result.lo[i] = axis.lo;
    const bool has_one_index = axis.dim >= 0 && tensor.size(axis.dim) == 1;
    const bool sees_all = axis.lo <= 0 && axis.hi >= axis.extent - 1;
    result.is_global = result.is_global && (axis.is_whole() || (has_one_index && sees_all));
  }
  return result;
}

}  // namespace praxiscope::program
