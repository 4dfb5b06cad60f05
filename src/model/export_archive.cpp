// See export_archive.h.
#include "model/export_archive.h"

#include "core/text.h"
#include "model/zip_archive.h"

#include "praxiscope/error.h"

#include <caffe2/serialize/inline_container.h>
#include <fmt/format.h>
#include <torch/csrc/jit/serialization/pickle.h>

#include <memory>

namespace praxiscope::program {
namespace {

using nlohmann::json;

constexpr int kSchemaMajor = 8;

std::vector<std::int64_t> ints_of(const json& symbolic) {
  std::vector<std::int64_t> values;
  for (const json& value : symbolic) values.push_back(value.at("as_int").get<std::int64_t>());
  return values;
}

/// Elements between the first and one past the last that a tensor touches; -1: absurd.
std::int64_t extent_of(const std::vector<std::int64_t>& sizes,
                       const std::vector<std::int64_t>& strides) {
  std::int64_t last = 0;
  for (std::size_t i = 0; i < sizes.size(); ++i) {
    std::int64_t step = 0;
    if (sizes[i] == 0) return 0;
    if (sizes[i] < 0 || strides.at(i) < 0 ||
        __builtin_mul_overflow(sizes[i] - 1, strides[i], &step) ||
        __builtin_add_overflow(last, step, &last))
      return -1;
  }
  return last + 1;
}

/// The layout of PyTorch 2.8 and newer.
class ExportArchive {
 public:
  explicit ExportArchive(const std::string& path);

  const json& program() const { return program_; }
  std::map<std::string, at::Tensor> read_tensors();

 private:
  json read_json(const std::string& record);
  void read_group(const std::string& folder, const std::string& config_suffix,
                  std::map<std::string, at::Tensor>& tensors);
  at::Tensor read_tensor(const std::string& record, const json& entry);

