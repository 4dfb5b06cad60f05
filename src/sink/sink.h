// Sink: results of clips in, files out (.npz, .json). Videos and pictures go through media,
// figures through src/figure. Both writers keep only one clip in memory and appear under their name
// when complete.
#pragma once

#include "praxiscope/clip_result.h"

#include <nlohmann/json.hpp>

#include <memory>
#include <string>
#include <vector>

namespace praxiscope {

class ResultSink {
 public:
  virtual ~ResultSink() = default;
  /// In the order of clips. @throws Error kOutput.
  virtual void write(const ClipResult& result) = 0;
  /// `summary`: what is known only at the end (warnings, mean top classes, counts); then the file
  /// is complete but not yet under its name.
  virtual void finish(const nlohmann::json& summary) = 0;
  /// Gives the finished file its name. Separate, so that all outputs of a run appear together.
  virtual void publish() = 0;
};

/// Arrays as doc/outputs.md describes: logits [N,K] f32, frame_index i64 and pts_s f64 [N,T] (first
/// input; others as frame_index/<input>), target i64 [N] (first target's class; -1 for units),
/// map/<method>/<input> [N,T,H,W] f32 and coarse/<method> of the first target, further targets with
/// the suffix @<k>; with save_inputs input/<name> [N,C,T,H,W]; provenance: `header` as one text.
std::unique_ptr<ResultSink> open_npz(const std::string& path, const nlohmann::json& header,
                                     bool save_inputs, bool overwrite);

/// {"schema": "praxiscope.explain/1", ...header, "clips": [...], ...summary}, written clip by clip.
std::unique_ptr<ResultSink> open_json(const std::string& path, const nlohmann::json& header,
                                      const std::vector<std::string>& labels, bool overwrite);

}  // namespace praxiscope
