// Annotator: chunks in order in, source frames ready to be drawn out. Joins overlapping clips into
// one map per frame.
#pragma once

#include "methods/support/explainer.h"
#include "pipeline/chunk.h"
#include "pipeline/flow_pictures.h"

#include <deque>
#include <map>
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
  ScaleRule scale{};
  FlowColors flow_colors = FlowColors::kWheel;
};

/// Holds back the frames that clips still to come can change, and nothing else; what a frame shows
/// does not depend on how the stream was cut into chunks. Not thread-safe.
class Annotator {
 public:
  /// `model` must outlive it. @throws Error kModel for inputs that share no window.
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
    std::string method;            ///< "Grad-CAM (weights=per_frame)"
    std::size_t method_index = 0;  ///< in Explainer::methods(); its tracks share their colours
    bool is_pixel_wise = false;    ///< each value is a pixel's own
    bool is_against = false;       ///< the map shows what speaks against its target
    bool is_signed = false;
    std::string input{};  ///< of the network
  };
  struct Moment {  ///< what is said of one clip
    std::vector<ClassScore> bars;
    std::vector<std::vector<std::string>> titles;  ///< a track's, longest first
  };
  void take_result(const ClipResult& result);
  std::vector<std::string> titles_of(const Track& track, const Attribution& map) const;
  std::vector<ClassScore> bars_of(const ClipResult& result) const;
  std::optional<Rational> next_clip_begin(const Chunk& chunk) const;
  AnnotatedFrame annotate(const Frame& frame);
  void widen_peaks(const std::vector<TileState>& tiles);
  ValueRange scale_of(const Track& track, const FrameMap& map) const;

  const Model& model_;
  AnnotatorOptions options_;
  std::vector<Track> tracks_;
  std::map<std::size_t, ValueRange> peaks_;    ///< by method: widest range so far, for kRunning
  std::map<std::string, FlowPictures> flows_;  ///< by input, those that read flow
  std::deque<Frame> waiting_;
  std::map<std::int64_t, Moment> moments_;  ///< by Clip::index; those that frames may still show
  std::optional<ScoreTimeline> scores_;     ///< from the first frame on
  std::optional<double> duration_s_;
  double reach_s_ = 0;  ///< of a clip's frames, see MapTimeline
  std::shared_ptr<const ScoreTimeline> scores_now_;
};

}  // namespace praxiscope
