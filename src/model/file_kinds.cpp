// See file_kinds.h.
#include "model/file_kinds.h"

#include "core/text.h"
#include "model/zip_archive.h"

#include "praxiscope/error.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cctype>
#include <filesystem>
#include <fstream>
#include <string_view>
#include <vector>

namespace praxiscope::program {
namespace {

constexpr std::string_view kExportAdvice =
    "export the whole network from Python: torch.export.save(torch.export.export(model.eval(), "
    "(clip,), dynamic_shapes=({0: torch.export.Dim('batch', min=1, max=64)},)), 'model.pt2') with "
    "a "
    "clip of batch 2, or torch.jit.script(model.eval()).save('model.pt')";

[[noreturn]] void refuse(const std::string& path, const std::string& found,
                         std::string_view advice = kExportAdvice) {
  throw Error(ErrorKind::kModel,
              fmt::format("cannot load {}: found {}, expected a TorchScript (.pt) or torch.export "
                          "(.pt2) file; {}",
                          in_quotes(path), found, advice));
}

/// A Python class that a pickle names first: "torchvision.models.video.resnet.VideoResNet".
struct PickledName {
  std::string module, name;
  std::string full() const { return module.empty() ? name : module + "." + name; }
};

bool is_identifier(std::string_view text) {
  return !text.empty() && std::all_of(text.begin(), text.end(), [](unsigned char c) {
    return std::isalnum(c) != 0 || c == '_' || c == '.' || c == '<' || c == '>';
  });
}

/// GLOBAL at `position`: 'c' module newline name newline.
std::optional<PickledName> read_global(std::string_view pickle, std::size_t position) {
  if (position >= pickle.size() || pickle[position] != 'c') return std::nullopt;
  const std::size_t first = pickle.find('\n', position);
  const std::size_t second = first == std::string_view::npos ? first : pickle.find('\n', first + 1);
  if (second == std::string_view::npos) return std::nullopt;
  PickledName found{std::string(pickle.substr(position + 1, first - position - 1)),
                    std::string(pickle.substr(first + 1, second - first - 1))};
  if (!is_identifier(found.module) || !is_identifier(found.name)) return std::nullopt;
  return found;
}

/// What the object on top of a pickle is: a module of some class, or weights.
std::string describe_pickle(std::string_view pickle) {
  // PROTO n, then the object's own opcode.
  const std::size_t start = pickle.size() > 2 && pickle[0] == '\x80' ? 2 : 0;
  const std::optional<PickledName> first = read_global(pickle, start);
  if (first && first->module != "collections" && !first->module.starts_with("torch._utils"))
    return fmt::format(
        "a pickled Python object of class {} (torch.save of a whole module), which "
        "needs its Python code",
        in_quotes(first->full()));
  const auto has = [&](std::string_view word) {
    return pickle.find(word) != std::string_view::npos;
  };
  if (!has("_rebuild_tensor") && !has("torch._utils") && !has("FloatStorage"))
    return "a Python pickle without weights";
  if (has("optimizer") || has("epoch") || has("state_dict") || has("model_state"))
    return "a training checkpoint (weights without the network)";
  return "a state_dict (weights without the network)";
}

FileKind recognise_zip(const std::string& path) {
  const ZipArchive zip(path);
  if (!zip.is_open())
    refuse(path, "a zip archive that is cut off or damaged", "copy or download the file again");
  if (zip.has_part("/data/aotinductor/"))
    refuse(path, "an AOTInductor package (compiled code without layers or gradients)",
           "save the exported program itself, before it is compiled: torch.export.save(program, "
           "'model.pt2')");
  if (zip.has_part("/serialized_exported_program.json")) return FileKind::kExport;
  const auto& names = zip.names();
  const bool is_export = std::any_of(names.begin(), names.end(), [](const std::string& name) {
    return name.find("/models/") != std::string::npos && name.ends_with(".json");
  });
  if (is_export) return FileKind::kExport;
  if (!zip.find_ending("/constants.pkl").empty()) return FileKind::kTorchScript;
  const std::string pickle = zip.find_ending("/data.pkl");
  if (!pickle.empty()) refuse(path, describe_pickle(zip.read_begin(pickle, std::size_t{1} << 20)));
  if (!zip.find_ending(".npy").empty()) refuse(path, "a NumPy archive (.npz)");
  refuse(path, names.empty() ? "an empty zip archive"
                             : "a zip archive of another kind, with " + in_quotes(names.front()));
}

/// torch.save before 2020: magic number, protocol, system information, then the object.
std::string describe_legacy(std::string_view content) {
  constexpr char kStop = '.';
  std::size_t position = 0;
  for (int skipped = 0; skipped < 3; ++skipped) {
    position = content.find(std::string{kStop, '\x80'}, position);
    if (position == std::string_view::npos) return "an old torch.save file";
    ++position;
  }
  return describe_pickle(content.substr(position)) + ", in torch.save's old format";
}

bool is_safetensors(std::string_view content, std::uintmax_t file_size) {
  if (content.size() < 9 || content[8] != '{') return false;
  std::uint64_t length = 0;
  for (std::size_t i = 8; i-- > 0;) length = length << 8 | static_cast<unsigned char>(content[i]);
  return length > 1 && length <= file_size - 8;
}

/// ModelProto: ir_version, then producer_name or the like.
bool is_onnx(std::string_view content, const std::string& path) {
  if (content.size() < 4 || content[0] != '\x08') return false;
  if (path.ends_with(".onnx")) return true;
  return content[2] == '\x12' &&
         content.substr(0, 64).find_first_of("abcdefghijklmnopqrstuvwxyz") < 8;
}

void refuse_by_content(const std::string& path, std::string_view content,
                       std::uintmax_t file_size) {
  constexpr std::string_view kLegacyMagic =
      "\x80\x02\x8a\x0a\x6c\xfc\x9c\x46\xf9\x20\x6a\xa8\x50\x19";
  if (content.starts_with(kLegacyMagic)) refuse(path, describe_legacy(content));
  if (content.starts_with("version https://git-lfs"))
    refuse(path, "a Git LFS pointer instead of the file itself", "run git lfs pull");
  if (content.starts_with("\x89HDF")) refuse(path, "an HDF5 file (Keras or similar)");
  if (content.starts_with("<!DOCTYPE") || content.starts_with("<html"))
    refuse(path, "a web page instead of the file", "download the file again");
  if (is_safetensors(content, file_size))
    refuse(path, "a safetensors file (weights without the network)");
  if (is_onnx(content, path)) refuse(path, "an ONNX file");
  if (content.starts_with('\x80')) refuse(path, describe_pickle(content));
}

}  // namespace

FileKind recognise_file(const std::string& path) {
  std::error_code error;
  if (!std::filesystem::exists(path, error))
    throw Error(ErrorKind::kModel, fmt::format("cannot load {}: no such file", in_quotes(path)));
  if (!std::filesystem::is_regular_file(path, error))
    refuse(path, "a folder or device", "name the file itself");
  const std::uintmax_t size = std::filesystem::file_size(path, error);
  std::ifstream file(path, std::ios::binary);
  if (!file)
    throw Error(ErrorKind::kModel,
                fmt::format("cannot load {}: no permission to read it", in_quotes(path)));
  std::string content(std::size_t{1} << 16, '\0');
  file.read(content.data(), static_cast<std::streamsize>(content.size()));
  content.resize(static_cast<std::size_t>(file.gcount()));
  if (content.empty())
    refuse(path, "an empty file", "copy or download the file again, or export it again");
  if (content.starts_with("PK")) return recognise_zip(path);
  refuse_by_content(path, content, size);
  refuse(path, fmt::format("bytes of no known kind, beginning with {}",
                           in_quotes(content.substr(0, 16))));
}

std::string explain_load_failure(const std::string& path, const std::string& reason) {
  if (reason.find("required keyword attribute") != std::string::npos)
    return fmt::format(
        "cannot load {}: found a file of torch.jit.optimize_for_inference, which "
        "loses its constants when saved, expected a TorchScript file as scripted, "
        "traced or frozen; save the module before optimizing it",
        in_quotes(path));
  return fmt::format("cannot load {}: {}; {}", in_quotes(path), reason, kExportAdvice);
}

}  // namespace praxiscope::program