  std::string path_;
  std::unique_ptr<caffe2::serialize::PyTorchStreamReader> reader_;
  std::map<std::string, at::Storage> storages_;  ///< per record: tensors may share one
  std::string model_name_;                       ///< of models/<name>.json
  json program_;
};

ExportArchive::ExportArchive(const std::string& path)
    : path_(path), reader_(std::make_unique<caffe2::serialize::PyTorchStreamReader>(path)) {
  for (const std::string& record : reader_->getAllRecords()) {
    if (record.starts_with("models/") && record.ends_with(".json") && model_name_.empty())
      model_name_ = record.substr(7, record.size() - 12);
    if (record == "byteorder") {
      const auto [data, size] = reader_->getRecord(record);
      if (std::string_view(static_cast<const char*>(data.get()), size) != "little")
        throw Error(ErrorKind::kModel,
                    fmt::format("cannot read {}: found numbers in big-endian order, expected "
                                "little; export it on an x86 or ARM machine",
                                in_quotes(path)));
    }
  }
  if (model_name_.empty())
    throw Error(ErrorKind::kModel,
                fmt::format("cannot read {}: found no models/*.json inside, expected a file of "
                            "torch.export.save by PyTorch 2.6 or newer; export it again",
                            in_quotes(path)));
  program_ = read_json("models/" + model_name_ + ".json");
}

json ExportArchive::read_json(const std::string& record) {
  const auto [data, size] = reader_->getRecord(record);
  const char* text = static_cast<const char*>(data.get());
  return json::parse(text, text + size);
}

std::map<std::string, at::Tensor> ExportArchive::read_tensors() {
  std::map<std::string, at::Tensor> tensors;
  read_group("data/weights/", "_weights_config.json", tensors);
  read_group("data/constants/", "_constants_config.json", tensors);
  return tensors;
}

void ExportArchive::read_group(const std::string& folder, const std::string& config_suffix,
                               std::map<std::string, at::Tensor>& tensors) {
  const std::string record = folder + model_name_ + config_suffix;
  if (!reader_->hasRecord(record)) return;
  const json config = read_json(record).at("config");
  for (const auto& [name, entry] : config.items()) {
    const std::string file = folder + entry.at("path_name").get<std::string>();
    if (entry.contains("tensor_meta") && !entry.at("tensor_meta").is_null())
      tensors[name] = read_tensor(file, entry);
  }
}

at::Tensor ExportArchive::read_tensor(const std::string& record, const json& entry) {
  if (entry.value("use_pickle", false)) {
    const auto [data, size] = reader_->getRecord(record);
    const char* bytes = static_cast<const char*>(data.get());
    return torch::jit::pickle_load(std::vector<char>(bytes, bytes + size)).toTensor().detach();
  }
  const json& meta = entry.at("tensor_meta");
  const auto sizes = ints_of(meta.at("sizes"));
  const auto strides = ints_of(meta.at("strides"));
  const auto offset = meta.at("storage_offset").at("as_int").get<std::int64_t>();
  const at::ScalarType type = scalar_type_of(meta.at("dtype").get<std::int64_t>());
  auto found = storages_.find(record);
  if (found == storages_.end()) {
    auto [data, size] = reader_->getRecord(record);
    found = storages_
                .emplace(record, at::Storage(at::Storage::use_byte_size_t(), size, std::move(data),
                                             nullptr, false))
                .first;
  }
  const std::int64_t extent = extent_of(sizes, strides);
  const auto available = static_cast<std::int64_t>(found->second.nbytes() / c10::elementSize(type));
  if (extent < 0 || offset < 0 || offset > available || extent > available - offset)
    throw Error(ErrorKind::kModel,
                fmt::format("cannot read {}: record {} holds {} elements, the tensor needs {}; the "
                            "file is damaged",
                            in_quotes(path_), in_quotes(record), available, offset + extent));
  return at::empty({0}, at::TensorOptions().dtype(type))
      .set_(found->second, offset, sizes, strides);
}

}  // namespace

std::string checked_schema(const json& program, const std::string& path) {
  const json& version = program.at("schema_version");
  std::string text =
      fmt::format("{}.{}", version.at("major").get<int>(), version.at("minor").get<int>());
  if (version.at("major").get<int>() != kSchemaMajor)
    throw Error(ErrorKind::kModel,
                fmt::format("cannot read {}: found export schema {} (written by PyTorch {}), "
                            "expected {}.x; export it again with PyTorch 2.6 to 2.15, or update "
                            "praxiscope",
                            in_quotes(path), text,
                            program.value("torch_version", std::string("unknown")), kSchemaMajor));
  return text;
}

at::ScalarType scalar_type_of(std::int64_t schema_number) {
  switch (schema_number) {
    case 1:
      return at::kByte;
    case 2:
      return at::kChar;
    case 3:
      return at::kShort;
    case 4:
      return at::kInt;
    case 5:
      return at::kLong;
    case 6:
      return at::kHalf;
    case 7:
      return at::kFloat;
    case 8:
      return at::kDouble;
    case 10:
      return at::kComplexFloat;
    case 11:
      return at::kComplexDouble;
    case 12:
      return at::kBool;
    case 13:
      return at::kBFloat16;
    default:
      throw Error(ErrorKind::kModel,
                  fmt::format("the file has tensors of an unknown type; found number {}, known are "
                              "bool, integers, f16, bf16, f32, f64",
                              schema_number));
  }
}

ExportContent read_export(const std::string& path, const at::Device& device) {
  const auto read = [&] {
    if (ZipArchive(path).has_part("/serialized_exported_program.json"))
      return read_old_export(path);
    ExportArchive archive(path);
    ExportContent content{.program = archive.program(), .schema_version = "", .tensors = {}};
    content.schema_version = checked_schema(content.program, path);
    content.tensors = archive.read_tensors();
    return content;
  };
  ExportContent content = read();
  for (auto& [name, tensor] : content.tensors) tensor = tensor.to(device);
  return content;
}

}  // namespace praxiscope::program
