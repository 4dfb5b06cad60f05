// Tensors within the values that operators take and give.
#pragma once

#include <ATen/core/ivalue.h>

namespace praxiscope::program {

/// Calls `visit` for every tensor in a value; lists, tuples and dictionaries are opened, tensors
/// that are undefined passed over.
template <typename Visit>
void for_each_tensor(const c10::IValue& value, const Visit& visit) {
  if (value.isTensor()) {
    if (value.toTensor().defined()) visit(value.toTensor());
  } else if (value.isTuple()) {
    for (const c10::IValue& element : value.toTupleRef().elements())
      for_each_tensor(element, visit);
  } else if (value.isGenericDict()) {
    for (const auto& entry : value.toGenericDict()) for_each_tensor(entry.value(), visit);
  } else if (value.isTensorList() || (value.isList() && !value.isIntList() &&
                                      !value.isDoubleList() && !value.isBoolList())) {
    for (const c10::IValue& element : value.toListRef()) for_each_tensor(element, visit);
  }
}

}  // namespace praxiscope::program
