// What kind of file a user gave as a model, from its bytes; and for files that cannot work, what
// they are and how to export instead. Runs nothing that the file holds.
#pragma once

#include <string>

namespace praxiscope::program {

enum class FileKind { kTorchScript, kExport };

/// @throws Error kModel for everything that is not loadable: absent, empty or damaged files,
/// state_dicts and checkpoints (zip or legacy), pickled modules (with their class), AOTInductor
/// packages, ONNX, safetensors, HDF5, Git LFS
/// pointers, web pages, other zips, anything else.
FileKind recognise_file(const std::string& path);

/// Why a file that looks like TorchScript could not be loaded. `reason`: LibTorch's words.
/// optimize_for_inference files are told by them: they lose their constants when saved.
std::string explain_load_failure(const std::string& path, const std::string& reason);

}  // namespace praxiscope::program
