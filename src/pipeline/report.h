// Report: what a result says of where it came from. Schemas "praxiscope.explain/1" and
// "praxiscope.predict/1"; doc/outputs.md.
#pragma once

#include "methods/support/explainer.h"
#include "sink/json_values.h"

#include "praxiscope/explain.h"
#include "praxiscope/media.h"

#include <nlohmann/json.hpp>

#include <cstdint>
#include <string>
#include <vector>

namespace praxiscope {

/// Source frames a second; the usual 25 where the source does not say.
Rational usual_rate(const MediaInfo& media);

/// Program, model, preprocessing, source, sampling, device, methods and targets: known before the
/// first frame.
nlohmann::json header_json(const std::string& schema, const std::string& input,
                           const MediaInfo& media, const Model& model, const SourceSettings& source,
                           const RunSettings& run, int batch);
/// All of it but the source.
nlohmann::json run_json(const std::string& schema, const Model& model, const SourceSettings& source,
                        const RunSettings& run, int batch);
/// Adds methods and wished targets to a header.
void add_methods(nlohmann::json& header, const Explainer& explainer,
                 const std::vector<std::string>& targets);

/// Mean probability over clips, kept as a running sum.
class Tally {
 public:
  void add(const ClipResult& result);
  void count_frames(std::int64_t frames) { frames_ += frames; }
  std::int64_t clips() const { return clips_; }
  std::int64_t frames() const { return frames_; }
  /// Best `count` classes of the mean probability; logit: the mean logit.
  std::vector<TopClass> top(const std::vector<std::string>& labels, int count) const;

 private:
  at::Tensor probabilities_, logits_;  ///< [K] f64 sums
  std::int64_t clips_ = 0, frames_ = 0;
};

/// Times and classes of one clip; from the first to the last frame of any of its inputs.
ClipPrediction prediction_of(const ClipResult& result);
nlohmann::json prediction_json(const ClipPrediction& prediction);

}  // namespace praxiscope
