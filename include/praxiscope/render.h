// Render: maps and frames in, Pictures out. Knows nothing of models or files.
#pragma once

#include "praxiscope/clip.h"
#include "praxiscope/frame.h"
#include "praxiscope/target.h"
#include "praxiscope/tensor.h"

#include <limits>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace praxiscope {

/// Raw values that the ends of the colour scale stand for.
struct ValueRange {
  float lo = 0;
  float hi = 1;
};

/// The map shown on one source frame: raw values, at clip resolution.
struct FrameMap {
  at::Tensor values;  ///< [h,w] f32
  PixelMap source_from_clip;
  ValueRange clip_range;   ///< raw finite range of the clips that made it, blended like the map
                           ///< itself; NaN where they have no finite value
  ValueRange color_range;  ///< what colours should span, blended likewise: clip_range, or less
                           ///< where the timeline leaves out a share of the values
  std::int64_t clip = 0;   ///< of add(): the clip that weighs most; the map explains its target
};

/// Joins the volumes of overlapping clips into one map per source frame, as the stream goes by.
///
/// Between clip frames the map is interpolated linearly in pts; where clips overlap they are
/// averaged with weights that fall to 0 at a clip's ends; a source frame that several clip frames
/// repeat (padding) gets their mean. Between clips that do not overlap, a gap up to the reach is
/// bridged linearly; beyond, and before the first and after the last clip, the nearest clip frame
/// within the reach is held. What is farther was not looked at and gets no map. Maps of different
/// targets are never mixed: of the clips that make a frame's map only those count that explain the
/// same as the one that weighs most, which is the one whose middle is nearest. Values that are not
/// finite stay so where they have any weight. Memory: the clips that still reach beyond the last
/// taken frame, on the CPU. Not thread-safe.
class MapTimeline {
 public:
  /// @param reach_s  seconds for which a clip's frame speaks beyond its own time: a little more
  /// than
  ///                 what lies between two frames of a clip.
  /// @param colored_share  of a clip's values, 0..1, that FrameMap::color_range spans; those left
  ///                out are the farthest from 0.
  explicit MapTimeline(double reach_s = 1, double colored_share = 1);
  /// `volume` [T,H,W] f32 of the clip input whose frames and pixel map are `input`'s; `clip`
  /// (ascending) tells the clips apart, `target` what they explain. @throws Error kInternal.
  void add(const ClipInput& input, const at::Tensor& volume, std::int64_t clip = 0,
           const Target& target = {});
  /// Whether the map at `pts` is what it will be when all clips are there. `next_begin`: no clip
  /// still to come has a frame before this time; absent: none is to come.
  bool is_final(const Rational& pts, const std::optional<Rational>& next_begin) const;
  /// The map at a source frame; frames are asked for in ascending order. Nothing when no clip is
  /// near. What lies wholly before `pts` is forgotten.
  std::optional<FrameMap> take(const Rational& pts);

 private:
  struct Entry {
    std::vector<Rational> pts;  ///< ascending, one a distinct source frame
    at::Tensor values;          ///< [pts.size(),H,W]
    PixelMap source_from_clip;
    ValueRange range, color_range;
    std::int64_t clip = 0;
    Target target;
  };
  struct Part;
  std::vector<Part> parts_at(const Rational& pts) const;
  std::vector<Part> parts_in_gap(const Entry* before, const Entry* after,
                                 const Rational& pts) const;
  void forget_before(const Rational& pts);

  double reach_s_;
  double colored_share_;
  std::vector<Entry> entries_;
};

struct ClassScore {
  std::string label;
  std::int64_t class_index = -1;  ///< its place in ScoreTimeline::labels(), which may hold a label
                                  ///< twice; -1: the strip does not know the class
  float probability = 0;
  bool is_target = false;
};

