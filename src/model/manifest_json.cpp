// Duty: see manifest_json.h.
#include "model/manifest_json.h"

#include "core/text.h"
#include "model/manifest_fields.h"

#include "praxiscope/error.h"

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <set>

namespace praxiscope {
namespace {

using nlohmann::json;
namespace fs = std::filesystem;

constexpr std::uintmax_t kMostBytes = 16 << 20;

const std::vector<std::string> kManifestFields{
    "praxiscope", "name",   "file",    "licence", "source", "sha256", "preset", "inputs",
    "call",       "output", "streams", "layer",   "files",  "fuse",   "weights"};
const std::vector<std::string> kInputFields{
    "name",          "kind",      "preset", "frames",  "stride",  "fps",
    "resize",        "crop",      "range",  "mean",    "std",     "layout",
    "channel_order", "algorithm", "bound",  "rescale", "spacing", "frames_of"};

[[noreturn]] void refuse_file(const std::string& path, const std::string& why) {
  throw Error(ErrorKind::kModel, "cannot read manifest " + in_quotes(path) + ": " + why);
}

const Preset& preset_of(const std::string& name, const ValueOrigin& origin) {
  try {
    return find_preset(name);
  } catch (const Error& error) {
    throw Error(ErrorKind::kModel, origin.text + ": " + error.what());
  }
}

void read_resize(const Fields& input, Preparation& into) {
  const auto resize = input.object("resize", {"short_side", "exact", "interpolation", "antialias"});
  if (!resize) {
    if (input.raw().contains("resize")) {  // null: no resize, whatever the preset says
      into.short_side.reset();
      into.exact.reset();
    }
    return;
  }
  const auto short_side = resize->whole("short_side");
  const auto exact = resize->size("exact");
  if (short_side && exact) {
    refuse_value(input.origin("resize"), "both \"short_side\" and \"exact\"", "one of them");
  }
  if (short_side) {
    into.short_side = checked_count(*short_side, resize->origin("short_side"), kMostPixels);
    into.exact.reset();
  }
  if (exact) {
    into.exact = exact;
    into.short_side.reset();
  }
  if (const auto text = resize->text("interpolation")) {
    into.interpolation = parse_interpolation(*text, resize->origin("interpolation"));
  }
  into.antialias = resize->boolean("antialias").value_or(into.antialias);
}

std::optional<Rational> read_fps(const Fields& input, std::optional<Rational> otherwise) {
  const json* value = input.find("fps");
  if (!value) return input.raw().contains("fps") ? std::nullopt : otherwise;
  const ValueOrigin origin = input.origin("fps");
  if (value->is_string()) return parse_fps(value->get<std::string>(), origin);
  if (!value->is_number()) refuse_value(origin, look(*value), "a number, or \"30000/1001\"");
  return parse_fps(value->dump(), origin);
}

void read_preparation(const Fields& input, InputSpec& into) {
  Preparation& how = into.preparation;
  read_resize(input, how);
  if (const auto crop = input.size("crop")) {
    how.crop = crop;
  } else if (input.raw().contains("crop")) {
    how.crop.reset();
  }
  if (const auto range = input.numbers("range")) {
    how.range = checked_range(*range, input.origin("range"));
  }
  how.mean = checked_channels(input.numbers("mean").value_or(how.mean), into.kind, false,
                              input.origin("mean"));
  how.std = checked_channels(input.numbers("std").value_or(how.std), into.kind, true,
                             input.origin("std"));
  if (const auto order = input.text("channel_order")) {
    how.bgr = parse_channel_order(*order, into.kind, input.origin("channel_order"));
  }
}

void read_flow(const Fields& input, InputKind kind, FlowSpec& into) {
  for (const char* field : {"algorithm", "bound", "rescale"}) {
    if (kind != InputKind::kFlow && input.find(field))
      refuse_value(input.origin(field), "it on an rgb input", "it on inputs of kind \"flow\" only");
  }
  if (const auto algorithm = input.text("algorithm"))
    into.algorithm = parse_flow_algorithm(*algorithm, input.origin("algorithm"));
  if (const auto bound = input.numbers("bound")) {
    if (bound->size() != 1 || !(bound->front() > 0))
      refuse_value(input.origin("bound"), fmt::format("{:.7g}", fmt::join(*bound, ", ")),
                   "one number of px above 0");
    into.bound = bound->front();
  }
  into.is_rescaled = input.boolean("rescale").value_or(into.is_rescaled);
}

InputSpec read_input(const Fields& input, InputSpec spec) {
  if (const auto name = input.text("preset")) {
    spec = preset_of(*name, input.origin("preset")).inputs.front();
  }
  spec.name = input.text("name").value_or(spec.name);
  if (spec.name.empty()) refuse_value(input.origin("name"), "\"\"", "a name");
  if (const auto kind = input.text("kind")) {
    const InputKind wanted = parse_input_kind(*kind, input.origin("kind"));
    if (wanted != spec.kind && wanted == InputKind::kFlow) {
      spec.preparation.mean = {0, 0};
      spec.preparation.std = {1, 1};
    }
    spec.kind = wanted;
  }
  if (const auto frames = input.whole("frames")) {
    spec.frames = checked_count(*frames, input.origin("frames"), kMostFrames);
  }
  if (const auto stride = input.whole("stride")) {
    spec.stride = checked_count(*stride, input.origin("stride"), kMostFrames);
  }
  if (const auto spacing = input.text("spacing")) {
    spec.spacing = parse_spacing(*spacing, input.origin("spacing"));
  }
  spec.frames_of = input.text("frames_of").value_or(spec.frames_of);
  spec.fps = read_fps(input, spec.fps);
  read_preparation(input, spec);
  read_flow(input, spec.kind, spec.flow);
  if (const auto layout = input.text("layout")) {
    spec.layout = parse_layout(*layout, input.origin("layout"));
  }
  return spec;
}

/// The preset's input that an entry changes: the one of its name, or the only one.
InputSpec base_of(const json& entry, const std::vector<InputSpec>& preset) {
  const auto name = entry.find("name");
  for (const InputSpec& input : preset) {
    if (name != entry.end() && *name == input.name) return input;
  }
  return preset.size() == 1 ? preset.front() : InputSpec();
}

std::vector<InputSpec> read_inputs(const Fields& manifest, const std::vector<InputSpec>& preset) {
  const json* entries = manifest.find("inputs");
  const ValueOrigin origin = manifest.origin("inputs");
  if (!entries) {
    if (preset.empty()) refuse_value(origin, "none", "a list of inputs, or a \"preset\"");
    return preset;
  }
  if (!entries->is_array() || entries->empty()) {
    refuse_value(origin, look(*entries), "a list of at least one input");
  }
  std::vector<InputSpec> out;
  std::set<std::string> names;
  for (std::size_t i = 0; i < entries->size(); ++i) {
    const json& entry = (*entries)[i];
    const std::string where = fmt::format("inputs[{}]", i);
    if (!entry.is_object()) refuse_value(manifest.origin(where), look(entry), "an object {...}");
    Fields fields(entry, manifest.manifest(), where + ".", kInputFields);
    out.push_back(read_input(fields, base_of(entry, preset)));
    if (!names.insert(out.back().name).second) {
      refuse_value(fields.origin("name"), in_quotes(out.back().name) + " twice",
                   "a name of its own for every input");
    }
  }
  return out;
}

/// A path in a manifest is meant from the manifest's folder.
std::string resolved(const std::string& path, const fs::path& folder) {
  return path.empty() ? path : (folder / path).lexically_normal().string();
}

void read_output(const Fields& manifest, const fs::path& folder, OutputSpec& into) {
  const auto output = manifest.object("output", {"take", "kind", "labels", "time_axis"});
  if (!output) return;
  if (const json* take = output->find("take")) {
    if (take->is_string()) {
      into.key = take->get<std::string>();
    } else if (take->is_number_integer() && take->get<std::int64_t>() >= 0 &&
               take->get<std::int64_t>() < kMostFrames) {
      into.take = take->get<int>();
    } else {
      refuse_value(output->origin("take"), look(*take), "a position from 0, or a key");
    }
  }
  if (const auto axis = output->whole("time_axis")) {
    if (*axis < 1 || *axis > 4)
      refuse_value(output->origin("time_axis"), std::to_string(*axis), "an axis from 1 to 4");
    into.time_axis = static_cast<int>(*axis);
  }
  if (const auto kind = output->text("kind")) {
    into.kind = parse_output_kind(*kind, output->origin("kind"));
  }
  into.labels = resolved(output->text("labels").value_or(""), folder);
}

void read_streams(const Fields& manifest, Manifest& into) {
  std::vector<std::string> names{"fusion"};
  for (const InputSpec& input : into.inputs) names.push_back(input.name);
  const auto streams = manifest.object("streams", names);
  if (!streams) return;
  for (const auto& [name, layer] : streams->raw().items()) {
    into.streams[name] = streams->text(name).value_or("");
  }
}

void read_identity(const Fields& manifest, const fs::path& path, Manifest& into) {
  const auto version = manifest.whole("praxiscope");
  if (version != 1) {
    refuse_value(manifest.origin("praxiscope"), version ? std::to_string(*version) : "none",
                 "1, the version of the manifest's form that this program reads");
  }
  into.name = manifest.text("name").value_or(path.parent_path().filename().string());
  const auto file = manifest.text("file");
  if (!manifest.find("files")) {
    if (!file || file->empty())
      refuse_value(manifest.origin("file"), "none", "the model's file, e.g. \"model.pt\"");
    into.file = resolved(*file, path.parent_path());
  } else if (file) {
    refuse_value(manifest.origin("file"), "\"file\" and \"files\"", "one of them");
  }
  into.licence = manifest.text("licence").value_or("");
  into.source = manifest.text("source").value_or("");
  into.sha256 = manifest.text("sha256").value_or("");
  const bool is_hash = into.sha256.size() == 64 &&
                       into.sha256.find_first_not_of("0123456789abcdef") == std::string::npos;
  if (!into.sha256.empty() && !is_hash) {
    refuse_value(manifest.origin("sha256"), in_quotes(into.sha256), "64 hexadecimal digits");
  }
}

/// "files": one network an input; "fuse": how their classes are added.
void read_fusion(const Fields& manifest, const fs::path& folder, Manifest& into) {
  std::vector<std::string> names;
  for (const InputSpec& input : into.inputs) names.push_back(input.name);
  const auto files = manifest.object("files", names);
  const auto weights = manifest.object("weights", names);
  const auto fuse = manifest.text("fuse");
  if (!files) {
    if (fuse || weights)
      refuse_value(manifest.origin(fuse ? "fuse" : "weights"), "it without \"files\"",
                   "\"files\": one model file an input, or none of them");
    return;
  }
  const std::string how = fuse.value_or("sum");
  if (how != "sum" && how != "mean" && how != "weighted")
    refuse_value(manifest.origin("fuse"), in_quotes(how), "sum, mean or weighted");
  if ((how == "weighted") != weights.has_value())
    refuse_value(manifest.origin("weights"), weights ? "them" : "none",
                 "\"weights\" with \"fuse\": \"weighted\", and only there");
  for (const std::string& name : names) {
    const auto file = files->text(name);
    if (!file || file->empty())
      refuse_value(files->origin(name), "none", "a model file for every input");
    StreamFile stream{.input = name, .file = resolved(*file, folder), .weight = 1};
    if (how == "mean") stream.weight = 1.0 / static_cast<double>(names.size());
    if (weights) {
      const auto weight = weights->numbers(name);
      if (!weight || weight->size() != 1)
        refuse_value(weights->origin(name), weight ? "several numbers" : "none",
                     "a number for every input");
      stream.weight = weight->front();
    }
    into.fused.push_back(std::move(stream));
  }
  into.file = into.fused.front().file;
}

json parse_file(const std::string& path) {
  std::error_code error;
  const auto bytes = fs::file_size(path, error);
  if (error) refuse_file(path, error.message());
  if (bytes > kMostBytes) refuse_file(path, fmt::format("found {} bytes, expected text", bytes));
  std::ifstream file(path, std::ios::binary);
  const std::string text{std::istreambuf_iterator<char>(file), {}};
  try {
    return json::parse(text);
  } catch (const json::parse_error& wrong) {
    const std::size_t at = std::min<std::size_t>(wrong.byte, text.size());
    const std::string before = text.substr(0, at == 0 ? 0 : at - 1);
    const auto line = std::count(before.begin(), before.end(), '\n') + 1;
    const std::size_t column = before.size() - (before.rfind('\n') + 1) + 1;
    refuse_file(path, fmt::format("no valid JSON at line {}, column {}", line, column));
  }
}

}  // namespace

Manifest read_manifest_json(const std::string& path) {
  const fs::path absolute = fs::absolute(path).lexically_normal();
  const json document = parse_file(absolute.string());
  if (!document.is_object()) refuse_file(path, "found " + look(document) + ", expected {...}");
  Fields fields(document, path, "", kManifestFields);
  Manifest out;
  read_identity(fields, absolute, out);
  std::vector<InputSpec> preset;
  if (const auto name = fields.text("preset")) {
    preset = preset_of(*name, fields.origin("preset")).inputs;
    out.preset = *name;
  }
  out.inputs = read_inputs(fields, preset);
  if (preset.size() > 1) out.call = CallKind::kList;  // SlowFast's way
  if (const auto call = fields.text("call")) out.call = parse_call(*call, fields.origin("call"));
  read_fusion(fields, absolute.parent_path(), out);
  read_output(fields, absolute.parent_path(), out.output);
  read_streams(fields, out);
  out.layer = fields.text("layer").value_or("");
  return out;
}

}  // namespace praxiscope
