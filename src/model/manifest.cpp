// Finds the manifest of what a user names, or makes one for a bare model file, and puts the command
// line's values over it. Knows no tensors.
#include "praxiscope/manifest.h"

#include "core/text.h"
#include "model/manifest_json.h"
#include "model/manifest_values.h"

#include "praxiscope/error.h"

#include <algorithm>
#include <cstdlib>
#include <filesystem>

namespace praxiscope {
namespace {

namespace fs = std::filesystem;

constexpr const char* kManifestName = "model.json";

bool is_model_file(const fs::path& path) {
  const std::string ending = path.extension().string();
  return ending == ".pt" || ending == ".pt2" || ending == ".pth" || ending == ".ts";
}

/// Folders that hold bundled models, the first found wins.
std::vector<fs::path> model_folders() {
  std::vector<fs::path> out;
  if (const char* given = std::getenv("PRAXISCOPE_MODELS")) {
    for (const std::string& folder : split(given, ':')) {
      if (!folder.empty()) out.emplace_back(folder);
    }
  }
  std::error_code error;
  const fs::path program = fs::read_symlink("/proc/self/exe", error);
  if (!error) {
    const fs::path folder = program.parent_path();
    out.push_back(folder / ".." / ".." / ".." / "models");  // a build folder in the source tree
    out.push_back(folder / ".." / "share" / "praxiscope" / "models");
  }
  out.emplace_back(PRAXISCOPE_SOURCE_MODELS);
  return out;
}

std::vector<std::string> bundled_names() {
  std::vector<std::string> out;
  for (const fs::path& folder : model_folders()) {
    std::error_code error;
    for (const fs::directory_entry& entry : fs::directory_iterator(folder, error)) {
      const std::string name = entry.path().filename().string();
      const bool is_known = std::find(out.begin(), out.end(), name) != out.end();
      if (!is_known && fs::is_regular_file(entry.path() / kManifestName, error)) {
        out.push_back(name);
      }
    }
  }
  std::sort(out.begin(), out.end());
  return out;
}

/// The manifest of a bundled model. @throws Error kModel: no file, folder or bundled model `name`.
fs::path find_bundled(const std::string& name) {
  const bool is_plain =
      !name.empty() && name.find('/') == std::string::npos && name != "." && name != "..";
  if (is_plain) {
    for (const fs::path& folder : model_folders()) {
      std::error_code error;
      const fs::path manifest = folder / name / kManifestName;
      if (fs::is_regular_file(manifest, error)) return fs::canonical(manifest, error);
    }
  }
  const std::vector<std::string> names = bundled_names();
  std::string list;
  for (const std::string& known : names) list += (list.empty() ? "" : ", ") + in_quotes(known);
  throw Error(ErrorKind::kModel,
              "no model " + in_quotes(name) +
                  ": found neither a file nor a folder nor a bundled model of this name" +
                  (list.empty() ? "" : "; bundled are " + list) + did_you_mean(name, names));
}

/// The manifest that speaks of `model`: model.json beside it, if that names it.
std::optional<Manifest> manifest_beside(const fs::path& model) {
  const fs::path beside = fs::absolute(model).parent_path() / kManifestName;
  std::error_code error;
  if (!fs::is_regular_file(beside, error)) return std::nullopt;
  Manifest manifest = read_manifest_json(beside.string());
  if (fs::equivalent(manifest.file, model, error)) return manifest;
  return std::nullopt;
}

std::string first_model_in(const fs::path& folder) {
  std::error_code error;
  std::vector<std::string> names;
  for (const fs::directory_entry& entry : fs::directory_iterator(folder, error)) {
    if (is_model_file(entry.path())) names.push_back(entry.path().string());
  }
  std::sort(names.begin(), names.end());
  return names.empty() ? "" : names.front();
}

Manifest manifest_of_bare(const fs::path& model, const ManifestOverrides& overrides,
                          std::vector<std::string>& warnings) {
  const std::string preset_name = overrides.preset.value_or("torchvision");
  const Preset& preset = find_preset(preset_name);
  if (!overrides.preset) {
    warnings.push_back("no model.json beside " + in_quotes(model.string()) +
                       ": frames are prepared by the preset " + in_quotes(preset.name) + " (" +
                       preset.summary +
                       "); wrong numbers give wrong answers without an error, so name the recipe "
                       "the network was trained with: --preset, or a model.json");
  }
  Manifest out;
  out.name = model.stem().string();
  out.file = fs::absolute(model).lexically_normal().string();
  return out;
}

Manifest find_manifest(const std::string& path, const ManifestOverrides& overrides,
                       std::vector<std::string>& warnings) {
  std::error_code error;
  const fs::file_status status = fs::status(path, error);
  if (fs::is_directory(status)) {
    const fs::path manifest = fs::path(path) / kManifestName;
    if (fs::is_regular_file(manifest, error)) return read_manifest_json(manifest.string());
    const std::string model = first_model_in(path);
    throw Error(ErrorKind::kModel,
                "folder " + in_quotes(path) + " has no model.json; " +
                    (model.empty() ? "expected one, or a model file"
                                   : "name the model itself: " + in_quotes(model)));
  }
  if (!fs::exists(status)) return read_manifest_json(find_bundled(path).string());
  if (fs::path(path).extension() == ".json") return read_manifest_json(path);
  if (auto manifest = manifest_beside(path)) return *manifest;
  return manifest_of_bare(path, overrides, warnings);
}

ValueOrigin option(const char* name) { return {name, true}; }

/// Numbers that are said of bytes: of a two-stream network they mean the pictures, as flow has
/// none.
void override_numbers(const ManifestOverrides& with, InputSpec& input) {
  Preparation& how = input.preparation;
  if (with.range) {
    how.range = checked_range(parse_numbers(*with.range, option("--range")), option("--range"));
  }
  if (with.mean) {
    how.mean = checked_channels(parse_numbers(*with.mean, option("--mean")), input.kind, false,
                                option("--mean"));
  }
  if (with.std) {
    how.std = checked_channels(parse_numbers(*with.std, option("--std")), input.kind, true,
                               option("--std"));
  }
  if (with.channel_order) {
    how.bgr = parse_channel_order(*with.channel_order, input.kind, option("--channel-order"));
  }
}

void override_preparation(const ManifestOverrides& with, InputSpec& input) {
  Preparation& how = input.preparation;
  if (with.resize) parse_resize(*with.resize, option("--resize"), how);
  if (with.crop) how.crop = parse_size(*with.crop, option("--crop"));
  if (with.interpolation) {
    how.interpolation = parse_interpolation(*with.interpolation, option("--interpolation"));
  }
  if (with.antialias) how.antialias = *with.antialias;
}

/// Inputs that draw their frames from another keep their share of them.
void override_frames(int frames, std::vector<InputSpec>& inputs) {
  for (InputSpec& input : inputs) {
    for (const InputSpec& other : inputs) {
      if (input.frames_of.empty() || other.name != input.frames_of || other.frames < 1) continue;
      input.frames =
          std::max(1, static_cast<int>(std::int64_t{frames} * input.frames / other.frames));
    }
  }
  for (InputSpec& input : inputs) {
    if (input.frames_of.empty()) input.frames = frames;
  }
}

void override_manifest(const ManifestOverrides& with, Manifest& manifest) {
  if (with.preset || manifest.inputs.empty()) {
    const Preset& preset = find_preset(with.preset.value_or("torchvision"));
    manifest.preset = preset.name;
    manifest.inputs = preset.inputs;
    if (preset.inputs.size() > 1) manifest.call = CallKind::kList;  // SlowFast's way
  }
  if (with.frames)
    override_frames(checked_count(*with.frames, option("--frames"), kMostFrames), manifest.inputs);
  const bool has_pictures =
      std::any_of(manifest.inputs.begin(), manifest.inputs.end(),
                  [](const InputSpec& input) { return input.kind == InputKind::kRgb; });
  for (InputSpec& input : manifest.inputs) {
    override_preparation(with, input);
    if (input.kind == InputKind::kRgb || !has_pictures) override_numbers(with, input);
    if (with.flow && input.kind == InputKind::kFlow)
      input.flow.algorithm = parse_flow_algorithm(*with.flow, option("--flow"));
    if (with.stride) input.stride = checked_count(*with.stride, option("--stride"), kMostFrames);
    if (with.spacing) input.spacing = parse_spacing(*with.spacing, option("--spacing"));
    if (with.fps) input.fps = parse_fps(*with.fps, option("--fps"));
    if (with.layout) input.layout = parse_layout(*with.layout, option("--layout"));
  }
  if (with.call) manifest.call = parse_call(*with.call, option("--call"));
  if (with.layer) manifest.layer = *with.layer;
  if (with.output_kind) {
    manifest.output.kind = parse_output_kind(*with.output_kind, option("--output-kind"));
  }
  if (with.labels) {
    manifest.output.labels = fs::absolute(*with.labels).lexically_normal().string();
  }
}

}  // namespace

Manifest read_manifest(const std::string& path, const ManifestOverrides& overrides,
                       std::vector<std::string>& warnings) {
  Manifest manifest = find_manifest(path, overrides, warnings);
  override_manifest(overrides, manifest);
  std::vector<std::string> files{manifest.file};
  for (const StreamFile& stream : manifest.fused) files.push_back(stream.file);
  std::error_code error;
  for (const std::string& file : files) {
    if (fs::is_regular_file(file, error)) continue;
    throw Error(ErrorKind::kModel, "model " + in_quotes(manifest.name) + " has no file: found no " +
                                       in_quotes(file) +
                                       ", which its manifest names; bundled models are made by "
                                       "tools/setup");
  }
  return manifest;
}

}  // namespace praxiscope
