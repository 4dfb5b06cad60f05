// Which layers are rectifiers, by what their types are called.
#pragma once

#include <string>

namespace praxiscope::studies {

/// Whether a layer's type is that of a rectifier: "ReLU6", "aten::relu_", "Hardtanh", "Threshold".
bool is_rectifier(const std::string& type);

}  // namespace praxiscope::studies
