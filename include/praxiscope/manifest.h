// The manifest: what a model file does not say of itself (model.json beside the weights).
#pragma once

#include "praxiscope/preparation.h"

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace praxiscope {

/// How the network is called with its inputs.
enum class CallKind { kSeparate, kTuple, kList, kDict };
/// As manifests write it: "separate", "tuple", "list", "dict".
constexpr std::string_view word_of(CallKind call) {
  constexpr std::string_view kWords[] = {"separate", "tuple", "list", "dict"};
  return kWords[static_cast<int>(call)];
}
enum class OutputKind { kLogits, kProbabilities };

struct OutputSpec {
  int take = 0;     ///< which tensor of the output holds the classes
  std::string key;  ///< or: its key, when the output is a dict
  OutputKind kind = OutputKind::kLogits;
  /// Axis of the output that runs over time; the classes are averaged over it (I3D gives [N,K,t']:
  /// 2).
  std::optional<int> time_axis;
  std::string labels;  ///< file of labels; relative to the manifest in model.json, absolute here
};

/// One network of several that are fused: it reads one input, and its classes are added to the
/// others' with a weight.
struct StreamFile {
  std::string input;  ///< InputSpec::name
  std::string file;   ///< absolute path
  double weight = 1;
};

struct Manifest {
  std::string name;
  std::string file;               ///< absolute path of the model file; of `fused` ones the first
  std::vector<StreamFile> fused;  ///< one an input, in the order of `inputs`; empty: `file` alone
  std::string licence, source, sha256;
  std::string preset;  ///< the preset it started from, if any
  std::vector<InputSpec> inputs;
  CallKind call = CallKind::kSeparate;
  OutputSpec output;
  std::map<std::string, std::string>
      streams;        ///< input name -> layer prefix of its stream; "fusion" -> layer
  std::string layer;  ///< default layer; empty: the last one with T',H',W' > 1
};

/// Command-line values that win over the manifest; absent: the manifest's.
struct ManifestOverrides {
  std::optional<std::string> preset, labels, call, layer, output_kind, resize, crop, interpolation,
      range, mean, std, layout, channel_order, spacing;
  std::optional<int> frames, stride;
  std::optional<std::string> fps;   ///< "25", "30000/1001", "source"
  std::optional<std::string> flow;  ///< algorithm of flow inputs: "tvl1", "dis"
  std::optional<bool> antialias;
  friend bool operator==(const ManifestOverrides&, const ManifestOverrides&) = default;
};

/// Reads `model.json`, or makes a manifest for a bare .pt/.pt2 (by `overrides`, else the
/// torchvision preset, with a warning in `warnings`). `path`: a folder with model.json, a
/// model.json, a .pt/.pt2 (a model.json beside it that names it is used), or the id of a bundled
/// model.
/// @throws Error kModel naming the file and field.
Manifest read_manifest(const std::string& path, const ManifestOverrides& overrides,
                       std::vector<std::string>& warnings);

/// Names by class index from a file: one name per line; `index name` (0- or 1-based); JSON {name:
/// index}. @throws Error kModel.
std::vector<std::string> read_labels(const std::string& path);

}  // namespace praxiscope
