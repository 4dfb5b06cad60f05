// What the tests of the annotator share: a source of black frames, a network, answers to show.
#pragma once

#include "methods/fake_model.h"
#include "pipeline/annotator.h"
#include "pipeline/report.h"

#include "praxiscope/error.h"

#include <ATen/ATen.h>
#include <fmt/format.h>
#include <gmock/gmock.h>

#include <cmath>
#include <limits>

namespace praxiscope::annotating {

using ::testing::ElementsAre;
using testing::FakeModel;

inline constexpr float kNan = std::numeric_limits<float>::quiet_NaN();

/// Frames that all share one black picture, 25 a second.
class PlainSource : public FrameSource {
 public:
  PlainSource(Size size, std::int64_t frames) : frames_(frames) {
    auto picture = std::make_shared<Picture>();
    picture->width = size.width;
    picture->height = size.height;
    picture->rgb.resize(static_cast<std::size_t>(3) * size.width * size.height);
    picture_ = picture;
    info_.frame_rate = Rational::of(25);
  }
  const MediaInfo& info() const override { return info_; }
  std::optional<Frame> next() override {
    if (given_ == frames_) return std::nullopt;
    const std::int64_t i = given_++;
    return Frame{
        .picture = picture_, .pts = Rational(i, 25), .duration = Rational(1, 25), .index = i};
  }
  std::vector<std::string> take_warnings() override { return {}; }

 private:
  MediaInfo info_;
  std::shared_ptr<const Picture> picture_;
  std::int64_t frames_, given_ = 0;
};

/// Classes "zero" to "nine", one input of 8 frames, looked at as 4x4 px.
inline std::unique_ptr<FakeModel> ten_classes() {
  auto model = testing::gap_network();
  model->labels() = {"zero", "one", "two",   "three", "four",
                     "five", "six", "seven", "eight", "nine"};
  model->manifest().inputs[0].frames = 8;
  model->manifest().inputs[0].preparation.exact = Size{4, 4};
  return model;
}

inline Target class_target(std::int64_t index) {
  Target target;
  target.class_index = index;
  return target;
}

/// What is asked of a video.
struct Wish {
  Size size{36, 64};
  std::int64_t frames = 100;
  std::string clips = "sliding";
  int hop = 4, batch = 1;
  std::string methods = "grad_cam", target = "top";
  AnnotatorOptions options{};
};

/// What network and methods say of a clip: its targets, and of each map the value of all its cells.
struct Answer {
  std::vector<Target> targets{};
  std::vector<double> values{};
  std::vector<float> probabilities = {0.30F, 0.20F, 0.15F, 0.10F, 0.08F,
                                      0.06F, 0.05F, 0.03F, 0.02F, 0.01F};
  bool is_signed = false;
};
using Answers = std::function<Answer(const Clip&)>;

/// The first maps are of class `clip index % 3`, with 10 times that class as value.
inline Answer three_classes(const Clip& clip) {
  const std::int64_t index = clip.index % 3;
  return {.targets = {class_target(index)}, .values = {10.0 * static_cast<double>(index)}};
}

inline ClipResult result_of(Clip clip, const Answer& answer) {
  ClipResult result;
  result.probabilities = at::tensor(answer.probabilities);
  result.logits = result.probabilities.log();
  result.targets = answer.targets;
  for (std::size_t i = 0; i < answer.values.size(); ++i) {
    Attribution map;
    map.method = "grad_cam";
    map.layer = "features";
    map.input = clip.inputs.at(i % clip.inputs.size()).name;
    map.target = answer.targets.at(i % answer.targets.size());
    map.is_signed = answer.is_signed;
    const auto frames = static_cast<std::int64_t>(clip.inputs.at(0).frames.size());
    map.volume = at::full({frames, 4, 4}, answer.values[i]);
    result.attributions.push_back(std::move(map));
  }
  result.clip = std::move(clip);
  return result;
}

struct Shown {
  std::vector<AnnotatedFrame> frames;
  std::size_t most_held = 0;
  int tiles = 0;
};

inline Shown show(const Wish& wish, const Model& model, const Answers& answers) {
  PlainSource source(wish.size, wish.frames);
  ClipSampling sampling = parse_sampling(wish.clips);
  if (wish.hop > 0) sampling.hop = wish.hop;
  std::vector<Rational> all_pts;
  for (std::int64_t i = 0; i < wish.frames; ++i) all_pts.emplace_back(i, 25);
  const auto cutter = make_clip_cutter(model.manifest().inputs, sampling, all_pts, "cpu");
  const Explainer explainer(model, parse_methods(wish.methods), {wish.target}, 5, 0);
  Annotator annotator(source.info(), model, explainer, wish.options);
  Progress progress;
  ChunkReader reader(source, *cutter, wish.batch, true, progress);
  Shown shown;
  shown.tiles = annotator.tile_count();
  std::size_t read = 0;
  while (std::optional<Chunk> chunk = reader.next()) {
    for (Clip& clip : chunk->clips) {
      const Answer answer = answers(clip);
      chunk->results.push_back(result_of(std::move(clip), answer));
    }
    read += chunk->frames.size();
    annotator.join(*chunk);
    for (AnnotatedFrame& frame : chunk->annotated) {
      EXPECT_EQ(frame.frame.index, static_cast<std::int64_t>(shown.frames.size()));
      shown.frames.push_back(std::move(frame));
    }
    shown.most_held = std::max(shown.most_held, read - shown.frames.size());
  }
  EXPECT_EQ(shown.frames.size(), static_cast<std::size_t>(wish.frames));
  return shown;
}

inline float value(const TileState& tile) {
  return tile.map ? tile.map->values[0][0].item<float>() : kNan;
}

inline std::string bars_of(const AnnotatedFrame& frame) {
  std::string text;
  for (const ClassScore& bar : frame.bars)
    text += (text.empty() ? "" : " ") + bar.label + (bar.is_target ? "*" : "");
  return text;
}

/// All that a viewer sees of the maps.
inline std::vector<std::string> looks_of(const Shown& shown) {
  std::vector<std::string> looks;
  for (const AnnotatedFrame& frame : shown.frames) {
    std::string look = bars_of(frame);
    for (const TileState& tile : frame.tiles) {
      look += "; " + tile.title + " " + std::to_string(value(tile)) + " of " +
              std::to_string(tile.range.lo) + ":" + std::to_string(tile.range.hi);
    }
    looks.push_back(look);
  }
  return looks;
}

}  // namespace praxiscope::annotating