/// Probabilities over time for the strip under the picture; keeps a bounded number of columns
/// however long the video is. `labels` may be all K classes of a network (1000 and more): the strip
/// draws the few (at most 4) that matter: those marked as target in FrameState::bars and those with
/// the highest probability anywhere so far.
class ScoreTimeline {
 public:
  /// `duration_s` absent (pipes): the strip shows the last 10 s. Times nearer than 1/1024 of what
  /// is kept are averaged; a video longer than its header says gets coarser columns. Clips farther
  /// apart than `reach_s` are not joined: nobody looked there.
  ScoreTimeline(double begin_s, std::optional<double> duration_s, std::vector<std::string> labels,
                double reach_s = std::numeric_limits<double>::infinity());
  /// Probabilities of a clip from begin_s to end_s in the order of labels(); ascending times. They
  /// stand at the clip's middle, and at its ends where no other clip is near.
  void add(double begin_s, double end_s, const std::vector<float>& probabilities);
  const std::vector<std::string>& labels() const { return labels_; }
  double begin_s() const { return begin_s_; }
  std::optional<double> duration_s() const { return duration_s_; }
  struct Point {
    double time_s = 0;
    std::vector<float> probabilities;
    bool is_joined = true;  ///< by a line with the point before it
  };
  const std::vector<Point>& points() const { return points_; }
  /// End of the last clip: as far as the last point speaks.
  double end_s() const { return end_s_; }
  /// Indices into labels() of the classes with the highest probability anywhere so far; a class
  /// keeps its place, and with it its colour in the strip, as long as it stays among them.
  const std::vector<std::size_t>& followed() const { return followed_; }
  /// Highest probability so far, in the order of labels().
  const std::vector<float>& peaks() const { return peaks_; }

 private:
  void add_point(Point point);
  void halve();
  void follow(const std::vector<float>& probabilities);

  double begin_s_ = 0, end_s_ = 0, reach_s_;
  std::optional<double> duration_s_;
  std::vector<std::string> labels_;
  std::vector<Point> points_;
  double column_s_ = 0;        ///< points nearer than this are one
  double column_begin_s_ = 0;  ///< of the newest point
  std::vector<int> counts_;    ///< added times in each point
  std::vector<float> peaks_;
  std::vector<std::size_t> followed_;
};

struct RenderOptions {
  std::string colormap = "auto";  ///< "auto": inferno for maps >= 0, blue_red around 0 for signed
                                  ///< ones; or a name of colormaps() for both
  double opacity = 0.6;  ///< of the strongest colour, 0..1; weak values fade to the plain picture
  bool caption = true;   ///< method, layer, target, raw range
  int bars = 3;          ///< classes listed, 0 for none
  bool timeline = true;  ///< strip of probability over time with a cursor
  bool outline = true;   ///< thin frame around what the network was given
};

/// One tile of the video's grid: the picture with one map over it, or the plain picture.
struct TileState {
  std::string title;  ///< "Grad-CAM++ | layer4 | archery"; may hold any text
  /// Instead of it where it does not fit: the first that does, else the last, cut.
  std::vector<std::string> shorter_titles{};
  std::optional<FrameMap> map{};
  ValueRange range;        ///< colour scale; printed as numbers
  bool is_signed = false;  ///< the scale is symmetric around 0, and 0 has no colour
  /// Drawn instead of FrameState::picture, and as large: what a stream sees that does not read
  /// pictures.
  std::shared_ptr<const Picture> picture{};
};

struct FrameState {
  const Picture* picture = nullptr;
  double time_s = 0;
  std::vector<TileState> tiles;
  std::vector<ClassScore> bars;  ///< best first; may be more than RenderOptions::bars: where there
                                 ///< is no room for all, targets stay
  const ScoreTimeline* timeline = nullptr;
};

/// Draws annotated frames: a grid of tiles, each of the source's size, with caption, colour bar,
/// class bars and timeline drawn into it. Text is drawn at the output's resolution, sized to the
/// tile, crisp from 112 to 2160 lines. draw() may run in several threads at once.
class FrameRenderer {
 public:
  virtual ~FrameRenderer() = default;
  virtual Size size() const = 0;  ///< px of the pictures that draw() gives
  virtual Picture draw(const FrameState& state) const = 0;
};
std::unique_ptr<FrameRenderer> make_renderer(Size source, int tiles, const RenderOptions& options);

/// Names for RenderOptions::colormap besides "auto".
std::vector<std::string> colormaps();

}  // namespace praxiscope
