#include "pipeline/annotator.h"

#include "core/text.h"

#include "praxiscope/error.h"

#include <ATen/ATen.h>
#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <cmath>

namespace praxiscope {
namespace {

std::optional<float> parse_number(const std::string& text) {
  double value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc() || end != text.data() + text.size() || !std::isfinite(value))
    return std::nullopt;
  return static_cast<float>(value);
}

std::optional<double> duration_of(const MediaInfo& info) {
  if (!info.duration) return std::nullopt;
  return info.duration->to_double();
}

std::string title_of(const ClipResult& result, const Attribution& map, const Model& model) {
  std::string title(find_method(map.method).title);
  if (!map.layer.empty()) title += " \u00b7 " + map.layer;  // middle dot
  title += " \u00b7 " + describe(map.target, model.labels());
  if (result.clip.inputs.size() > 1) title += " \u00b7 " + map.input;
  return title;
}

const ClipInput& input_of(const Clip& clip, const std::string& name) {
  for (const ClipInput& input : clip.inputs) {
    if (input.name == name) return input;
  }
  throw Error(ErrorKind::kInternal,
              fmt::format("a map lies on input {}, which the clip does not have", in_quotes(name)));
}

}  // namespace

ScaleRule parse_scale(const std::string& text) {
  if (text == "running") return {};
  if (text == "clip") return {.kind = ScaleRule::Kind::kClip, .fixed = {}};
  const std::vector<std::string> ends = split(text, ':');
  if (ends.size() == 2) {
    const std::optional<float> lo = parse_number(ends[0]), hi = parse_number(ends[1]);
    if (lo && hi && *lo < *hi)
      return {.kind = ScaleRule::Kind::kFixed, .fixed = {.lo = *lo, .hi = *hi}};
  }
  throw Error(ErrorKind::kUsage,
              fmt::format("scale: found {}, expected running, clip, or LO:HI with LO < HI",
                          in_quotes(text)));
}

Annotator::Annotator(const MediaInfo& info, const Model& model, const Explainer& explainer,
                     const AnnotatorOptions& options)
    : model_(model),
      options_(options),
      tracks_(explainer.map_count()),
      duration_s_(info.is_still ? std::nullopt : duration_of(info)) {}

int Annotator::tile_count() const {
  return static_cast<int>(tracks_.size()) + (options_.side_by_side ? 1 : 0);
}

void Annotator::take_results(const Chunk& chunk) {
  for (const ClipResult& result : chunk.results) {
    Moment moment;
    const std::vector<ClipFrame>& frames = result.clip.inputs.at(0).frames;
    moment.center_s = (frames.front().pts.to_double() + frames.back().pts.to_double()) / 2;
    moment.top = result.top;
    for (std::size_t i = 0; i < result.attributions.size(); ++i) {
      const Attribution& map = result.attributions[i];
      tracks_.at(i).is_signed = map.is_signed;
      tracks_[i].timeline.add(input_of(result.clip, map.input), map.volume);
      moment.titles.push_back(title_of(result, map, model_));
    }
    for (const Target& target : result.targets) {
      if (target.kind != Target::Kind::kUnit) {
        moment.target_labels.push_back(
            model_.labels().at(static_cast<std::size_t>(target.class_index)));
      }
    }
    const at::Tensor all = result.probabilities.contiguous();
    const float* first = all.const_data_ptr<float>();
    scores_->add(moment.center_s, std::vector<float>(first, first + all.numel()));
    moments_.push_back(std::move(moment));
    covered_end_ = result.clip.source_end;
    reach_ = std::max(Rational::of(1), frames.back().pts - frames.front().pts);
  }
  if (!chunk.results.empty() || !scores_now_)
    scores_now_ = std::make_shared<const ScoreTimeline>(*scores_);
}

void Annotator::join(Chunk& chunk) {
  if (!scores_ && !chunk.frames.empty()) {
    scores_.emplace(chunk.frames.front().pts.to_double(), duration_s_, model_.labels());
  }
  take_results(chunk);
  for (Frame& frame : chunk.frames) waiting_.push_back(std::move(frame));
  chunk.frames.clear();
  while (!waiting_.empty() && is_final(waiting_.front(), chunk)) {
    chunk.annotated.push_back(annotate(waiting_.front()));
    waiting_.pop_front();
  }
}

bool Annotator::is_final(const Frame& frame, const Chunk& chunk) const {
  if (chunk.is_last) return true;
  if (frame.index >= chunk.final_before) return false;
  // In a gap between clips the next clip still bridges back to this frame, as far as MapTimeline
  // reaches.
  const bool is_covered = frame.index < covered_end_;
  return is_covered || waiting_.back().pts - frame.pts > reach_;
}

const Annotator::Moment* Annotator::moment_at(double time_s) {
  const auto is_nearer = [&](const Moment& a, const Moment& b) {
    return std::abs(b.center_s - time_s) <= std::abs(a.center_s - time_s);
  };
  while (moments_.size() > 1 && is_nearer(moments_[0], moments_[1])) moments_.pop_front();
  return moments_.empty() ? nullptr : &moments_.front();
}

ValueRange Annotator::scale_of(Track& track, const FrameMap& map) const {
  if (options_.scale.kind == ScaleRule::Kind::kFixed) return options_.scale.fixed;
  ValueRange range = map.clip_range;
  if (!track.is_signed) range.lo = std::min(range.lo, 0.0F);
  if (options_.scale.kind == ScaleRule::Kind::kRunning) {
    if (track.has_peak)
      range = {.lo = std::min(range.lo, track.peak.lo), .hi = std::max(range.hi, track.peak.hi)};
    track.peak = range;
    track.has_peak = true;
  }
  if (track.is_signed) {  // both directions of evidence on one scale
    const float reach = std::max(std::abs(range.lo), std::abs(range.hi));
    range = {.lo = -reach, .hi = reach};
  }
  return range;
}

AnnotatedFrame Annotator::annotate(const Frame& frame) {
  AnnotatedFrame out{
      .frame = frame, .tiles = {}, .bars = {}, .timeline = scores_now_, .strength = 0};
  const double time_s = frame.pts.to_double();
  const Moment* moment = moment_at(time_s);
  if (options_.side_by_side)
    out.tiles.push_back({.title = "", .map = std::nullopt, .range = {}, .is_signed = false});
  for (std::size_t i = 0; i < tracks_.size(); ++i) {
    TileState tile;
    tile.map = tracks_[i].timeline.take(frame.pts);
    tile.is_signed = tracks_[i].is_signed;
    if (tile.map) tile.range = scale_of(tracks_[i], *tile.map);
    if (moment != nullptr) tile.title = moment->titles.at(i);
    if (i == 0 && tile.map) out.strength = tile.map->values.abs().max().item<float>();
    out.tiles.push_back(std::move(tile));
  }
  if (moment != nullptr) {
    for (int i = 0; i < options_.bars && i < static_cast<int>(moment->top.size()); ++i) {
      const TopClass& best = moment->top[static_cast<std::size_t>(i)];
      const bool is_target = std::find(moment->target_labels.begin(), moment->target_labels.end(),
                                       best.label) != moment->target_labels.end();
      out.bars.push_back(
          {.label = best.label, .probability = best.probability, .is_target = is_target});
    }
  }
  return out;
}

}  // namespace praxiscope
