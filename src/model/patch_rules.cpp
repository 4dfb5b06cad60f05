#include "model/patch_rules.h"

#include <ATen/ATen.h>

#include <algorithm>
#include <array>
#include <limits>
#include <string_view>

namespace praxiscope::program {
namespace {

using c10::IValue;
using Stack = torch::jit::Stack;

Stack stack_of(const LocalCall& call) { return {call.arguments.begin(), call.arguments.end()}; }

at::Tensor run(const Op& op, Stack stack) {
  op.call(stack);
  return stack.at(0).toTensor();
}

/// One number per axis of an argument, which may be a single number; nothing when it is neither.
std::optional<Extent> extent_of(const IValue& value, const Extent& when_empty) {
  if (value.isInt()) return Extent{value.toInt(), value.toInt(), value.toInt()};
  if (!value.isIntList()) return std::nullopt;
  const std::vector<std::int64_t> numbers = value.toIntVector();
  if (numbers.empty()) return when_empty;
  if (numbers.size() == 1) return Extent{numbers[0], numbers[0], numbers[0]};
  if (numbers.size() != 3) return std::nullopt;
  return Extent{numbers[0], numbers[1], numbers[2]};
}

struct Window {
  Extent kernel{}, stride{}, padding{}, dilation{1, 1, 1};
};

std::int64_t floor_div(std::int64_t a, std::int64_t b) {
  return a >= 0 ? a / b : -((-a + b - 1) / b);
}

/// Where a sliding operator's outputs change, and the inputs that they read.
struct Reach {
  std::vector<Extent> corners, window_corners;
  Extent size{}, window_size{};
};

/// Output o reads inputs o * stride - padding + i * dilation. Of boxes that differ in how they lie
/// to the stride the largest reach counts, so that all have one size.
Reach reach_of(const Patch& patch, const Window& w, const Extent& outputs) {
  Reach reach;
  reach.corners.resize(patch.corners.size());
  reach.window_corners.resize(patch.corners.size());
  for (std::size_t a = 0; a < 3; ++a) {
    const std::int64_t span = (w.kernel[a] - 1) * w.dilation[a];
    reach.size[a] = std::min(outputs[a], floor_div(patch.size()[a] - 1 + span, w.stride[a]) + 1);
    reach.window_size[a] = (reach.size[a] - 1) * w.stride[a] + span + 1;
    for (std::size_t b = 0; b < patch.corners.size(); ++b) {
      const std::int64_t first =
          -floor_div(-(patch.corners[b][a] + w.padding[a] - span), w.stride[a]);  // rounded up
      const std::int64_t corner = std::clamp<std::int64_t>(first, 0, outputs[a] - reach.size[a]);
      reach.corners[b][a] = corner;
      reach.window_corners[b][a] = corner * w.stride[a] - w.padding[a];
    }
  }
  return reach;
}

Extent extent_of_result(const LocalCall& call) {
  return {call.result.size(2), call.result.size(3), call.result.size(4)};
}

/// `no_padding`: positions of the arguments that pad, to be replaced by none.
Patch slide(const LocalCall& call, const Window& window, double outside, std::size_t padding_at) {
  const Patch& patch = *call.patches[0];
  const Reach reach = reach_of(patch, window, extent_of_result(call));
  Stack stack = stack_of(call);
  stack[0] = cut_windows(patch, reach.window_corners, reach.window_size, outside);
  stack[padding_at] = IValue(std::vector<std::int64_t>{0, 0, 0});
  return {call.result, run(call.op, std::move(stack)), reach.corners};
}

bool only_first_differs(const LocalCall& call) {
  return call.patches[0] != nullptr &&
         std::all_of(call.patches.begin() + 1, call.patches.end(),
                     [](const auto& patch) { return patch == nullptr; });
}

/// conv3d(input, weight, bias, stride, padding, dilation, ...), convolution(..., transposed, ...).
std::optional<Patch> convolve(const LocalCall& call) {
  const at::Tensor weight = call.arguments[1].toTensor();
  if (weight.dim() != 5) return std::nullopt;
  const bool may_be_transposed = call.op.name != "aten::conv3d";
  if (may_be_transposed && call.arguments[6].toBool()) return std::nullopt;
  const auto stride = extent_of(call.arguments[3], {1, 1, 1});
  const auto padding = extent_of(call.arguments[4], {0, 0, 0});
  const auto dilation = extent_of(call.arguments[5], {1, 1, 1});
  if (!stride || !padding || !dilation) return std::nullopt;  // "same" is a word
  const Window window{.kernel = {weight.size(2), weight.size(3), weight.size(4)},
                      .stride = *stride,
                      .padding = *padding,
                      .dilation = *dilation};
  return slide(call, window, 0, 4);
}

/// max_pool3d(input, kernel, stride, padding, dilation, ceil_mode).
std::optional<Patch> max_pool(const LocalCall& call) {
  const auto kernel = extent_of(call.arguments[1], {});
  if (!kernel) return std::nullopt;
  const auto stride = extent_of(call.arguments[2], *kernel);
  const auto padding = extent_of(call.arguments[3], {0, 0, 0});
  const auto dilation = extent_of(call.arguments[4], {1, 1, 1});
  if (!stride || !padding || !dilation) return std::nullopt;
  const Window window{
      .kernel = *kernel, .stride = *stride, .padding = *padding, .dilation = *dilation};
  return slide(call, window, -std::numeric_limits<double>::infinity(), 3);
}

/// avg_pool3d(input, kernel, stride, padding, ceil_mode, count_include_pad, divisor).
std::optional<Patch> average_pool(const LocalCall& call) {
  const auto kernel = extent_of(call.arguments[1], {});
  if (!kernel) return std::nullopt;
  const auto stride = extent_of(call.arguments[2], *kernel);
  const auto padding = extent_of(call.arguments[3], {0, 0, 0});
  // A divisor that depends on the border would be lost in a window.
  const bool has_even_divisor = padding == Extent{0, 0, 0} || call.arguments[5].toBool();
  if (!stride || !padding || !has_even_divisor || call.arguments[4].toBool()) return std::nullopt;
  return slide(call, {.kernel = *kernel, .stride = *stride, .padding = *padding}, 0, 3);
}

/// Whether a tensor has one value for all places: a number, or one a channel.
bool is_everywhere_the_same(const IValue& value) {
  if (!value.isTensor()) return true;
  const at::Tensor tensor = value.toTensor();
  if (tensor.numel() == 1) return true;
  const auto sizes = tensor.sizes();
  return sizes.size() <= 5 && sizes.size() >= 4 && tensor.size(-1) == 1 && tensor.size(-2) == 1 &&
         tensor.size(-3) == 1 && (sizes.size() == 4 || sizes[0] == 1);
}

/// Functions of single elements, and of an element and its channel: the patch alone goes through.
std::optional<Patch> map_elements(const LocalCall& call) {
  const Patch& patch = *call.patches[0];
  for (const IValue& other : call.arguments.subspan(1)) {
    const bool has_places = other.isTensor() && other.toTensor().dim() > 1;
    if (has_places && !is_everywhere_the_same(other)) return std::nullopt;
  }
  Stack stack = stack_of(call);
  stack[0] = call.op.is_in_place ? patch.values.clone() : patch.values;
  return Patch{call.result, run(call.op, std::move(stack)), patch.corners};
}

/// batch_norm(input, weight, bias, mean, variance, training, ...).
std::optional<Patch> normalize(const LocalCall& call) {
  if (call.op.name == "aten::batch_norm" && call.arguments[5].toBool()) return std::nullopt;
  return map_elements(call);
}

/// add, sub, mul, div of two tensors: the box around both changes.
std::optional<Patch> combine(const LocalCall& call) {
  const std::shared_ptr<const Patch>&left = call.patches[0], &right = call.patches[1];
  if (right == nullptr && is_everywhere_the_same(call.arguments[1])) return map_elements(call);
  if (left == nullptr && is_everywhere_the_same(call.arguments[0])) return std::nullopt;
  const at::Tensor a = call.arguments[0].toTensor();
  const at::Tensor b = call.arguments[1].toTensor();
  if (a.sizes() != b.sizes() || a.sizes() != call.result.sizes()) return std::nullopt;
  const Patch& any = left != nullptr ? *left : *right;
  Extent size = any.size();
  std::vector<Extent> corners = any.corners;
  if (left != nullptr && right != nullptr) {
    size = {};
    for (std::size_t axis = 0; axis < 3; ++axis) {
      for (std::size_t i = 0; i < corners.size(); ++i) {
        const std::int64_t l = left->corners[i][axis], r = right->corners[i][axis];
        const std::int64_t end = std::max(l + left->size()[axis], r + right->size()[axis]);
        corners[i][axis] = std::min(l, r);
        size[axis] = std::max(size[axis], end - corners[i][axis]);
      }
      for (Extent& corner : corners)
        corner[axis] = std::min(corner[axis], any.whole()[axis] - size[axis]);
    }
  }
  const auto windows = [&](const std::shared_ptr<const Patch>& patch, const at::Tensor& base) {
    return patch != nullptr ? cut_windows(*patch, corners, size, 0)
                            : cut_windows(base, corners, size, 0);
  };
  Stack stack = stack_of(call);
  stack[0] = windows(left, a);
  stack[1] = windows(right, b);
  return Patch{call.result, run(call.op, std::move(stack)), std::move(corners)};
}

/// Repeats a window's edges outwards where it hangs over the border of the whole.
at::Tensor repeat_edges(at::Tensor windows, const std::vector<Extent>& corners,
                        const Extent& whole) {
  for (std::int64_t b = 0; b < windows.size(0); ++b) {
    at::Tensor window = windows[b];
    for (std::size_t a = 0; a < 3; ++a) {
      const auto dim = static_cast<std::int64_t>(a) + 1;
      const std::int64_t begin = corners[static_cast<std::size_t>(b)][a], size = window.size(dim);
      const std::int64_t before = std::clamp<std::int64_t>(-begin, 0, size - 1);
      const std::int64_t after = std::clamp<std::int64_t>(begin + size - whole[a], 0, size - 1);
      if (before > 0) window.narrow(dim, 0, before).copy_(window.narrow(dim, before, 1));
      if (after > 0)
        window.narrow(dim, size - after, after).copy_(window.narrow(dim, size - after - 1, 1));
    }
  }
  return windows;
}

/// pad(input, [x0,x1,y0,y1,t0,t1], mode, value), replication_pad3d(input, [...]).
std::optional<Patch> pad(const LocalCall& call) {
  const std::vector<std::int64_t> sides = call.arguments[1].toIntVector();
  const bool is_edge = call.op.name == "aten::replication_pad3d" ||
                       (call.arguments.size() > 2 && call.arguments[2].isString() &&
                        call.arguments[2].toStringRef() == "replicate");
  const bool is_constant = call.op.name == "aten::constant_pad_nd" ||
                           (call.op.name == "aten::pad" && call.arguments[2].isString() &&
                            call.arguments[2].toStringRef() == "constant");
  if (sides.size() > 6 || (!is_edge && !is_constant)) return std::nullopt;
  const std::size_t value_at = call.op.name == "aten::pad" ? 3 : 2;
  const double outside = is_constant && call.arguments[value_at].isScalar()
                             ? call.arguments[value_at].toScalar().toDouble()
                             : 0;
  const Patch& patch = *call.patches[0];
  Patch out{call.result, {}, patch.corners};
  Extent size = patch.size();
  std::vector<Extent> window_corners = patch.corners;
  for (std::size_t a = 0; a < 3; ++a) {
    const std::size_t at = 2 * (2 - a);  // the last axis comes first
    const std::int64_t before = at < sides.size() ? sides[at] : 0;
    const std::int64_t after = at + 1 < sides.size() ? sides[at + 1] : 0;
    if (before < 0 || after < 0) return std::nullopt;
    const std::int64_t result = call.result.size(static_cast<std::int64_t>(a) + 2);
    // A box at the border changes what is repeated from it: it grows by the padding.
    if (is_edge)
      size[a] = size[a] == patch.whole()[a] ? result
                                            : std::min(size[a] + std::max(before, after), result);
    for (std::size_t b = 0; b < out.corners.size(); ++b) {
      const bool at_begin = patch.corners[b][a] == 0;
      out.corners[b][a] = std::clamp<std::int64_t>(
          patch.corners[b][a] + (is_edge && at_begin ? 0 : before), 0, result - size[a]);
      window_corners[b][a] = out.corners[b][a] - before;
    }
  }
  out.values = cut_windows(patch, window_corners, size, outside);
  if (is_edge) out.values = repeat_edges(out.values, window_corners, patch.whole());
  return out;
}

using Rule = std::optional<Patch> (*)(const LocalCall&);

Rule find_rule(std::string_view name) {
  struct Entry {
    std::string_view name;
    Rule rule;
  };
  static constexpr std::array kTable =
      std::to_array<Entry>({{"conv3d", &convolve},
                            {"convolution", &convolve},
                            {"_convolution", &convolve},
                            {"batch_norm", &normalize},
                            {"_native_batch_norm_legit_no_training", &normalize},
                            {"max_pool3d", &max_pool},
                            {"avg_pool3d", &average_pool},
                            {"add", &combine},
                            {"sub", &combine},
                            {"mul", &combine},
                            {"div", &combine},
                            {"pad", &pad},
                            {"constant_pad_nd", &pad},
                            {"replication_pad3d", &pad},
                            {"relu", &map_elements},
                            {"relu6", &map_elements},
                            {"hardtanh", &map_elements},
                            {"threshold", &map_elements},
                            {"clamp", &map_elements},
                            {"clamp_min", &map_elements},
                            {"clamp_max", &map_elements},
                            {"leaky_relu", &map_elements},
                            {"elu", &map_elements},
                            {"silu", &map_elements},
                            {"gelu", &map_elements},
                            {"sigmoid", &map_elements},
                            {"tanh", &map_elements},
                            {"hardswish", &map_elements},
                            {"hardsigmoid", &map_elements},
                            {"mish", &map_elements},
                            {"softplus", &map_elements},
                            {"dropout", &map_elements},
                            {"feature_dropout", &map_elements},
                            {"clone", &map_elements},
                            {"contiguous", &map_elements},
                            {"detach", &map_elements},
                            {"alias", &map_elements}});
  if (name.starts_with("aten::")) name.remove_prefix(6);
  if (name.ends_with('_') && !name.starts_with('_')) name.remove_suffix(1);
  const auto* const found = std::find_if(kTable.begin(), kTable.end(),
                                         [&](const Entry& entry) { return entry.name == name; });
  return found == kTable.end() ? nullptr : found->rule;
}

}  // namespace

std::optional<Patch> apply_locally(const LocalCall& call) {
  const Rule rule = find_rule(call.op.name);
  if (rule == nullptr || !call.result.defined() || call.result.dim() != 5) return std::nullopt;
  if (rule != &combine && !only_first_differs(call)) return std::nullopt;
  return rule(call);
}

}  // namespace praxiscope::program
