// Annotator: chunks in order in, source frames ready to be drawn out. Joins overlapping clips into
// one map per frame.
#pragma once

#include "pipeline/chunk.h"
#include "pipeline/explainer.h"

#include <deque>
#include <string>
#include <vector>

namespace praxiscope {

/// How raw values become colours over time; see doc/adr/0007-colour-scale-over-time.md.
struct ScaleRule {
  enum class Kind { kRunning, kClip, kFixed };
  Kind kind = Kind::kRunning;
  ValueRange fixed;
};
/// "running", "clip", "LO:HI". @throws Error kUsage.
ScaleRule parse_scale(const std::string& text);

struct AnnotatorOptions {
  bool side_by_side = false;
  int bars = 3;
  ScaleRule scale;
};

/// Holds back the frames that clips still to come can change, and nothing else. Not thread-safe.
class Annotator {
 public:
  Annotator(const MediaInfo& info, const Model& model, const Explainer& explainer,
            const AnnotatorOptions& options);

  /// Number of tiles of every frame: one a map, one more for the plain picture.
  int tile_count() const;
  /// Takes the chunk's frames and results; fills chunk.annotated with the frames that are final
  /// now, in order.
  void join(Chunk& chunk);

 private:
  struct Track {  ///< one map of the video: method x target x input
    MapTimeline timeline;
    ValueRange peak;  ///< widest range so far, for ScaleRule::kRunning
    bool has_peak = false;
    bool is_signed = false;
  };
  struct Moment {  ///< what is said of the clip around a time
    double center_s = 0;
    std::vector<TopClass> top;
    std::vector<std::string> titles;  ///< one a track
    std::vector<std::string> target_labels;
  };
  void take_results(const Chunk& chunk);
  bool is_final(const Frame& frame, const Chunk& chunk) const;
  AnnotatedFrame annotate(const Frame& frame);
  ValueRange scale_of(Track& track, const FrameMap& map) const;
  const Moment* moment_at(double time_s);

  const Model& model_;
  AnnotatorOptions options_;
  std::vector<Track> tracks_;
  std::deque<Frame> waiting_;
  std::deque<Moment> moments_;
  std::int64_t covered_end_ = 0;  ///< source frames before this lie in or before the newest clip
  Rational reach_ = Rational::of(1);     ///< seconds a clip is held or bridged beyond its ends
  std::optional<ScoreTimeline> scores_;  ///< from the first frame on
  std::optional<double> duration_s_;
  std::shared_ptr<const ScoreTimeline> scores_now_;
};

}  // namespace praxiscope
