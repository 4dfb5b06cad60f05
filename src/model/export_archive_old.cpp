// Duty: see export_archive.h, read_old_export.
#include "core/text.h"
#include "model/export_archive.h"
#include "model/zip_archive.h"

#include "praxiscope/error.h"

#include <c10/util/Exception.h>
#include <fmt/format.h>
#include <torch/csrc/jit/serialization/pickle.h>

namespace praxiscope::program {
namespace {

/// Adds what torch.save wrote of a plain dict of tensors.
void add_tensors(const ZipArchive& archive, const std::string& record, const std::string& path,
                 std::map<std::string, at::Tensor>& tensors) {
  const std::string bytes = archive.read(record);
  if (bytes.empty()) return;
  try {
    const c10::IValue saved = torch::jit::pickle_load({bytes.begin(), bytes.end()});
    for (const auto& entry : saved.toGenericDict()) {
      if (entry.value().isTensor())
        tensors[entry.key().toStringRef()] = entry.value().toTensor().detach();
    }
  } catch (const c10::Error& error) {
    throw Error(ErrorKind::kModel,
                fmt::format("cannot read {}: its part {} is not a dict of tensors as torch.save "
                            "writes it ({}); export it again with PyTorch 2.8 or newer",
                            in_quotes(path), in_quotes(record),
                            split(error.what_without_backtrace(), '\n')[0]));
  }
}

}  // namespace

ExportContent read_old_export(const std::string& path) {
  const ZipArchive archive(path);
  ExportContent content;
  content.program = nlohmann::json::parse(archive.read("serialized_exported_program.json"));
  content.schema_version = checked_schema(content.program, path);
  add_tensors(archive, "serialized_state_dict.pt", path, content.tensors);
  add_tensors(archive, "serialized_constants.pt", path, content.tensors);
  return content;
}

}  // namespace praxiscope::program
