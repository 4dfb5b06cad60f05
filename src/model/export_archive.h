// The zip of a torch.export file (.pt2): its graph as JSON and its tensors. Knows the archive's
// layout, not what a graph means.
#pragma once

#include "praxiscope/tensor.h"

#include <nlohmann/json.hpp>

#include <map>
#include <string>

namespace praxiscope::program {

/// Sizes, strides and type of a tensor of the file. Numbers are the schema's own (FLOAT = 7).
/// @throws Error kModel for a number that this version does not know.
at::ScalarType scalar_type_of(std::int64_t schema_number);

/// What a torch.export file holds.
struct ExportContent {
  nlohmann::json program;      ///< as export schema 8 says
  std::string schema_version;  ///< "8.17"
  /// Parameters, buffers and constants by their names in the signature.
  std::map<std::string, at::Tensor> tensors;
};

/// Reads a file of any layout: that of PyTorch 2.8 and newer (models/<name>.json, data/weights,
/// data/constants), or the older one.
/// @throws Error kModel for other layouts, schemas other than 8, and damaged files.
ExportContent read_export(const std::string& path, const at::Device& device);

/// The layout of PyTorch 2.6 and 2.7: one JSON and two files of torch.save in a zip without
/// folders. Tensors are on the CPU. @throws Error kModel.
ExportContent read_old_export(const std::string& path);

/// "8.17". @throws Error kModel when it is not version 8.
std::string checked_schema(const nlohmann::json& program, const std::string& path);

}  // namespace praxiscope::program
