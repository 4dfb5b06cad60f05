// See torchscript_values.h.
#include "model/torchscript_values.h"

#include "core/text.h"

#include "praxiscope/error.h"

#include <fmt/format.h>

namespace praxiscope::program {
namespace {

using c10::IValue;
using torch::jit::Node;
using torch::jit::Operation;
using torch::jit::Stack;
namespace attr = c10::attr;
namespace prim = c10::prim;

std::vector<IValue> pop_last(Stack& stack, std::size_t count) {
  std::vector<IValue> values(std::make_move_iterator(stack.end() - static_cast<long>(count)),
                             std::make_move_iterator(stack.end()));
  stack.resize(stack.size() - count);
  return values;
}

IValue pop(Stack& stack) {
  IValue value = std::move(stack.back());
  stack.pop_back();
  return value;
}

Operation make_tuple(const Node& node) {
  const auto type = node.output()->type()->expect<c10::TupleType>();
  return [count = node.inputs().size(), type](Stack& stack) {
    std::vector<IValue> values = pop_last(stack, count);
    stack.emplace_back(type->schema() ? c10::ivalue::Tuple::createNamed(std::move(values), type)
                                      : c10::ivalue::Tuple::create(std::move(values)));
  };
}

Operation make_list(const Node& node) {
  const c10::TypePtr element = node.output()->type()->expectRef<c10::ListType>().getElementType();
  return [count = node.inputs().size(), element](Stack& stack) {
    std::vector<IValue> values = pop_last(stack, count);
    c10::impl::GenericList list(element);
    list.reserve(count);
    for (IValue& value : values) list.push_back(std::move(value));
    stack.emplace_back(std::move(list));
  };
}

Operation make_dict(const Node& node) {
  const auto& type = node.output()->type()->expectRef<c10::DictType>();
  return [count = node.inputs().size(), key = type.getKeyType(),
          value = type.getValueType()](Stack& stack) {
    const std::vector<IValue> entries = pop_last(stack, count);
    c10::impl::GenericDict dict(key, value);
    for (std::size_t i = 0; i + 1 < count; i += 2)
      dict.insert_or_assign(entries[i], entries[i + 1]);
    stack.emplace_back(std::move(dict));
  };
}

Operation make_tuple_unpack() {
  return [](Stack& stack) {
    const IValue tuple = pop(stack);
    for (const IValue& value : tuple.toTupleRef().elements()) stack.push_back(value);
  };
}

Operation make_list_unpack(const Node& node) {
  return [expected = node.outputs().size()](Stack& stack) {
    const IValue value = pop(stack);
    const c10::List<IValue> list = value.toList();
    TORCH_CHECK(list.size() == expected, "expected a list of ", expected, " values, found ",
                list.size());
    for (const IValue& element : list) stack.push_back(element);
  };
}

Operation make_tuple_slice(const Node& node) {
  return [begin = node.i(attr::beg), end = node.i(attr::end)](Stack& stack) {
    const IValue tuple = pop(stack);
    const std::vector<IValue> all = tuple.toTupleRef().elements().vec();
    stack.emplace_back(
        c10::ivalue::Tuple::create(std::vector<IValue>(all.begin() + begin, all.begin() + end)));
  };
}

Operation make_object(const Node& node) {
  const auto type = node.output()->type()->expect<c10::ClassType>();
  return [type](Stack& stack) {
    stack.emplace_back(c10::ivalue::Object::create(
        c10::StrongTypePtr(type->compilation_unit(), type), type->numAttributes()));
  };
}

Operation make_attribute_read(const Node& node) {
  const auto& type = node.input()->type()->expectRef<c10::ClassType>();
  return [slot = type.getAttributeSlot(node.s(attr::name))](Stack& stack) {
    const IValue object = pop(stack);
    stack.push_back(object.toObjectRef().getSlot(slot));
  };
}

Operation make_attribute_write(const Node& node) {
  const auto& type = node.input(0)->type()->expectRef<c10::ClassType>();
  return [slot = type.getAttributeSlot(node.s(attr::name))](Stack& stack) {
    IValue value = pop(stack);
    const IValue object = pop(stack);
    object.toObject()->setSlot(slot, std::move(value));
  };
}

Operation make_type_question(const Node& node) {
  return [types = node.tys(attr::types)](Stack& stack) {
    const c10::TypePtr type = pop(stack).type();
    const bool is_one = std::any_of(types.begin(), types.end(), [&](const c10::TypePtr& candidate) {
      return type->isSubtypeOf(*candidate);
    });
    stack.emplace_back(is_one);
  };
}

/// Forks run at once, so a future is its value already.
Operation make_wait() {
  return [](Stack& stack) {
    if (stack.back().isFuture()) {
      const IValue future = pop(stack);
      future.toFuture()->waitAndThrow();
      stack.push_back(future.toFuture()->value());
    }
  };
}

/// LibTorch's own takes the exception's class, which may be absent, for its message.
Operation make_raise(const Node& node) {
  return [count = node.inputs().size()](Stack& stack) {
    const std::vector<IValue> arguments = pop_last(stack, count);
    throw std::runtime_error(!arguments.empty() && arguments[0].isString()
                                 ? arguments[0].toStringRef()
                                 : "the network's code raised an exception");
  };
}

Operation make_dispatched(const Node& node) {
  try {
    Operation operation = node.getOperation();
    const bool wants_count = node.maybeOperator() != nullptr && node.getOperator().hasOperation() &&
                             node.schema().is_vararg();
    if (!wants_count) return operation;
    return
        [operation, count = static_cast<std::int64_t>(node.inputs().size())](Stack& stack) mutable {
          stack.emplace_back(count);
          operation(stack);
        };
  } catch (const std::exception&) {
    throw Error(ErrorKind::kModel,
                fmt::format("the network uses an operator that this LibTorch does not have: {}; if "
                            "it is a custom operator, export the network without it",
                            in_quotes(kind_name(node))));
  }
}

}  // namespace

torch::jit::Operation make_operation(const Node& node) {
  switch (node.kind()) {
    case prim::TupleConstruct:
      return make_tuple(node);
    case prim::ListConstruct:
      return make_list(node);
    case prim::DictConstruct:
      return make_dict(node);
    case prim::TupleUnpack:
      return make_tuple_unpack();
    case prim::ListUnpack:
      return make_list_unpack(node);
    case prim::TupleSlice:
      return make_tuple_slice(node);
    case prim::CreateObject:
      return make_object(node);
    case prim::GetAttr:
      return make_attribute_read(node);
    case prim::SetAttr:
      return make_attribute_write(node);
    case prim::isinstance:
      return make_type_question(node);
    case prim::RaiseException:
      return make_raise(node);
    case c10::aten::wait:
      return make_wait();
    default:
      return make_dispatched(node);
  }
}

bool is_idle(const Node& node) {
  return node.kind() == c10::aten::warn || node.kind() == prim::Print;
}

std::string kind_name(const Node& node) { return node.kind().toQualString(); }

std::string python_line_of(const torch::jit::SourceRange& range) {
  // A saved file holds code of its own and says of each line which Python line it came from.
  const auto original = range.findSourceRangeThatGenerated();
  const auto place = original ? original->file_line_col() : range.file_line_col();
  if (!place) return "";
  const auto& [file, line, column] = *place;
  return fmt::format("{}:{}", file.substr(file.find_last_of('/') + 1), line);
}

}  // namespace praxiscope::program
