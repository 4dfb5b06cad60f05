// The line media -> clip -> model -> method -> render -> sink as one call. What `praxiscope
// predict` and `praxiscope explain` do.
#pragma once

#include "praxiscope/manifest.h"
#include "praxiscope/progress.h"

#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <vector>

namespace praxiscope {

/// Where and how the network runs.
struct RunSettings {
  std::string device = "auto";    ///< "auto", "cpu", "cuda", "cuda:1"
  int threads = 0;                ///< CPU threads for the network; 0: all cores
  int batch = 0;                  ///< clips per forward; 0: chosen for speed
  std::string precision = "f32";  ///< "f32", "bf16", "f16" (the last two: autocast)
  std::uint64_t seed = 0;
};

/// Which network, which clips.
struct SourceSettings {
  std::string model;  ///< see read_manifest
  ManifestOverrides overrides;
  std::string clips = "sliding";  ///< "sliding", "center", "uniform:N"
  std::optional<int> hop;         ///< frames between clip starts
};

struct TopClass {
  std::string label;
  std::int64_t class_index = 0;
  float probability = 0;
  float logit = 0;
};

struct ClipPrediction {
  std::int64_t clip_index = 0;
  double begin_s = 0, end_s = 0;  ///< times of the first and last frame
  std::int64_t source_begin = 0, source_end = 0;
  bool is_padded = false;
  std::vector<TopClass> top;  ///< best first
};

struct PredictOptions {
  SourceSettings source;
  RunSettings run;
  int top = 5;
};

struct Prediction {
  std::string input;
  std::int64_t frames = 0, clips = 0;
  std::vector<TopClass> top;  ///< of the mean probability over all clips
  std::vector<std::string> warnings;
  std::string json;  ///< the whole result, schema "praxiscope.predict/1"
};

/// Top classes over time for one input. `on_clip` is called in order, from one thread. @throws
/// Error.
Prediction predict(const std::string& input, const PredictOptions& options, Progress& progress,
                   const std::function<void(const ClipPrediction&)>& on_clip);

/// A method and its options as the user wrote them: "grad_cam:weights=per_frame".
struct MethodChoice {
  std::string id;
  std::map<std::string, std::string> options;
};
/// "grad_cam_pp,grad_cam:weights=per_frame" -> choices. @throws Error kUsage.
std::vector<MethodChoice> parse_methods(const std::string& text);

struct ExplainOptions {
  SourceSettings source;
  RunSettings run;
  std::vector<MethodChoice> methods;  ///< at least one
  std::vector<std::string> targets{"top"};
  std::vector<std::string> outputs;  ///< by ending: .mp4 .mkv .webm .mov .gif .png .npz .json;
                                     ///< "{stem}" is the input's name without ending
  bool overwrite = false;
  bool save_inputs = false;       ///< npz also holds the prepared tensors
  bool side_by_side = false;      ///< plain picture as the first tile
  std::string range = "running";  ///< colour scale of videos: "running", "clip", "LO:HI"
  std::string colormap = "auto";
  double opacity = 0.6;
  int bars = 3;
  bool caption = true;
  int top = 5;  ///< classes listed per clip in the JSON
};

struct Explanation {
  std::string input;
  std::int64_t frames = 0, clips = 0;
  std::vector<TopClass> top;
  std::vector<std::string> written;  ///< paths, in the order of `outputs`
  std::vector<std::string> warnings;
  std::string json;  ///< schema "praxiscope.explain/1", everything but pixels and per-clip lists
};

/// Explains one input and writes all outputs; they appear together at the end or not at all.
/// @throws Error.
Explanation explain(const std::string& input, const ExplainOptions& options, Progress& progress);

/// Files, folders, globs, list files (`path label` a line, ending .txt), "-" -> inputs in order.
/// @throws Error kInput.
std::vector<std::string> expand_inputs(const std::vector<std::string>& arguments);

/// To be called first thing in main: tells the allocator to keep large blocks, which big tensors
/// would otherwise hand back to the kernel at every forward (3 to 6 % of a forward's time).
void prepare_process();

}  // namespace praxiscope
