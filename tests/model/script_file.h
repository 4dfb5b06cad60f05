// Small TorchScript networks written in a test.
#pragma once

#include "praxiscope/model.h"

#include <torch/csrc/jit/api/module.h>
#include <unistd.h>

#include <cstdint>
#include <filesystem>
#include <map>
#include <memory>
#include <optional>
#include <string>

namespace praxiscope::testing {

/// A scripted network on disk, and its own module.
class ScriptFile {
 public:
  explicit ScriptFile(const std::string& source,
                      const std::map<std::string, at::Tensor>& parameters = {})
      : module_("__torch__.Net"),
        path_((std::filesystem::temp_directory_path() /
               ("praxiscope_script_" + std::to_string(::getpid()) + "_" +
                std::to_string(reinterpret_cast<std::uintptr_t>(this)) + ".pt"))
                  .string()) {
    for (const auto& [name, value] : parameters) module_.register_parameter(name, value, false);
    module_.define(source);
    module_.save(path_);
  }
  ~ScriptFile() { std::filesystem::remove(path_); }
  ScriptFile(const ScriptFile&) = delete;
  ScriptFile& operator=(const ScriptFile&) = delete;

  at::Tensor forward(const at::Tensor& x) { return module_.forward({x.clone()}).toTensor(); }
  std::unique_ptr<Model> load(int frames = 4, int side = 6,
                              std::optional<int> time_axis = std::nullopt) const {
    Manifest manifest;
    manifest.name = "script";
    manifest.file = path_;
    InputSpec input;
    input.frames = frames;
    input.preparation.crop = Size{side, side};
    manifest.inputs = {input};
    manifest.output.time_axis = time_axis;
    return load_model(manifest, "cpu");
  }

 private:
  torch::jit::Module module_;
  std::string path_;
};

}  // namespace praxiscope::testing
