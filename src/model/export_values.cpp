// See export_values.h.
#include "model/export_values.h"

#include "core/text.h"
#include "model/export_archive.h"

#include "praxiscope/error.h"

#include <fmt/format.h>

#include <cmath>

namespace praxiscope::program {
namespace {

using c10::IValue;
using nlohmann::json;
using torch::jit::Operation;
using torch::jit::Stack;

const c10::Type* bare(const c10::Type* type) {
  while (type != nullptr && type->kind() == c10::TypeKind::OptionalType)
    type = type->expectRef<c10::OptionalType>().getElementType().get();
  return type;
}

const c10::Type* type_of(const c10::Argument* expected) {
  return expected == nullptr ? nullptr : bare(expected->type().get());
}

bool wants(const c10::Argument* expected, c10::TypeKind kind) {
  const c10::Type* type = type_of(expected);
  return type != nullptr && type->kind() == kind;
}

bool wants_list_of(const c10::Argument* expected, c10::TypeKind kind) {
  const c10::Type* type = type_of(expected);
  return type != nullptr && type->kind() == c10::TypeKind::ListType &&
         type->expectRef<c10::ListType>().getElementType()->kind() == kind;
}

at::Tensor wrapped(const at::Scalar& number) {
  at::Tensor tensor = at::scalar_to_tensor(number);
  tensor.unsafeGetTensorImpl()->set_wrapped_number(true);
  return tensor;
}

std::int64_t memory_format_of(std::int64_t schema_number) {
  switch (schema_number) {
    case 1:
      return static_cast<std::int64_t>(at::MemoryFormat::Contiguous);
    case 2:
      return static_cast<std::int64_t>(at::MemoryFormat::ChannelsLast);
    case 3:
      return static_cast<std::int64_t>(at::MemoryFormat::ChannelsLast3d);
    default:
      return static_cast<std::int64_t>(at::MemoryFormat::Preserve);
  }
}

/// A number as the parameter wants it: tensor, float, list of ints, or as it is.
IValue fitted(const at::Scalar& number, const c10::Argument* expected) {
  if (wants(expected, c10::TypeKind::TensorType)) return wrapped(number);
  if (wants(expected, c10::TypeKind::FloatType)) return number.toDouble();
  if (wants(expected, c10::TypeKind::ListType)) {
    const auto count = static_cast<std::size_t>(expected->N().value_or(1));
    if (wants_list_of(expected, c10::TypeKind::FloatType))
      return c10::List<double>(std::vector<double>(count, number.toDouble()));
    return c10::List<std::int64_t>(std::vector<std::int64_t>(count, number.toLong()));
  }
  if (number.isBoolean()) return number.toBool();
  if (number.isFloatingPoint()) return number.toDouble();
  return number.toLong();
}

at::Scalar pop_number(Stack& stack) {
  IValue value = std::move(stack.back());
  stack.pop_back();
  return value.isTensor() ? value.toTensor().item() : value.toScalar();
}

void push_number(Stack& stack, const at::Scalar& number) {
  if (number.isBoolean()) {
    stack.emplace_back(number.toBool());
  } else if (number.isFloatingPoint()) {
    stack.emplace_back(number.toDouble());
  } else {
    stack.emplace_back(number.toLong());
  }
}

std::int64_t floor_divided(std::int64_t a, std::int64_t b) {
  TORCH_CHECK(b != 0, "division of a size by zero");
  return a / b - ((a % b != 0 && (a < 0) != (b < 0)) ? 1 : 0);
}

using Unary = at::Scalar (*)(const at::Scalar&);
using Binary = at::Scalar (*)(const at::Scalar&, const at::Scalar&);

bool both_integral(const at::Scalar& a, const at::Scalar& b) {
  return !a.isFloatingPoint() && !b.isFloatingPoint();
}

template <typename Work>
at::Scalar computed(const at::Scalar& a, const at::Scalar& b, Work work) {
  if (both_integral(a, b)) return static_cast<std::int64_t>(work(a.toLong(), b.toLong()));
  return static_cast<double>(work(a.toDouble(), b.toDouble()));
}
template <typename Work>
at::Scalar compared(const at::Scalar& a, const at::Scalar& b, Work work) {
  return both_integral(a, b) ? work(a.toLong(), b.toLong()) : work(a.toDouble(), b.toDouble());
}

at::Scalar power(const at::Scalar& a, const at::Scalar& b) {
  const double value = std::pow(a.toDouble(), b.toDouble());
  if (both_integral(a, b) && b.toLong() >= 0) return static_cast<std::int64_t>(std::llround(value));
  return value;
}

Binary find_binary(const std::string& name) {
  using S = const at::Scalar&;
  static const std::map<std::string, Binary> kTable = {
      {"add", [](S a, S b) { return computed(a, b, [](auto x, auto y) { return x + y; }); }},
      {"sub", [](S a, S b) { return computed(a, b, [](auto x, auto y) { return x - y; }); }},
      {"mul", [](S a, S b) { return computed(a, b, [](auto x, auto y) { return x * y; }); }},
      {"floordiv",
       [](S a, S b) -> at::Scalar {
         if (both_integral(a, b)) return floor_divided(a.toLong(), b.toLong());
         return std::floor(a.toDouble() / b.toDouble());
       }},
      {"mod",
       [](S a, S b) -> at::Scalar {
         if (both_integral(a, b))
           return a.toLong() - floor_divided(a.toLong(), b.toLong()) * b.toLong();
         return a.toDouble() - std::floor(a.toDouble() / b.toDouble()) * b.toDouble();
       }},
      {"truediv", [](S a, S b) -> at::Scalar { return a.toDouble() / b.toDouble(); }},
      {"pow", power},
      {"eq", [](S a, S b) { return compared(a, b, [](auto x, auto y) { return x == y; }); }},
      {"ne", [](S a, S b) { return compared(a, b, [](auto x, auto y) { return x != y; }); }},
      {"le", [](S a, S b) { return compared(a, b, [](auto x, auto y) { return x <= y; }); }},
      {"ge", [](S a, S b) { return compared(a, b, [](auto x, auto y) { return x >= y; }); }},
      {"lt", [](S a, S b) { return compared(a, b, [](auto x, auto y) { return x < y; }); }},
      {"gt", [](S a, S b) { return compared(a, b, [](auto x, auto y) { return x > y; }); }},
      {"and_", [](S a, S b) -> at::Scalar { return a.toBool() && b.toBool(); }},
      {"or_", [](S a, S b) -> at::Scalar { return a.toBool() || b.toBool(); }},
      {"lshift", [](S a, S b) -> at::Scalar { return a.toLong() << b.toLong(); }},
      {"rshift", [](S a, S b) -> at::Scalar { return a.toLong() >> b.toLong(); }},
      {"sym_max",
       [](S a, S b) { return computed(a, b, [](auto x, auto y) { return std::max(x, y); }); }},
      {"sym_min",
       [](S a, S b) { return computed(a, b, [](auto x, auto y) { return std::min(x, y); }); }},
  };
  const auto found = kTable.find(name);
  return found == kTable.end() ? nullptr : found->second;
}

Unary find_unary(const std::string& name) {
  using S = const at::Scalar&;
  static const std::map<std::string, Unary> kTable = {
      {"neg",
       [](S a) -> at::Scalar {
         return a.isFloatingPoint() ? at::Scalar(-a.toDouble()) : at::Scalar(-a.toLong());
       }},
      {"pos", [](S a) -> at::Scalar { return a; }},
      {"trunc", [](S a) -> at::Scalar { return static_cast<std::int64_t>(a.toDouble()); }},
      {"ceil",
       [](S a) -> at::Scalar { return static_cast<std::int64_t>(std::ceil(a.toDouble())); }},
      {"floor",
       [](S a) -> at::Scalar { return static_cast<std::int64_t>(std::floor(a.toDouble())); }},
      {"sym_not", [](S a) -> at::Scalar { return !a.toBool(); }},
      {"sym_int", [](S a) -> at::Scalar { return static_cast<std::int64_t>(a.toDouble()); }},
      {"sym_float", [](S a) -> at::Scalar { return a.toDouble(); }},
      {"sym_sqrt", [](S a) -> at::Scalar { return std::sqrt(a.toDouble()); }},
      {"_sym_sqrt", [](S a) -> at::Scalar { return std::sqrt(a.toDouble()); }},
  };
  const auto found = kTable.find(name);
  return found == kTable.end() ? nullptr : found->second;
}

}  // namespace

std::optional<Operation> make_size_operation(const std::string& target) {
  const std::size_t dot = target.rfind('.');
  const std::string module = target.substr(0, dot == std::string::npos ? 0 : dot);
  if (module != "_operator" && module != "operator" && module != "math" && module != "torch" &&
      module != "torch.functional")
    return std::nullopt;
  const std::string name = target.substr(dot + 1);
  if (const Binary work = find_binary(name)) {
    return Operation([work](Stack& stack) {
      const at::Scalar b = pop_number(stack);
      const at::Scalar a = pop_number(stack);
      push_number(stack, work(a, b));
    });
  }
  if (const Unary work = find_unary(name))
    return Operation([work](Stack& stack) { push_number(stack, work(pop_number(stack))); });
  if (name == "sym_ite") {
    return Operation([](Stack& stack) {
      const at::Scalar otherwise = pop_number(stack);
      const at::Scalar value = pop_number(stack);
      push_number(stack, pop_number(stack).toBool() ? value : otherwise);
    });
  }
  return std::nullopt;
}

Operand ArgumentReader::read_name(const std::string& name, const Names& names) const {
  const auto found = names.find(name);
  if (found == names.end())
    throw Error(ErrorKind::kModel, fmt::format("the file is damaged: its graph reads {} before it "
                                               "is made",
                                               in_quotes(name)));
  return found->second;
}

Operand ArgumentReader::convert(Operand operand, bool to_tensor, bool to_float, Block& block) {
  if (!to_tensor && !to_float) return operand;
  Op& op = builder_.add(block, to_tensor ? "prim::NumToTensor" : "aten::Float", {operand}, 1);
  op.call = [to_tensor](Stack& stack) {
    const at::Scalar number = pop_number(stack);
    if (to_tensor) {
      stack.emplace_back(wrapped(number));
    } else {
      stack.emplace_back(number.toDouble());
    }
  };
  return op.out[0];
}

Operand ArgumentReader::build_list(std::vector<Operand> elements, const c10::TypePtr& element,
                                   Block& block) {
  const std::size_t count = elements.size();
  Op& op = builder_.add(block, "prim::ListConstruct", std::move(elements), 1);
  op.call = [count, element](Stack& stack) {
    c10::impl::GenericList list(element);
    list.reserve(count);
    for (std::size_t i = stack.size() - count; i < stack.size(); ++i)
      list.push_back(std::move(stack[i]));
    stack.resize(stack.size() - count);
    stack.emplace_back(std::move(list));
  };
  return op.out[0];
}

Operand ArgumentReader::read_symbolic_list(const json& values, const char* plain,
                                           const c10::TypePtr& element, const Names& names,
                                           Block& block) {
  std::vector<Operand> elements;
  for (const json& value : values) {
    elements.push_back(value.contains("as_name")
                           ? read_name(value.at("as_name").get<std::string>(), names)
                           : builder_.add_constant(element->kind() == c10::TypeKind::IntType
                                                       ? IValue(value.at(plain).get<std::int64_t>())
                                                       : IValue(value.at(plain).get<double>())));
  }
  return build_list(std::move(elements), element, block);
}

IValue ArgumentReader::read_plain(const std::string& kind, const json& value,
                                  const c10::Argument* expected) const {
  if (kind == "as_none") return {};
  if (kind == "as_int") return fitted(value.get<std::int64_t>(), expected);
  if (kind == "as_bool") return fitted(value.get<bool>(), expected);
  if (kind == "as_float") {
    // JSON has no infinities: the schema writes them as words.
    const double number =
        value.is_string() ? std::stod(value.get<std::string>()) : value.get<double>();
    return fitted(number, expected);
  }
  if (kind == "as_ints") {
    if (wants_list_of(expected, c10::TypeKind::FloatType))
      return c10::List<double>(value.get<std::vector<double>>());
    return c10::List<std::int64_t>(value.get<std::vector<std::int64_t>>());
  }
  if (kind == "as_floats") return c10::List<double>(value.get<std::vector<double>>());
  if (kind == "as_bools") {
    c10::List<bool> list;
    for (const json& element : value) list.push_back(element.get<bool>());
    return list;
  }
  if (kind == "as_string") return value.get<std::string>();
  if (kind == "as_strings") return c10::List<std::string>(value.get<std::vector<std::string>>());
  if (kind == "as_scalar_type")
    return static_cast<std::int64_t>(scalar_type_of(value.get<std::int64_t>()));
  if (kind == "as_memory_format") return memory_format_of(value.get<std::int64_t>());
  if (kind == "as_layout") return static_cast<std::int64_t>(at::kStrided);
  if (kind == "as_device") return device_;
  throw Error(ErrorKind::kModel,
              fmt::format("the network has an operator with an argument of kind {}, which is not "
                          "supported",
                          in_quotes(kind)));
}

Operand ArgumentReader::read(const json& argument, const c10::Argument* expected,
                             const Names& names, Block& block) {
  const std::string kind = argument.begin().key();
  const json& value = argument.begin().value();
  if (kind == "as_tensor") return read_name(value.at("name").get<std::string>(), names);
  if (kind == "as_optional_tensor") return read(value, expected, names, block);
  if (kind == "as_tensors" || kind == "as_optional_tensors") {
    const bool has_none =
        kind == "as_optional_tensors" ||
        (expected != nullptr && wants_list_of(expected, c10::TypeKind::OptionalType));
    std::vector<Operand> elements;
    for (const json& element : value) {
      if (element.contains("as_none")) {
        elements.push_back(builder_.add_constant({}));
      } else {
        const json& tensor = element.contains("as_tensor") ? element.at("as_tensor") : element;
        elements.push_back(read_name(tensor.at("name").get<std::string>(), names));
      }
    }
    const c10::TypePtr element = has_none ? c10::TypePtr(c10::OptionalType::ofTensor())
                                          : c10::TypePtr(c10::TensorType::get());
    return build_list(std::move(elements), element, block);
  }
  if (kind == "as_sym_int" || kind == "as_sym_float" || kind == "as_sym_bool") {
    if (value.contains("as_name"))
      return convert(read_name(value.at("as_name").get<std::string>(), names),
                     wants(expected, c10::TypeKind::TensorType),
                     wants(expected, c10::TypeKind::FloatType), block);
    return read({{value.begin().key(), value.begin().value()}}, expected, names, block);
  }
  if (kind == "as_sym_ints")
    return read_symbolic_list(value, "as_int", c10::IntType::get(), names, block);
  if (kind == "as_sym_floats")
    return read_symbolic_list(value, "as_float", c10::FloatType::get(), names, block);
  return builder_.add_constant(read_plain(kind, value, expected));
}

std::vector<NodeOutput> read_outputs(const json& outputs) {
  std::vector<NodeOutput> result;
  for (const json& output : outputs) {
    NodeOutput& one = result.emplace_back();
    const std::string kind = output.begin().key();
    const json& value = output.begin().value();
    if (kind == "as_tensors" || kind == "as_optional_tensors") {
      one.is_list = true;
      for (const json& tensor : value) {
        const json& named = tensor.contains("as_tensor") ? tensor.at("as_tensor") : tensor;
        one.names.push_back(named.value("name", std::string()));
      }
    } else if (value.is_object()) {
      const json& named = value.contains("as_tensor") ? value.at("as_tensor") : value;
      one.names.push_back(named.value("name", named.value("as_name", std::string())));
    } else {
      one.names.emplace_back();
    }
  }
  return result;
}

}  // namespace praxiscope::program
