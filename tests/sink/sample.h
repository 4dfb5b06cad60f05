// A small run with everything in it, and Python to look at what was written.
#pragma once

#include "sink/sink.h"

#include <ATen/ATen.h>
#include <fmt/format.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include <array>
#include <cstdio>
#include <filesystem>
#include <fstream>
#include <string>

namespace praxiscope {

/// A folder of its own for one test, removed afterwards.
class Folder {
 public:
  Folder() {
    std::string name = (std::filesystem::temp_directory_path() / "praxiscope-sink-XXXXXX").string();
    path_ = ::mkdtemp(name.data());
  }
  ~Folder() { std::filesystem::remove_all(path_); }
  std::string file(const std::string& name) const { return path_ + "/" + name; }
  std::size_t count() const {
    return static_cast<std::size_t>(std::distance(std::filesystem::directory_iterator(path_), {}));
  }

 private:
  std::string path_;
};

inline ClipInput sample_input(const std::string& name, std::int64_t begin, int channels) {
  ClipInput input;
  input.name = name;
  for (std::int64_t i = begin; i < begin + 4; ++i) {
    input.frames.push_back({std::min<std::int64_t>(i, 9),
                            Rational(std::min<std::int64_t>(i, 9) * 1001, 30000), i > 9});
  }
  input.tensor = at::arange(channels * 4 * 6 * 8, at::kFloat).view({channels, 4, 6, 8}) +
                 static_cast<double>(begin);
  input.source_from_clip = {2.5, 10, 2.5, -3};
  input.source_size = {24, 40};
  return input;
}

inline Attribution sample_map(const std::string& method, const std::string& input,
                              const Target& target, double value, const std::string& variant = "") {
  Attribution map;
  map.method = method;
  map.variant = variant;
  map.input = input;
  map.layer = method == "saliency" ? "" : "layer4";
  map.target = target;
  map.volume = at::arange(4 * 6 * 8, at::kFloat).view({4, 6, 8}) * 0.001 + value;
  map.coarse = method == "saliency" ? map.volume : at::full({2, 3, 4}, value);
  map.is_signed = method == "saliency";
  return map;
}

/// Clip `index` of a two-input network: grad_cam on both inputs, grad_cam again with another
/// option, saliency; two targets.
inline ClipResult sample_result(std::int64_t index) {
  ClipResult result;
  result.clip.index = index;
  result.clip.source_begin = 2 * index;
  result.clip.source_end = 2 * index + 4;
  result.clip.inputs = {sample_input("rgb", 2 * index, 3), sample_input("flow", 2 * index + 1, 2)};
  result.logits = at::tensor({0.1F, 2.5F, -1.0F}) + static_cast<double>(index);
  result.probabilities = at::softmax(result.logits, 0);
  result.top = {{"two", 1, 0.9F, 2.5F}};
  Target top, contrast;
  top.class_index = index % 3;
  contrast.kind = Target::Kind::kContrast;
  contrast.class_index = 1;
  contrast.other_class_index = 2;
  result.targets = {top, contrast};
  const double base = static_cast<double>(index);
  for (const std::string use : {"volume", "per_frame"}) {
    for (const Target& target : result.targets) {
      for (const std::string input : {"rgb", "flow"}) {
        result.attributions.push_back(
            sample_map("grad_cam", input, target, base, "weights=" + use));
      }
    }
  }
  for (const Target& target : result.targets)
    result.attributions.push_back(sample_map("saliency", "rgb", target, -base));
  return result;
}

/// What a Python program prints; a failed one prints its error.
inline std::string python(const std::string& program, const std::vector<std::string>& arguments) {
#ifdef PRAXISCOPE_PYTHON
  const Folder folder;
  const std::string script = folder.file("script.py");
  std::ofstream(script) << program;
  std::string command = "'" PRAXISCOPE_PYTHON "' '" + script + "'";
  for (const std::string& argument : arguments) command += " '" + argument + "'";
  std::FILE* pipe = ::popen((command + " 2>&1").c_str(), "r");
  std::string out;
  std::array<char, 4096> buffer{};
  while (const std::size_t n = std::fread(buffer.data(), 1, buffer.size(), pipe))
    out.append(buffer.data(), n);
  ::pclose(pipe);
  return out;
#else
  (void)program, (void)arguments;
  return "";
#endif
}

/// Whether that Python has NumPy.
inline bool has_numpy() { return python("import numpy; print(1)", {}) == "1\n"; }

}  // namespace praxiscope
