// The line media -> clip -> model -> method -> render -> sink as one call. What `praxiscope
// predict` and `praxiscope explain` do.
#pragma once

#include "praxiscope/manifest.h"
#include "praxiscope/method_choice.h"
#include "praxiscope/options.h"
#include "praxiscope/progress.h"
#include "praxiscope/top_class.h"

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace praxiscope {

/// Where and how the network runs.
struct RunSettings {
  std::string device = "auto";    ///< "auto", "cpu", "cuda", "cuda:1"
  int threads = 0;                ///< CPU threads for the network; 0: all cores; 1: one for all
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
  /// Files with the flow of an input, see FlowFiles::path; "{stem}" becomes the input's name
  /// without folder and ending. Empty: flow is computed.
  std::string flow_files;
  std::string flow_cache;  ///< see FlowFiles::cache
};

class Model;

/// A network that predict and explain have loaded, for their next call: it is loaded again only
/// when the settings name another model, other overrides or another device. Empty at first.
struct ModelKeeper {
  std::shared_ptr<Model> model;
  std::string name, device;  ///< as they were asked for
  ManifestOverrides overrides;
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
                   const std::function<void(const ClipPrediction&)>& on_clip,
                   ModelKeeper* keeper = nullptr);

struct ExplainOptions {
  SourceSettings source;
  RunSettings run;
  std::vector<MethodChoice> methods;  ///< at least one
  std::vector<std::string> targets{"top"};
  std::vector<std::string>
      outputs;  ///< by ending: .mp4 .mkv .webm .mov .gif, .pdf .html .png, .npz .json;
                ///< see expand_output(); none: only the result is given
  bool overwrite = false;
  bool motion = false;  ///< also how much of each target survives frozen, shuffled, reversed
  /// Sharper in time: methods at a layer are fused with inner layers (their option "refine"), and
  /// sliding clips begin every eighth of a clip unless `source.hop` says otherwise.
  bool refine = false;
  bool save_inputs = false;       ///< npz also holds the prepared tensors
  bool side_by_side = false;      ///< plain picture as the first tile
  std::string scale = "running";  ///< colour scale of videos: "running", "clip", "LO:HI"
  std::string colormap = "auto";
  std::string flow_colors = "wheel";  ///< of flow inputs: "wheel", "rgb" (right, down, length)
  double opacity = 0.6;
  int bars = 3;
  bool caption = true;
  bool strip = true;       ///< probability over time under a video's picture
  bool outline = true;     ///< thin frame around what the network was given
  int top = 5;             ///< classes listed per clip in the JSON
  int figure_clips = 8;    ///< shown in figures at most: those that say most, none that overlap
  int sheet_width = 1800;  ///< px, of contact sheets
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
Explanation explain(const std::string& input, const ExplainOptions& options, Progress& progress,
                    ModelKeeper* keeper = nullptr);

/// The output of those who name none.
inline constexpr std::string_view kUsualOutput = "{stem}.praxiscope.{mp4|png}";
/// The file that one of ExplainOptions::outputs stands for. "{stem}" becomes the input's name
/// without folder and ending (a folder's whole name; "stdin" for "-"), "{mp4|png}" becomes png for
/// a single picture and mp4 for all else.
std::string expand_output(const std::string& pattern, const std::string& input, bool is_still);
/// Checks before any work that no two outputs of all these inputs are one file and that none of
/// them is an input. Opens inputs (never pipes) where a name depends on what they are.
/// @throws Error kUsage naming both; also for endings that are unknown.
void check_outputs(const std::vector<std::string>& inputs, const std::vector<std::string>& outputs);

/// INPUT arguments -> inputs in order, see find_media(): files, folders, globs, list files, "-".
/// @throws Error kInput.
std::vector<std::string> expand_inputs(const std::vector<std::string>& arguments);
/// What list files among the arguments say of inputs, by their names as expand_inputs() gives them;
/// inputs without a label are not in it.
///
/// @throws Error kInput, also where an input has two labels.
std::map<std::string, std::string> labels_of_inputs(const std::vector<std::string>& arguments);

/// To be called first thing in main: tells the allocator to keep large blocks, which big tensors
/// would otherwise hand back to the kernel at every forward (3 to 6 % of a forward's time).
void prepare_process();

}  // namespace praxiscope
