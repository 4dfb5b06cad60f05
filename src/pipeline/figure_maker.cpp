// Duty: see figure_maker.h. What the pages say is figure_pages.cpp's.
#include "pipeline/figure_maker.h"

#include "clip/sampling.h"
#include "pipeline/figure_pages.h"
#include "pipeline/report.h"
#include "render/map_range.h"
#include "studies/support/film.h"

#include <ATen/ATen.h>
#include <fmt/format.h>

#include <algorithm>

namespace praxiscope {
namespace {

bool overlap(const ShownClip& shown, const ClipResult& result) {
  return shown.source_begin < result.clip.source_end && result.clip.source_begin < shown.source_end;
}

std::vector<float> numbers_of(const at::Tensor& tensor) {
  const at::Tensor flat = tensor.contiguous();
  return {flat.const_data_ptr<float>(), flat.const_data_ptr<float>() + flat.numel()};
}

std::string cells_text(const Attribution& map, bool is_pixel_wise) {
  if (map.layer.empty())
    return is_pixel_wise && map.is_signed ? "means of 8 \u00d7 8 pixels" : "one value a pixel";
  return fmt::format("{} \u00d7 {} \u00d7 {} cells (time, height, width)", map.coarse.size(0),
                     map.coarse.size(1), map.coarse.size(2));
}

/// Whether the same map of the same layer lies over another input, too. `owners`: the method of
/// each map.
bool lies_over_several(const std::vector<Attribution>& maps, const std::vector<std::size_t>& owners,
                       std::size_t place) {
  const Attribution& map = maps[place];
  if (map.layer.empty()) return false;
  for (std::size_t i = 0; i < maps.size(); ++i) {
    const Attribution& other = maps[i];
    if (owners.at(i) == owners.at(place) && other.input != map.input && other.layer == map.layer &&
        other.target == map.target && other.coarse.equal(map.coarse))
      return true;
  }
  return false;
}

/// Of the first target: its probability, for a contrast that of A; for a unit the best class'.
float strength_of(const ClipResult& result) {
  const Target& target = result.targets.front();
  if (target.kind == Target::Kind::kUnit) return result.top.front().probability;
  return result.probabilities[target.class_index].item<float>();
}

}  // namespace

FigureMaker::FigureMaker(const MediaInfo& media, const Model& model, const Explainer& explainer,
                         const FigureWish& wish)
    : media_(media), model_(model), explainer_(explainer), wish_(wish) {}

void FigureMaker::take(const Chunk& chunk) {
  keep_frames(chunk);
  if (!begin_s_ && !chunk.frames.empty()) begin_s_ = chunk.frames.front().pts.to_double();
  for (const ClipResult& result : chunk.results) {
    const auto& frames = result.clip.inputs.front().frames;
    const double begin_s = frames.front().pts.to_double();
    // A length that is unknown or too short only makes the columns coarser as time goes on.
    if (!scores_)
      scores_.emplace(begin_s_.value_or(begin_s),
                      media_.duration ? media_.duration->to_double() : 1.0, model_.labels(),
                      frame_reach_s(model_.manifest().inputs, usual_rate(media_)));
    scores_->add(begin_s, frames.back().pts.to_double(), numbers_of(result.probabilities));
    consider(result);
  }
  frames_.erase(frames_.begin(), frames_.lower_bound(chunk.final_before));
}

void FigureMaker::keep_frames(const Chunk& chunk) {
  for (const Frame& frame : chunk.frames) frames_.emplace(frame.index, shrink(frame.picture));
}

void FigureMaker::consider(const ClipResult& result) {
  const float strength = strength_of(result);
  const auto is_rival = [&](const ShownClip& shown) { return overlap(shown, result); };
  const bool is_beaten = std::any_of(shown_.begin(), shown_.end(), [&](const ShownClip& shown) {
    return is_rival(shown) && shown.strength >= strength;
  });
  if (is_beaten) return;
  std::erase_if(shown_, is_rival);
  const auto is_weaker = [](const ShownClip& a, const ShownClip& b) {
    return a.strength < b.strength;
  };
  if (static_cast<int>(shown_.size()) >= wish_.clips) {
    const auto weakest = std::min_element(shown_.begin(), shown_.end(), is_weaker);
    if (weakest->strength >= strength) return;
    shown_.erase(weakest);
  }
  shown_.push_back(show(result, strength));
}

ShownClip FigureMaker::show(const ClipResult& result, float strength) const {
  ShownClip shown;
  shown.index = result.clip.index;
  shown.source_begin = result.clip.source_begin;
  shown.source_end = result.clip.source_end;
  shown.strength = strength;
  shown.top = result.top;
  shown.targets = result.targets;
  shown.motion = result.motion;
  shown.probabilities = numbers_of(result.probabilities);
  shown.begin_s = result.clip.inputs.front().frames.front().pts.to_double();
  shown.end_s = shown.begin_s;
  for (std::size_t i = 0; i < result.clip.inputs.size(); ++i) {
    const ClipInput& input = result.clip.inputs[i];
    const InputSpec& spec = model_.manifest().inputs.at(i);
    shown.films.push_back(
        spec.kind == InputKind::kFlow
            ? make_film(input, flow_frames(input, spec, frames_, wish_.flow_colors), shown.pictures)
            : make_film(input, frames_, shown.pictures));
    shown.begin_s = std::min(shown.begin_s, input.frames.front().pts.to_double());
    shown.end_s = std::max(shown.end_s, input.frames.back().pts.to_double());
  }
  const std::vector<std::size_t> owners = explainer_.methods_of_maps();
  for (const Attribution& map : result.attributions) {
    shown.is_shared.push_back(lies_over_several(result.attributions, owners, shown.maps.size()));
    const MethodInfo& method = *explainer_.methods().at(owners.at(shown.maps.size())).info;
    std::size_t input = 0;
    while (result.clip.inputs.at(input).name != map.input) ++input;
    shown.inputs.push_back(input);
    shown.maps.push_back(make_map(map, result.clip.inputs[input], method.is_pixel_wise));
    shown.cells.push_back(cells_text(map, method.is_pixel_wise));
  }
  return shown;
}

Figure FigureMaker::finish(const nlohmann::json& header) {
  std::sort(shown_.begin(), shown_.end(),
            [](const ShownClip& a, const ShownClip& b) { return a.index < b.index; });
  return make_pages({.media = media_,
                     .model = model_,
                     .explainer = explainer_,
                     .wish = wish_,
                     .scores = scores_ ? &*scores_ : nullptr,
                     .header = header},
                    std::move(shown_));
}

}  // namespace praxiscope
