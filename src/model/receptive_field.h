// Receptive fields, measured along one run: which input elements each value can depend on. An
// Observer of the executor; knows no layers' names.
#pragma once

#include "model/program.h"

#include <array>
#include <optional>
#include <span>
#include <unordered_map>
#include <vector>

namespace praxiscope::program {

/// One of t, y, x of a tensor: index i along `dim` sees input [i*jump + lo, i*jump + hi].
struct FieldAxis {
  int dim = -1;  ///< of the tensor; -1: the axis is gone (pooled, indexed away)
  std::int64_t jump = 1, lo = 0, hi = 0;
  std::int64_t extent = 0;  ///< of the input along this axis

  /// Every index sees the whole axis.
  bool is_whole() const { return jump == 0 && lo <= 0 && hi >= extent - 1; }
  void make_whole() { jump = 0, lo = 0, hi = extent - 1; }
};

/// What one tensor depends on.
struct Field {
  bool is_known = true;  ///< false: an operator on the way has no rule
  std::array<FieldAxis, 3> axes;
};

/// The union over two operands of an element-wise operator; unknown when they move differently.
/// `sizes`: of the result.
Field united(const Field& a, const Field& b, at::IntArrayRef sizes);

/// Follows every tensor from the inputs on. Holds no tensor's memory: weak references only.
/// Rules: r_l = r_{l-1} + (k_l - 1) j_{l-1}, branches: union of intervals (methods.md F2; Araujo et
/// al., "Computing receptive fields of convolutional neural networks", Distill 2019).
class FieldTracker {
 public:
  /// `dims`: where t, y, x of the clip lie in `tensor`.
  void add_input(const at::Tensor& tensor, const std::array<int, 3>& dims);

  void before(const Op& op, std::span<const c10::IValue> inputs);
  void after(const Op& op, std::span<const c10::IValue> outputs);

  /// Of a tensor with all three axes; nothing where it is unknown.
  std::optional<ReceptiveField> find(const at::Tensor& tensor) const;

 private:
  struct Entry {
    c10::weak_intrusive_ptr<c10::TensorImpl> alive;  ///< keeps the address from being used again
    Field field;
  };
  struct Seen {
    at::TensorImpl* key = nullptr;
    Field field;
    std::vector<std::int64_t> sizes;
  };

  const Field* find_field(const at::Tensor& tensor) const;
  bool joins_other_dims(const std::string& name) const;
  void remember(const at::Tensor& tensor, Field field);

  std::unordered_map<const at::TensorImpl*, Entry> fields_;
  std::vector<Seen> seen_;              ///< the tracked tensors among the operator's inputs
  std::vector<c10::IValue> arguments_;  ///< its other arguments; tensors as empty values
  std::vector<std::vector<std::int64_t>> argument_sizes_;  ///< per argument that is a tensor
};

/// What a rule may look at.
struct RuleInput {
  const std::string& name;  ///< without "aten::" and the in-place underscore
  const Field& field;       ///< of the first tracked tensor
  const std::vector<std::int64_t>& in_sizes;
  at::IntArrayRef out_sizes;
  std::span<const c10::IValue> arguments;  ///< tensors as empty values
  const std::vector<std::vector<std::int64_t>>& argument_sizes;
};

/// An operator's effect on a field; nothing: no rule (the result is unknown).
std::optional<Field> apply_rule(const RuleInput& input);

/// Operators that take any number of tensors element by element.
bool is_elementwise(std::string_view name);

}  // namespace praxiscope::program
