// See network_call.h.
#include "model/network_call.h"

#include "core/text.h"

#include "praxiscope/error.h"

#include <fmt/format.h>

#include <limits>

namespace praxiscope::program {
namespace {

using c10::IValue;

constexpr std::array<const char*, 5> kAxisNames = {"batch", "channels", "time", "height", "width"};

/// Where N, C, T, H, W lie in the network's own layout.
constexpr std::array<int, 5> axes_of(Layout layout) {
  switch (layout) {
    case Layout::kNCTHW:
      return {0, 1, 2, 3, 4};
    case Layout::kNTCHW:
      return {0, 2, 1, 3, 4};
    case Layout::kNTHWC:
      return {0, 4, 1, 2, 3};
  }
  return {0, 1, 2, 3, 4};
}

at::Tensor in_layout(const at::Tensor& tensor, Layout layout) {
  switch (layout) {
    case Layout::kNCTHW:
      return tensor;
    case Layout::kNTCHW:
      return tensor.permute({0, 2, 1, 3, 4});
    case Layout::kNTHWC:
      return tensor.permute({0, 2, 3, 4, 1});
  }
  return tensor;
}

std::optional<CallKind> container_of(const c10::Type& type) {
  if (type.kind() == c10::TypeKind::TupleType) return CallKind::kTuple;
  if (type.kind() == c10::TypeKind::ListType) return CallKind::kList;
  if (type.kind() == c10::TypeKind::DictType) return CallKind::kDict;
  return std::nullopt;
}

std::string names_of(const std::vector<InputSpec>& inputs) {
  std::string names;
  for (const InputSpec& input : inputs) names += (names.empty() ? "" : ", ") + input.name;
  return names;
}

std::string names_of(const std::vector<Input>& inputs) {
  std::string names;
  for (const Input& input : inputs) names += (names.empty() ? "" : ", ") + input.name;
  return names;
}

void open_value(const IValue& value, const std::string& key, std::vector<NamedTensor>& tensors) {
  if (value.isTensor()) {
    if (value.toTensor().defined()) tensors.push_back({key, value.toTensor()});
  } else if (value.isTuple()) {
    const c10::TupleTypePtr type = value.toTupleRef().type();
    const auto& elements = value.toTupleRef().elements();
    for (std::size_t i = 0; i < elements.size(); ++i)
      open_value(elements[i], type->schema() ? type->schema()->arguments().at(i).name() : key,
                 tensors);
  } else if (value.isGenericDict()) {
    for (const auto& entry : value.toGenericDict())
      open_value(entry.value(), entry.key().isString() ? entry.key().toStringRef() : key, tensors);
  } else if (value.isList()) {
    for (const IValue& element : value.toListRef()) open_value(element, key, tensors);
  }
}

[[noreturn]] void contradict(const Manifest& manifest, const std::string& said,
                             const std::string& found, const std::string& advice) {
  throw Error(ErrorKind::kModel,
              fmt::format("model {}: the manifest says {}, the file {} {}; {}",
                          in_quotes(manifest.name), said, in_quotes(manifest.file), found, advice));
}

}  // namespace

std::string shape_text(at::IntArrayRef shape) {
  return fmt::format("[{}]", fmt::join(shape.begin(), shape.end(), ","));
}

NetworkCall::NetworkCall(const Manifest& manifest, const Program& program)
    : manifest_(manifest), program_(program), call_(manifest.call) {
  if (manifest.inputs.empty())
    throw Error(ErrorKind::kModel,
                fmt::format("model {}: the manifest has no inputs; give at least "
                            "one in \"inputs\"",
                            in_quotes(manifest.name)));
  check_containers();
  check_sizes();
}

void NetworkCall::check_containers() {
  const std::size_t given = manifest_.inputs.size();
  const auto& takes = program_.inputs;
  const auto said = fmt::format("{} inputs ({})", given, names_of(manifest_.inputs));
  if (program_.is_flat) {
    if (takes.size() != given)
      contradict(manifest_, said, fmt::format("takes {} ({})", takes.size(), names_of(takes)),
                 "correct \"inputs\" in the manifest");
    return;
  }
  const std::optional<CallKind> container =
      takes.empty() ? std::nullopt : container_of(*takes[0].type);
  if (container && takes[0].type->kind() != c10::TypeKind::AnyType) {
    // A container cannot be called otherwise: an unset "call" is filled in.
    if (call_ == CallKind::kSeparate) call_ = *container;
    if (call_ != *container)
      contradict(
          manifest_, fmt::format("call {}", in_quotes(word_of(call_))),
          fmt::format("takes a {} ({})", word_of(*container), takes[0].type->annotation_str()),
          fmt::format("set \"call\": \"{}\"", word_of(*container)));
    if (const auto* tuple = takes[0].type->castRaw<c10::TupleType>();
        tuple != nullptr && tuple->elements().size() != given)
      contradict(manifest_, said, fmt::format("takes a tuple of {}", tuple->elements().size()),
                 "correct \"inputs\" in the manifest");
    return;
  }
  if (call_ != CallKind::kSeparate)
    contradict(manifest_, fmt::format("call {}", in_quotes(word_of(call_))),
               fmt::format("takes separate inputs ({})", names_of(takes)),
               "set \"call\": \"separate\"");
  std::size_t required = 0;
  for (const Input& input : takes) required += input.default_value ? 0 : 1;
  if (given < required || given > takes.size())
    contradict(manifest_, said, fmt::format("takes {} ({})", takes.size(), names_of(takes)),
               "correct \"inputs\" in the manifest");
}

/// Where input `index` of the manifest stands among the file's: dict keys may be in another order.
std::size_t NetworkCall::file_position(std::size_t index) const {
  if (!program_.is_flat) return index;
  for (std::size_t i = 0; i < program_.inputs.size(); ++i) {
    if (program_.inputs[i].name == manifest_.inputs[index].name) return i;
  }
  return index;
}

std::array<int, 5> NetworkCall::network_axes(std::size_t index) const {
  return axes_of(manifest_.inputs[index].layout);
}

void NetworkCall::check_sizes() const {
  if (!program_.is_flat) return;
  for (std::size_t i = 0; i < manifest_.inputs.size(); ++i) {
    const InputSpec& spec = manifest_.inputs[i];
    const Input& input = program_.inputs[file_position(i)];
    if (input.sizes.empty()) continue;
    if (input.sizes.size() != 5)
      contradict(
          manifest_, fmt::format("input {} is a clip", in_quotes(spec.name)),
          fmt::format("takes {} of {} dimensions", in_quotes(input.name), input.sizes.size()),
          "only networks that take clips of 5 dimensions are supported");
    const std::int64_t channels = spec.kind == InputKind::kFlow ? 2 : 3;
    const std::int64_t expected = input.sizes[static_cast<std::size_t>(network_axes(i)[1])];
    if (expected >= 0 && expected != channels)
      contradict(manifest_, fmt::format("input {} has {} channels", in_quotes(spec.name), channels),
                 fmt::format("takes {} there (sizes {})", expected, shape_text(input.sizes)),
                 "correct \"kind\" or \"layout\" in the manifest");
  }
}

std::vector<IValue> NetworkCall::make_arguments(std::span<const at::Tensor> inputs) const {
  std::vector<at::Tensor> tensors;
  for (std::size_t i = 0; i < inputs.size(); ++i) {
    at::Tensor tensor = in_layout(inputs[i], manifest_.inputs[i].layout).to(program_.dtype);
    // A copy: networks may begin with an in-place operator.
    tensors.push_back(tensor.is_contiguous() && tensor.is_alias_of(inputs[i])
                          ? tensor.clone()
                          : tensor.contiguous());
  }
  std::vector<IValue> arguments;
  if (program_.is_flat) {
    arguments.resize(tensors.size());
    for (std::size_t i = 0; i < tensors.size(); ++i)
      arguments[file_position(i)] = std::move(tensors[i]);
    return arguments;
  }
  switch (call_) {
    case CallKind::kSeparate:
      for (at::Tensor& tensor : tensors) arguments.emplace_back(std::move(tensor));
      break;
    case CallKind::kTuple:
      arguments.emplace_back(
          c10::ivalue::Tuple::create(std::vector<IValue>(tensors.begin(), tensors.end())));
      break;
    case CallKind::kList:
      arguments.emplace_back(c10::List<at::Tensor>(tensors));
      break;
    case CallKind::kDict: {
      c10::Dict<std::string, at::Tensor> dict;
      for (std::size_t i = 0; i < tensors.size(); ++i)
        dict.insert(manifest_.inputs[i].name, tensors[i]);
      arguments.emplace_back(dict);
      break;
    }
  }
  for (std::size_t i = arguments.size(); i < program_.inputs.size(); ++i)
    arguments.push_back(program_.inputs[i].default_value.value_or(IValue()));
  return arguments;
}

std::optional<std::size_t> NetworkCall::argument_of(std::size_t index) const {
  if (manifest_.inputs.at(index).layout != Layout::kNCTHW) return std::nullopt;
  if (program_.is_flat) return file_position(index);
  if (call_ == CallKind::kSeparate) return index;
  return std::nullopt;
}

std::vector<NamedTensor> open_output(const IValue& value) {
  std::vector<NamedTensor> tensors;
  open_value(value, "", tensors);
  return tensors;
}

std::vector<NamedTensor> NetworkCall::open_outputs(const std::vector<IValue>& outputs) const {
  std::vector<NamedTensor> tensors;
  for (std::size_t i = 0; i < outputs.size(); ++i) {
    const bool has_name = program_.is_flat && i < program_.output_names.size();
    open_value(outputs[i], has_name ? program_.output_names[i] : "", tensors);
  }
  return tensors;
}

at::Tensor NetworkCall::find_logits(const std::vector<NamedTensor>& outputs,
                                    std::int64_t batch) const {
  const OutputSpec& wanted = manifest_.output;
  std::optional<std::size_t> index;
  std::vector<std::string> keys;
  for (std::size_t i = 0; i < outputs.size(); ++i) {
    keys.push_back(outputs[i].key);
    if (!wanted.key.empty() && outputs[i].key == wanted.key && !index) index = i;
  }
  if (!wanted.key.empty() && !index)
    contradict(manifest_, fmt::format("output key {}", in_quotes(wanted.key)),
               fmt::format("gives {} tensors ({})", outputs.size(), fmt::join(keys, ", ")),
               "correct \"output.key\"" + did_you_mean(wanted.key, keys));
  if (!index) index = static_cast<std::size_t>(std::max(0, wanted.take));
  if (*index >= outputs.size())
    contradict(manifest_, fmt::format("output {} holds the classes", wanted.take),
               fmt::format("gives {} tensors, counted from 0", outputs.size()),
               "correct \"output.take\"");
  at::Tensor logits = outputs[*index].tensor;
  if (!logits.is_floating_point())
    contradict(manifest_, fmt::format("output {} holds the classes", *index),
               fmt::format("gives {} there", c10::toString(logits.scalar_type())),
               "correct \"output.take\"");
  const std::string shape = shape_text(logits.sizes());
  if (wanted.time_axis) {
    if (*wanted.time_axis >= logits.dim())
      contradict(manifest_, fmt::format("axis {} of the output is time", *wanted.time_axis),
                 fmt::format("gives shape {} there", shape), "correct \"output.time_axis\"");
    logits = logits.mean(*wanted.time_axis);
  }
  while (logits.dim() > 2 && logits.size(-1) == 1) logits = logits.squeeze(-1);
  if (logits.dim() == 1 && batch == 1) logits = logits.unsqueeze(0);
  if (logits.dim() != 2 || logits.size(0) != batch)
    contradict(
        manifest_, fmt::format("output {} holds the classes", *index),
        fmt::format("gives shape {} there for {} clips, expected [N,K]", shape, batch),
        "take another output, set \"output.time_axis\" (2 for [N,K,t]), or average over time "
        "and space before exporting");
  logits = logits.to(at::kFloat);
  if (wanted.kind == OutputKind::kProbabilities)
    logits = logits.clamp_min(std::numeric_limits<float>::min()).log();
  return logits;
}

std::vector<std::int64_t> NetworkCall::clip_shape(std::size_t index, std::int64_t batch) const {
  const InputSpec& spec = manifest_.inputs[index];
  const Preparation& preparation = spec.preparation;
  constexpr int kUsualSide = 112;  // px; where the manifest leaves the size to the video
  Size size{kUsualSide, kUsualSide};
  if (preparation.short_side) size = {*preparation.short_side, *preparation.short_side};
  if (preparation.exact) size = *preparation.exact;
  if (preparation.crop) size = *preparation.crop;
  std::vector<std::int64_t> shape = {batch, spec.kind == InputKind::kFlow ? 2 : 3, spec.frames,
                                     size.height, size.width};
  const bool is_size_free = !preparation.exact && !preparation.crop;
  const auto& sizes =
      program_.inputs[std::min(file_position(index), program_.inputs.size() - 1)].sizes;
  if (is_size_free && sizes.size() == 5) {
    for (const std::size_t axis : {3UL, 4UL}) {
      const std::int64_t fixed = sizes[static_cast<std::size_t>(network_axes(index)[axis])];
      if (fixed > 0) shape[axis] = fixed;
    }
  }
  return shape;
}

std::optional<std::int64_t> NetworkCall::fixed_batch() const {
  const auto& sizes = program_.inputs.front().sizes;
  if (sizes.empty() || sizes[0] < 1) return std::nullopt;
  return sizes[0];
}

std::vector<std::string> NetworkCall::fixed_sizes() const {
  std::vector<std::string> lines;
  const bool is_one = manifest_.inputs.size() == 1;
  for (std::size_t i = 0; i < manifest_.inputs.size(); ++i) {
    const auto& sizes =
        program_.inputs[std::min(file_position(i), program_.inputs.size() - 1)].sizes;
    if (sizes.size() != 5) continue;
    for (std::size_t axis = 0; axis < 5; ++axis) {
      const std::int64_t size = sizes[static_cast<std::size_t>(network_axes(i)[axis])];
      if (axis == 1 || size < 0 || (axis == 0 && i > 0)) continue;
      const std::string owner = is_one || axis == 0 ? "" : manifest_.inputs[i].name + " ";
      lines.push_back(fmt::format("{}{}: {}", owner, kAxisNames[axis], size));
    }
  }
  return lines;
}

std::string NetworkCall::describe_misfit(std::span<const at::Tensor> inputs) const {
  std::string text;
  for (std::size_t i = 0; i < inputs.size(); ++i) {
    const auto& sizes =
        program_.inputs[std::min(file_position(i), program_.inputs.size() - 1)].sizes;
    for (std::size_t axis = 0; sizes.size() == 5 && axis < 5; ++axis) {
      const std::int64_t size = sizes[static_cast<std::size_t>(network_axes(i)[axis])];
      const std::int64_t given = inputs[i].size(static_cast<std::int64_t>(axis));
      if (size >= 0 && size != given)
        text += fmt::format("{}{} {} of {} (found {})", text.empty() ? "" : ", ", kAxisNames[axis],
                            size, in_quotes(manifest_.inputs[i].name), given);
    }
  }
  return text;
}

}  // namespace praxiscope::program
