// What `info` says of a model and of a media file, as text and as JSON.
#pragma once

#include "praxiscope/model.h"

#include <memory>
#include <string>
#include <vector>

namespace praxiscope::cli {

/// A loaded model with its layers, which take one forward to find.
struct ModelInfo {
  std::unique_ptr<Model> model;
  std::vector<LayerInfo> layers;
  std::vector<std::string> warnings;
};

/// @throws Error kModel.
ModelInfo read_model_info(const std::string& path, const ManifestOverrides& overrides);
std::string model_as_text(const ModelInfo& info);
std::string layers_as_text(const ModelInfo& info);
std::string model_as_json(const ModelInfo& info);  ///< schema "praxiscope.info.model/1"

/// @throws Error kInput.
std::string media_as_text(const std::string& path);
std::string media_as_json(const std::string& path);  ///< schema "praxiscope.info.media/1"

}  // namespace praxiscope::cli
