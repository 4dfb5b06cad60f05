// What single operators do to a receptive field. See receptive_field.h.
#include "model/receptive_field.h"

#include <set>

namespace praxiscope::program {
namespace {

using Ints = std::vector<std::int64_t>;

/// Argument `index` as one number per spatial axis; `fallback` for absent or empty ones.
Ints spatial_argument(const RuleInput& input, std::size_t index, std::size_t axes,
                      const Ints& fallback) {
  if (index >= input.arguments.size()) return fallback;
  const c10::IValue& value = input.arguments[index];
  Ints numbers;
  if (value.isInt()) numbers = {value.toInt()};
  if (value.isIntList()) numbers = value.toIntVector();
  if (numbers.empty()) return fallback;
  if (numbers.size() == 1) numbers.assign(axes, numbers[0]);
  return numbers.size() == axes ? numbers : fallback;
}

struct Windows {
  Ints kernel, stride, left, dilation;
};

/// Slides windows over the last dimensions.
std::optional<Field> slide(const RuleInput& input, const Windows& windows) {
  const auto axes = static_cast<int>(windows.kernel.size());
  const int first = static_cast<int>(input.in_sizes.size()) - axes;
  Field field = input.field;
  for (FieldAxis& axis : field.axes) {
    if (axis.dim < 0 || axis.dim == 0) continue;  // batch: untouched
    if (axis.dim < first) {
      axis.make_whole();  // as channels: every output sees all of them
      axis.dim = -1;
      continue;
    }
    const auto a = static_cast<std::size_t>(axis.dim - first);
    axis.lo -= windows.left[a] * axis.jump;
    axis.hi += (windows.dilation[a] * (windows.kernel[a] - 1) - windows.left[a]) * axis.jump;
    axis.jump *= windows.stride[a];
  }
  return field;
}

/// convN(input, weight, bias, stride, padding, dilation, ...).
std::optional<Field> convolve(const RuleInput& input) {
  const Ints& weight = input.argument_sizes.at(1);
  if (weight.size() < 3 || weight.size() != input.in_sizes.size()) return std::nullopt;
  const std::size_t axes = weight.size() - 2;
  if (input.name == "convolution" || input.name == "_convolution") {
    if (input.arguments.size() <= 6 || !input.arguments[6].isBool() || input.arguments[6].toBool())
      return std::nullopt;  // transposed
  }
  Windows windows;
  windows.kernel.assign(weight.begin() + 2, weight.end());
  windows.stride = spatial_argument(input, 3, axes, Ints(axes, 1));
  windows.dilation = spatial_argument(input, 5, axes, Ints(axes, 1));
  windows.left = spatial_argument(input, 4, axes, Ints(axes, 0));
  if (input.arguments.size() > 4 && input.arguments[4].isString() &&
      input.arguments[4].toStringRef() == "same") {
    for (std::size_t a = 0; a < axes; ++a)
      windows.left[a] = windows.dilation[a] * (windows.kernel[a] - 1) / 2;
  }
  return slide(input, windows);
}

/// xxx_poolN(input, kernel, stride, padding, [dilation]).
std::optional<Field> pool(const RuleInput& input) {
  const std::size_t axes = input.name.find("3d") != std::string::npos   ? 3
                           : input.name.find("2d") != std::string::npos ? 2
                                                                        : 1;
  const bool has_dilation = input.name.starts_with("max");
  Windows windows;
  windows.kernel = spatial_argument(input, 1, axes, {});
  if (windows.kernel.size() != axes) return std::nullopt;
  windows.stride = spatial_argument(input, 2, axes, windows.kernel);
  windows.left = spatial_argument(input, 3, axes, Ints(axes, 0));
  windows.dilation = has_dilation ? spatial_argument(input, 4, axes, Ints(axes, 1)) : Ints(axes, 1);
  return slide(input, windows);
}

std::optional<Field> pool_to_size(const RuleInput& input) {
  Field field = input.field;
  for (FieldAxis& axis : field.axes) {
    if (axis.dim < 2) continue;
    const auto d = static_cast<std::size_t>(axis.dim);
    const std::int64_t in = input.in_sizes[d];
    const std::int64_t out = input.out_sizes[d];
    if (out == in) continue;
    if (out == 1) {
      axis.make_whole();
    } else if (in % out == 0) {
      axis.hi += (in / out - 1) * axis.jump;
      axis.jump *= in / out;
    } else {
      return std::nullopt;
    }
  }
  return field;
}

int wrapped_dim(std::int64_t dim, std::size_t rank) {
  return static_cast<int>(dim < 0 ? dim + static_cast<std::int64_t>(rank) : dim);
}

/// mean, sum, amax over dimensions: whole along them.
std::optional<Field> reduce(const RuleInput& input) {
  const std::size_t rank = input.in_sizes.size();
  Ints dims = spatial_argument(input, 1, 0, {});
  if (input.arguments.size() > 1 && input.arguments[1].isIntList())
    dims = input.arguments[1].toIntVector();
  if (input.arguments.size() > 1 && input.arguments[1].isInt()) dims = {input.arguments[1].toInt()};
  std::set<int> reduced;
  for (const std::int64_t dim : dims) reduced.insert(wrapped_dim(dim, rank));
  if (dims.empty()) {
    for (std::size_t d = 0; d < rank; ++d) reduced.insert(static_cast<int>(d));
  }
  const bool keeps = input.out_sizes.size() == rank;
  Field field = input.field;
  for (FieldAxis& axis : field.axes) {
    if (axis.dim < 0) continue;
    const int dim = axis.dim;
    if (reduced.contains(dim)) {
      axis.make_whole();
      if (!keeps) axis.dim = -1;
    } else if (!keeps) {
      axis.dim -= static_cast<int>(std::distance(reduced.begin(), reduced.lower_bound(dim)));
    }
  }
  return field;
}

/// view, reshape, flatten, unflatten, squeeze: a dimension lives on where as many elements stand
/// before it and its size is the same.
std::optional<Field> reshape(const RuleInput& input) {
  Field field = input.field;
  for (FieldAxis& axis : field.axes) {
    if (axis.dim < 0) continue;
    const auto dim = static_cast<std::size_t>(axis.dim);
    std::int64_t before = 1;
    for (std::size_t d = 0; d < dim; ++d) before *= input.in_sizes[d];
    std::int64_t product = 1;
    int place = -1;
    for (std::size_t d = 0; d < input.out_sizes.size() && place < 0; ++d) {
      // Among equal candidates (sizes of 1) the order of dimensions decides.
      if (product == before && input.out_sizes[d] == input.in_sizes[dim] &&
          (input.in_sizes[dim] != 1 || input.out_sizes.size() != input.in_sizes.size() || d == dim))
        place = static_cast<int>(d);
      product *= input.out_sizes[d];
    }
    axis.dim = place;
    if (place < 0 && !axis.is_whole() && input.in_sizes[dim] != 1) return std::nullopt;
    if (place < 0 && !axis.is_whole()) axis.jump = 0;
  }
  return field;
}

std::optional<Field> permute(const RuleInput& input) {
  const std::size_t rank = input.in_sizes.size();
  std::vector<int> order(rank);
  for (std::size_t d = 0; d < rank; ++d) order[d] = static_cast<int>(d);
  if (input.name == "permute" && input.arguments.size() > 1 && input.arguments[1].isIntList()) {
    const Ints dims = input.arguments[1].toIntVector();
    for (std::size_t d = 0; d < rank; ++d) order[d] = wrapped_dim(dims.at(d), rank);
  } else if (input.name == "transpose" && input.arguments.size() > 2 &&
             input.arguments[1].isInt() && input.arguments[2].isInt()) {
    std::swap(order.at(static_cast<std::size_t>(wrapped_dim(input.arguments[1].toInt(), rank))),
              order.at(static_cast<std::size_t>(wrapped_dim(input.arguments[2].toInt(), rank))));
  } else {
    return std::nullopt;
  }
  Field field = input.field;
  for (FieldAxis& axis : field.axes) {
    for (std::size_t d = 0; axis.dim >= 0 && d < rank; ++d) {
      if (order[d] == axis.dim) {
        axis.dim = static_cast<int>(d);
        break;
      }
    }
  }
  return field;
}

/// slice(input, dim, start, end, step) and select(input, dim, index).
std::optional<Field> cut(const RuleInput& input) {
  const std::size_t rank = input.in_sizes.size();
  const int dim = input.arguments.size() > 1 && input.arguments[1].isInt()
                      ? wrapped_dim(input.arguments[1].toInt(), rank)
                      : 0;
  const auto number = [&](std::size_t index, std::int64_t fallback) {
    return input.arguments.size() > index && input.arguments[index].isInt()
               ? input.arguments[index].toInt()
               : fallback;
  };
  std::int64_t start = number(2, 0);
  if (start < 0) start += input.in_sizes.at(static_cast<std::size_t>(dim));
  const bool is_select = input.name == "select";
  const std::int64_t step = is_select ? 0 : number(4, 1);
  Field field = input.field;
  for (FieldAxis& axis : field.axes) {
    if (axis.dim == dim) {
      axis.lo += start * axis.jump;
      axis.hi += start * axis.jump;
      axis.jump *= step;
      if (is_select) axis.dim = -1;
    } else if (is_select && axis.dim > dim) {
      --axis.dim;
    }
  }
  return field;
}

std::optional<Field> unsqueeze(const RuleInput& input) {
  const int dim = wrapped_dim(input.arguments[1].toInt(), input.in_sizes.size() + 1);
  Field field = input.field;
  for (FieldAxis& axis : field.axes) {
    if (axis.dim >= dim) ++axis.dim;
  }
  return field;
}

/// constant_pad_nd(input, [last left, last right, ...]) and pads of other modes.
std::optional<Field> pad(const RuleInput& input) {
  if (input.arguments.size() < 2 || !input.arguments[1].isIntList()) return std::nullopt;
  const Ints pads = input.arguments[1].toIntVector();
  Field field = input.field;
  for (FieldAxis& axis : field.axes) {
    if (axis.dim < 0) continue;
    const std::size_t from_last = input.in_sizes.size() - 1 - static_cast<std::size_t>(axis.dim);
    if (2 * from_last + 1 >= pads.size()) continue;
    axis.lo -= pads[2 * from_last] * axis.jump;
    axis.hi -= pads[2 * from_last] * axis.jump;
  }
  return field;
}

/// Operators that mix everything along the last `count` dimensions and nothing else.
std::optional<Field> mix_last(const RuleInput& input, std::size_t count) {
  Field field = input.field;
  for (FieldAxis& axis : field.axes) {
    if (axis.dim >= static_cast<int>(input.in_sizes.size() - count)) axis.make_whole();
  }
  return field;
}

/// group_norm and instance_norm: statistics over all places.
std::optional<Field> mix_places(const RuleInput& input) {
  Field field = input.field;
  for (FieldAxis& axis : field.axes) {
    if (axis.dim >= 2) axis.make_whole();
  }
  return field;
}

/// chunk, split: whole parts, along a dimension that is none of ours.
std::optional<Field> part(const RuleInput& input, std::size_t dim_argument) {
  if (input.arguments.size() <= dim_argument || !input.arguments[dim_argument].isInt())
    return std::nullopt;
  const int dim = wrapped_dim(input.arguments[dim_argument].toInt(), input.in_sizes.size());
  for (const FieldAxis& axis : input.field.axes) {
    if (axis.dim == dim) return std::nullopt;
  }
  return input.field;
}

}  // namespace

bool is_elementwise(std::string_view name) {
  static const std::set<std::string_view> kNames = {"relu",
                                                    "relu6",
                                                    "hardtanh",
                                                    "threshold",
                                                    "clamp",
                                                    "clamp_min",
                                                    "clamp_max",
                                                    "leaky_relu",
                                                    "elu",
                                                    "selu",
                                                    "celu",
                                                    "silu",
                                                    "gelu",
                                                    "mish",
                                                    "hardswish",
                                                    "hardsigmoid",
                                                    "sigmoid",
                                                    "tanh",
                                                    "softplus",
                                                    "prelu",
                                                    "abs",
                                                    "neg",
                                                    "exp",
                                                    "log",
                                                    "sqrt",
                                                    "rsqrt",
                                                    "square",
                                                    "pow",
                                                    "reciprocal",
                                                    "add",
                                                    "sub",
                                                    "rsub",
                                                    "mul",
                                                    "div",
                                                    "maximum",
                                                    "minimum",
                                                    "batch_norm",
                                                    "_native_batch_norm_legit_no_training",
                                                    "native_batch_norm",
                                                    "dropout",
                                                    "feature_dropout",
                                                    "alpha_dropout",
                                                    "dropout3d",
                                                    "clone",
                                                    "contiguous",
                                                    "detach",
                                                    "alias",
                                                    "to",
                                                    "_to_copy",
                                                    "type_as",
                                                    "float",
                                                    "lift_fresh_copy",
                                                    "_unwrap_optional"};
  return kNames.contains(name);
}

std::optional<Field> apply_rule(const RuleInput& input) {
  const std::string& name = input.name;
  if (name == "conv1d" || name == "conv2d" || name == "conv3d" || name == "convolution" ||
      name == "_convolution")
    return convolve(input);
  if (name.starts_with("adaptive_")) return pool_to_size(input);
  if (name.starts_with("max_pool") || name.starts_with("avg_pool")) return pool(input);
  if (name == "mean" || name == "sum" || name == "amax" || name == "amin") return reduce(input);
  if (name == "view" || name == "reshape" || name == "flatten" || name == "unflatten" ||
      name == "squeeze" || name == "_unsafe_view")
    return reshape(input);
  if (name == "permute" || name == "transpose") return permute(input);
  if (name == "slice" || name == "select") return cut(input);
  if (name == "unsqueeze") return unsqueeze(input);
  if (name == "constant_pad_nd" || name == "pad" || name.starts_with("replication_pad") ||
      name.starts_with("reflection_pad"))
    return pad(input);
  if (name == "linear") return mix_last(input, 1);
  if (name == "layer_norm" || name == "native_layer_norm") {
    const bool has_shape = input.arguments.size() > 1 && input.arguments[1].isIntList();
    return mix_last(input, has_shape ? input.arguments[1].toIntVector().size() : 1);
  }
  if (name == "group_norm" || name == "native_group_norm" || name == "instance_norm")
    return mix_places(input);
  if (name == "chunk" || name == "split" || name == "split_with_sizes") return part(input, 2);
  return std::nullopt;
}

}  // namespace praxiscope::program
