#include "cli/info_text.h"
#include "cli/table.h"

#include "praxiscope/preparation.h"
#include "praxiscope/text.h"

#include <fmt/format.h>
#include <nlohmann/json.hpp>

namespace praxiscope::cli {
namespace {

using nlohmann::json;

std::string output_kind_name(OutputKind kind) {
  return kind == OutputKind::kLogits ? "logits" : "probabilities";
}

/// "8x16x16"; sizes of one clip, without N.
std::string shape_text(const std::vector<std::int64_t>& shape) {
  if (shape.size() <= 1) return "-";
  return fmt::format("{}", fmt::join(shape.begin() + 1, shape.end(), "x"));
}

std::string field_text(const LayerInfo& layer) {
  if (!layer.receptive_field) return "-";
  if (layer.receptive_field->is_global) return "all";
  return fmt::format("{}", fmt::join(layer.receptive_field->size, "x"));
}

std::string stride_text(const LayerInfo& layer) {
  if (!layer.receptive_field || layer.receptive_field->is_global) return "-";
  return fmt::format("{}", fmt::join(layer.receptive_field->jump, "x"));
}

json to_json(const LayerInfo& layer) {
  json out{{"name", layer.name},
           {"type", layer.type},
           {"shape", layer.shape},
           {"parameters", layer.parameters},
           {"receptive_field", nullptr}};
  if (layer.receptive_field) {
    const ReceptiveField& field = *layer.receptive_field;
    out["receptive_field"] = {{"is_global", field.is_global},
                              {"size", field.size},
                              {"stride", field.jump},
                              {"first", field.lo}};
  }
  return out;
}

std::string labels_text(const std::vector<std::string>& labels) {
  std::string text = fmt::format("{}", labels.size());
  for (std::size_t i = 0; i < std::min<std::size_t>(labels.size(), 3); ++i) {
    text += fmt::format("{}{}", i == 0 ? ": " : ", ", shortened(without_controls(labels[i]), 24));
  }
  return text + (labels.size() > 3 ? ", ..." : "");
}

}  // namespace

ModelInfo read_model_info(const std::string& path, const ManifestOverrides& overrides) {
  ModelInfo info;
  const Manifest manifest = read_manifest(path, overrides, info.warnings);
  info.model = load_model(manifest, "cpu");
  info.layers = info.model->layers();
  return info;
}

std::string layers_as_text(const ModelInfo& info) {
  Table table("<<>>>>");
  table.add({"layer", "type", "output", "stride", "sees", "parameters"});
  for (const LayerInfo& layer : info.layers) {
    table.add({layer.name, layer.type, shape_text(layer.shape), stride_text(layer),
               field_text(layer), layer.parameters > 0 ? short_count(layer.parameters) : "-"});
  }
  return table.text();
}

std::string model_as_text(const ModelInfo& info) {
  const Model& model = *info.model;
  const Manifest& manifest = model.manifest();
  Table table("<<");
  table.add({"name", without_controls(manifest.name)});
  table.add({"file", without_controls(manifest.file)});
  table.add({"format", model.format()});
  table.add({"sha256", model.file_sha256()});
  if (!manifest.licence.empty()) table.add({"licence", without_controls(manifest.licence)});
  if (!manifest.source.empty()) table.add({"source", without_controls(manifest.source)});
  if (!manifest.preset.empty()) table.add({"preset", manifest.preset});
  for (const InputSpec& input : manifest.inputs) {
    table.add({"input", fmt::format("{}: {}", without_controls(input.name), describe(input))});
  }
  if (manifest.inputs.size() > 1) table.add({"call", std::string(word_of(manifest.call))});
  for (const std::string& line : model.traced_with())
    table.add({"made with", without_controls(line)});
  for (const std::string& line : model.fixed_sizes()) table.add({"fixed", without_controls(line)});
  table.add({"output", output_kind_name(manifest.output.kind)});
  table.add({"labels", labels_text(model.labels())});
  table.add({"layer", model.default_layer() + " (default for methods)"});
  return table.text() + "\n" + layers_as_text(info);
}

std::string model_as_json(const ModelInfo& info) {
  const Model& model = *info.model;
  const Manifest& manifest = model.manifest();
  json inputs = json::array(), layers = json::array();
  for (const InputSpec& input : manifest.inputs) inputs.push_back(json::parse(to_json(input)));
  for (const LayerInfo& layer : info.layers) layers.push_back(to_json(layer));
  const json out{{"schema", "praxiscope.info.model/1"},
                 {"name", manifest.name},
                 {"file", manifest.file},
                 {"format", model.format()},
                 {"sha256", model.file_sha256()},
                 {"licence", manifest.licence},
                 {"source", manifest.source},
                 {"preset", manifest.preset},
                 {"inputs", inputs},
                 {"call", std::string(word_of(manifest.call))},
                 {"output", output_kind_name(manifest.output.kind)},
                 {"traced_with", model.traced_with()},
                 {"fixed", model.fixed_sizes()},
                 {"labels", model.labels()},
                 {"default_layer", model.default_layer()},
                 {"layers", layers},
                 {"warnings", info.warnings}};
  return out.dump(-1, ' ', false, json::error_handler_t::replace) + "\n";
}

}  // namespace praxiscope::cli
