// The zip of a torch.export file (.pt2): its graph as JSON and its tensors. Knows the archive's
// layout, not what a graph means.
#pragma once

#include "praxiscope/tensor.h"

#include <caffe2/serialize/inline_container.h>
#include <nlohmann/json.hpp>

#include <map>
#include <memory>
#include <string>

namespace praxiscope::program {

/// Sizes, strides and type of a tensor of the file. Numbers are the schema's own (FLOAT = 7).
/// @throws Error kModel for a number that this version does not know.
at::ScalarType scalar_type_of(std::int64_t schema_number);

/// Layout written by PyTorch 2.8 and newer: models/<name>.json, data/weights, data/constants.
class ExportArchive {
 public:
  /// @throws Error kModel when it is laid out otherwise or its schema is not version 8.
  explicit ExportArchive(const std::string& path);

  const nlohmann::json& program() const { return program_; }
  const std::string& schema_version() const { return schema_version_; }  ///< "8.17"

  /// The tensors of parameters, buffers and constants by their names in the signature.
  /// @throws Error kModel for a tensor that its record is too small for.
  std::map<std::string, at::Tensor> read_tensors(const at::Device& device);

 private:
  nlohmann::json read_json(const std::string& record);
  void read_group(const std::string& folder, const std::string& config_suffix,
                  std::map<std::string, at::Tensor>& tensors);
  at::Tensor read_tensor(const std::string& record, const nlohmann::json& entry);

  std::string path_;
  std::unique_ptr<caffe2::serialize::PyTorchStreamReader> reader_;
  std::map<std::string, at::Storage> storages_;  ///< per record: tensors may share one
  std::string model_name_;                       ///< of models/<name>.json
  nlohmann::json program_;
  std::string schema_version_;
};

}  // namespace praxiscope::program
