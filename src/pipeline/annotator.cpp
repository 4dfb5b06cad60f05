#include "pipeline/annotator.h"

#include "clip/sampling.h"
#include "core/text.h"
#include "pipeline/report.h"
#include "render/map_range.h"

#include "praxiscope/error.h"

#include <ATen/ATen.h>
#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <charconv>
#include <cmath>
#include <limits>

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

/// The largest |value| that is finite, or 0.
float strength_of(const at::Tensor& values) {
  const at::Tensor sizes = values.abs();
  return at::where(at::isfinite(sizes), sizes, at::zeros_like(sizes)).max().item<float>();
}

const ClipInput& input_of(const Clip& clip, const std::string& name) {
  for (const ClipInput& input : clip.inputs) {
    if (input.name == name) return input;
  }
  throw Error(ErrorKind::kInternal,
              fmt::format("a map lies on input {}, which the clip does not have", in_quotes(name)));
}

/// Cells of a signed map of pixels, at the clip's size again.
at::Tensor drawn(const at::Tensor& volume) {
  return at::upsample_bilinear2d(mean_of_cells(volume).unsqueeze(0),
                                 {volume.size(1), volume.size(2)}, /*align_corners=*/false)
      .squeeze(0);
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
      duration_s_(info.is_still ? std::nullopt : duration_of(info)) {
  reach_s_ = frame_reach_s(model.manifest().inputs, usual_rate(info));
  for (const InputSpec& input : model.manifest().inputs) {
    if (input.kind == InputKind::kFlow) flows_.try_emplace(input.name, input, options.flow_colors);
  }
  for (const std::size_t m : explainer.methods_of_maps()) {
    const ChosenMethod& chosen = explainer.methods().at(m);
    const double colored = chosen.info->is_pixel_wise ? kFineMapShare : 1;
    Track track{.timeline = MapTimeline(reach_s_, colored),
                .method = std::string(chosen.info->title),
                .method_index = m,
                .is_pixel_wise = chosen.info->is_pixel_wise};
    std::vector<std::string> told = split(chosen.options, ',');
    track.is_against = std::erase(told, "counterfactual=on") > 0;
    std::erase(told, "");
    if (!told.empty()) track.method += fmt::format(" ({})", fmt::join(told, ", "));
    tracks_.push_back(std::move(track));
  }
}

int Annotator::tile_count() const {
  return static_cast<int>(tracks_.size()) + (options_.side_by_side ? 1 : 0);
}

/// What is left away first is what a viewer can best do without.
std::vector<std::string> Annotator::titles_of(const Track& track, const Attribution& map) const {
  const std::string target =
      (track.is_against ? "against " : "") + describe(map.target, model_.labels());
  const std::string input = model_.manifest().inputs.size() > 1 ? map.input : "";
  const auto joined = [](std::vector<std::string> parts) {
    std::erase(parts, "");
    return fmt::format("{}", fmt::join(parts, " \u00b7 "));  // middle dots
  };
  return {joined({track.method, map.layer, target, input}), joined({track.method, target, input}),
          joined({target, input}), target};
}

/// The best classes, then those that were explained and are not among them.
std::vector<ClassScore> Annotator::bars_of(const ClipResult& result) const {
  const std::vector<std::string>& labels = model_.labels();
  std::vector<ClassScore> bars;
  for (const TopClass& best :
       find_top(result.logits, result.probabilities, labels, options_.bars)) {
    bars.push_back({best.label, best.class_index, best.probability});
  }
  const auto mark = [&](std::int64_t class_index) {
    auto bar = std::find_if(bars.begin(), bars.end(), [&](const ClassScore& each) {
      return each.class_index == class_index;
    });
    if (bar == bars.end()) {
      bars.push_back({labels.at(static_cast<std::size_t>(class_index)), class_index,
                      result.probabilities[class_index].item<float>()});
      bar = bars.end() - 1;
    }
    bar->is_target = true;
  };
  for (const Target& target : result.targets) {
    if (target.kind != Target::Kind::kUnit) mark(target.class_index);
    if (target.kind == Target::Kind::kContrast) mark(target.other_class_index);
  }
  return bars;
}

void Annotator::take_result(const ClipResult& result) {
  Moment moment{.bars = bars_of(result), .titles = {}};
  for (std::size_t i = 0; i < result.attributions.size(); ++i) {
    const Attribution& map = result.attributions[i];
    Track& track = tracks_.at(i);
    track.is_signed = map.is_signed;
    track.input = map.input;
    const ClipInput& input = input_of(result.clip, map.input);
    track.timeline.add(input, track.is_pixel_wise && map.is_signed ? drawn(map.volume) : map.volume,
                       result.clip.index, map.target);
    moment.titles.push_back(titles_of(track, map));
  }
  for (const ClipInput& input : result.clip.inputs) {
    const auto flow = flows_.find(input.name);
    if (flow != flows_.end()) flow->second.add(input);
  }
  moments_[result.clip.index] = std::move(moment);
  const ClipPrediction said = prediction_of(result);
  const at::Tensor all = result.probabilities.contiguous();
  const float* first = all.const_data_ptr<float>();
  scores_->add(said.begin_s, said.end_s, std::vector<float>(first, first + all.numel()));
}

void Annotator::join(Chunk& chunk) {
  if (!scores_ && !chunk.frames.empty()) {
    scores_.emplace(chunk.frames.front().pts.to_double(), duration_s_, model_.labels(), reach_s_);
  }
  for (const ClipResult& result : chunk.results) take_result(result);
  if (!chunk.results.empty() || !scores_now_)
    scores_now_ = std::make_shared<const ScoreTimeline>(*scores_);
  for (Frame& frame : chunk.frames) waiting_.push_back(std::move(frame));
  chunk.frames.clear();
  const std::optional<Rational> next_begin = next_clip_begin(chunk);
  const auto is_final = [&](const Track& track) {
    return track.timeline.is_final(waiting_.front().pts, next_begin);
  };
  while (!waiting_.empty() && std::all_of(tracks_.begin(), tracks_.end(), is_final)) {
    chunk.annotated.push_back(annotate(waiting_.front()));
    waiting_.pop_front();
  }
}

/// As MapTimeline::is_final() asks for it: a time before which no clip to come has a frame.
std::optional<Rational> Annotator::next_clip_begin(const Chunk& chunk) const {
  constexpr std::int64_t kNoMore = std::numeric_limits<std::int64_t>::max();
  if (chunk.is_last || chunk.final_before == kNoMore || waiting_.empty()) return std::nullopt;
  const auto found = std::find_if(waiting_.begin(), waiting_.end(), [&](const Frame& frame) {
    return frame.index >= chunk.final_before;
  });
  if (found != waiting_.end()) return found->pts;
  return waiting_.back().pts + waiting_.back().duration;  // the first frame that is not read yet
}

void Annotator::widen_peaks(const std::vector<TileState>& tiles) {
  const std::size_t first = tiles.size() - tracks_.size();  // after the plain picture
  for (std::size_t i = 0; i < tracks_.size(); ++i) {
    if (!tiles[first + i].map) continue;
    const ValueRange& range = tiles[first + i].map->color_range;
    if (!std::isfinite(range.lo) || !std::isfinite(range.hi)) continue;
    ValueRange& peak = peaks_.try_emplace(tracks_[i].method_index, range).first->second;
    peak = {.lo = std::min(range.lo, peak.lo), .hi = std::max(range.hi, peak.hi)};
  }
}

ValueRange Annotator::scale_of(const Track& track, const FrameMap& map) const {
  if (options_.scale.kind == ScaleRule::Kind::kFixed) return options_.scale.fixed;
  ValueRange range = map.color_range;
  const auto peak = peaks_.find(track.method_index);
  if (options_.scale.kind == ScaleRule::Kind::kRunning && peak != peaks_.end())
    range = peak->second;
  if (!track.is_signed && std::isfinite(range.lo)) range.lo = std::min(range.lo, 0.0F);
  if (track.is_signed) {  // both directions of evidence on one scale
    const float reach = std::max(std::abs(range.lo), std::abs(range.hi));
    range = {.lo = -reach, .hi = reach};
  }
  return range;
}

AnnotatedFrame Annotator::annotate(const Frame& frame) {
  AnnotatedFrame out{
      .frame = frame, .tiles = {}, .bars = {}, .timeline = scores_now_, .strength = 0};
  if (options_.side_by_side) out.tiles.push_back({.title = "", .range = {}});
  std::map<std::string, std::shared_ptr<const Picture>> grounds;  // of streams that read flow
  for (auto& [input, pictures] : flows_) grounds[input] = pictures.take(frame);
  std::optional<std::int64_t> shown, oldest;  // clips
  for (std::size_t i = 0; i < tracks_.size(); ++i) {
    TileState tile;
    tile.map = tracks_[i].timeline.take(frame.pts);
    tile.is_signed = tracks_[i].is_signed;
    const auto ground = grounds.find(tracks_[i].input);
    if (tile.map && ground != grounds.end()) tile.picture = ground->second;
    if (tile.map) {
      const std::vector<std::string>& titles = moments_.at(tile.map->clip).titles.at(i);
      tile.title = titles.front();
      tile.shorter_titles.assign(titles.begin() + 1, titles.end());
      shown = shown.value_or(tile.map->clip);
      oldest = std::min(oldest.value_or(tile.map->clip), tile.map->clip);
    } else {
      tile.title = "between clips: not looked at";
      tile.shorter_titles = {"not looked at"};
    }
    if (i == 0 && tile.map) out.strength = strength_of(tile.map->values);
    out.tiles.push_back(std::move(tile));
  }
  widen_peaks(out.tiles);  // before any tile's scale: tiles of one method share theirs
  for (std::size_t i = 0; i < tracks_.size(); ++i) {
    TileState& tile = out.tiles[out.tiles.size() - tracks_.size() + i];
    if (tile.map) tile.range = scale_of(tracks_[i], *tile.map);
  }
  if (shown) out.bars = moments_.at(*shown).bars;
  // A map goes forward from clip to clip, so what all have left behind is over.
  if (oldest) moments_.erase(moments_.begin(), moments_.lower_bound(*oldest));
  return out;
}

}  // namespace praxiscope
