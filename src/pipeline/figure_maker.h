// FigureMaker: chunks in, one Figure out: the most telling clips of an input, with every method's
// map of every target.
#pragma once

#include "methods/support/explainer.h"
#include "pipeline/chunk.h"
#include "pipeline/flow_pictures.h"

#include "praxiscope/figure.h"
#include "praxiscope/model.h"

#include <nlohmann/json_fwd.hpp>

#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace praxiscope {

struct FigureWish {
  int clips = 8;                  ///< at most so many, never two that overlap
  std::string colormap = "auto";  ///< as RenderOptions::colormap
  double opacity = 0.6;
  FlowColors flow_colors = FlowColors::kWheel;
};

/// A clip that the figure shows, as far as it is known before all clips are.
struct ShownClip {
  std::int64_t index = 0;
  std::int64_t source_begin = 0, source_end = 0;
  double begin_s = 0, end_s = 0;  ///< times of the first and last frame
  float strength = 0;             ///< what it was chosen by: the first target's probability
  std::vector<TopClass> top;
  std::vector<Target> targets;
  std::vector<float> probabilities;     ///< [K]
  std::vector<MotionSplit> motion;      ///< one a target, or none
  std::vector<FigurePicture> pictures;  ///< of films, by FigureFilm::pictures
  std::vector<FigureFilm> films;        ///< one an input of the clip
  std::vector<FigureMap> maps;          ///< one an attribution, in their order
  std::vector<std::string> cells;       ///< per map: "8 x 7 x 7 cells", as it was computed
  std::vector<std::size_t> inputs;      ///< per map: position in films
  std::vector<bool> is_shared;          ///< per map: of a layer behind the join of the inputs, and
                                        ///< the same over each of them
};

/// Holds small copies of the frames that clips still to come can contain, and the clips chosen so
/// far; both are bounded whatever the length of the video. Not thread-safe.
class FigureMaker {
 public:
  FigureMaker(const MediaInfo& media, const Model& model, const Explainer& explainer,
              const FigureWish& wish);

  /// In the order of the stream, before the chunk's frames are handed on.
  void take(const Chunk& chunk);
  /// `header`: what was run on what, as the .json says. Call once, at the end.
  Figure finish(const nlohmann::json& header);

 private:
  void keep_frames(const Chunk& chunk);
  void consider(const ClipResult& result);
  ShownClip show(const ClipResult& result, float strength) const;

  const MediaInfo& media_;
  const Model& model_;
  const Explainer& explainer_;
  FigureWish wish_;
  std::map<std::int64_t, std::shared_ptr<const Picture>> frames_;  ///< by index in the source
  std::vector<ShownClip> shown_;
  std::optional<double> begin_s_;  ///< of the video, not of its first clip
  std::optional<ScoreTimeline> scores_;
};

}  // namespace praxiscope
