// MapTimeline: volumes of overlapping clips -> one map per source frame. Knows no pictures.
#include "render/map_range.h"

#include "praxiscope/error.h"
#include "praxiscope/render.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <limits>

namespace praxiscope {
namespace {

double seconds_between(const Rational& from, const Rational& to) { return (to - from).to_double(); }

void add_weighted(ValueRange& sum, const ValueRange& range, double weight) {
  sum.lo += static_cast<float>(range.lo * weight);
  sum.hi += static_cast<float>(range.hi * weight);
}

}  // namespace

MapTimeline::MapTimeline(double reach_s, double colored_share)
    : reach_s_(reach_s), colored_share_(colored_share) {}

void MapTimeline::add(const ClipInput& input, const at::Tensor& volume, std::int64_t clip,
                      const Target& target) {
  const auto frames = static_cast<std::int64_t>(input.frames.size());
  if (volume.dim() != 3 || volume.size(0) != frames || frames == 0) {
    throw Error(
        ErrorKind::kInternal,
        fmt::format("map timeline: a volume of {} dimensions for {} frames; expected [T,H,W]",
                    volume.dim(), frames));
  }
  const at::Tensor all = volume.detach().to(at::kCPU, at::kFloat).contiguous();
  // Padding and frame-rate conversion show one source frame several times: it gets the mean.
  std::map<Rational, std::vector<std::int64_t>> steps_at;
  for (std::int64_t t = 0; t < frames; ++t) steps_at[input.frames[t].pts].push_back(t);
  Entry entry;
  std::vector<at::Tensor> maps;
  for (const auto& [pts, steps] : steps_at) {
    entry.pts.push_back(pts);
    at::Tensor sum = all[steps[0]];
    for (std::size_t i = 1; i < steps.size(); ++i) sum = sum + all[steps[i]];
    maps.push_back(steps.size() == 1 ? sum : sum / static_cast<double>(steps.size()));
  }
  entry.values =
      steps_at.size() == static_cast<std::size_t>(frames) &&
              std::is_sorted(input.frames.begin(), input.frames.end(),
                             [](const ClipFrame& a, const ClipFrame& b) { return a.pts < b.pts; })
          ? all.clone()
          : at::stack(maps);
  entry.source_from_clip = input.source_from_clip;
  entry.range = finite_range(entry.values);
  entry.color_range = range_of_share(entry.values, colored_share_);
  entry.clip = clip;
  entry.target = target;
  if (!entries_.empty() &&
      entries_.front().values.sizes().slice(1) != entry.values.sizes().slice(1)) {
    throw Error(ErrorKind::kInternal, "map timeline: the clips' volumes differ in height or width");
  }
  entries_.push_back(std::move(entry));
}

/// One clip's part in a frame: a mix of two of its maps.
struct MapTimeline::Part {
  const Entry* entry = nullptr;
  std::int64_t left = 0, right = 0;
  double right_weight = 0;
  double weight = 1;  ///< among the parts

  static std::vector<Part> share_out(std::vector<Part> parts);
};

/// The heaviest part first and with it those of the same target, whose weights then add up to 1.
std::vector<MapTimeline::Part> MapTimeline::Part::share_out(std::vector<Part> parts) {
  if (parts.empty()) return parts;
  // Of equally heavy ones the later, as everywhere in a video that goes forward.
  const auto heaviest = std::max_element(parts.begin(), parts.end(), [](auto& a, auto& b) {
    return std::pair(a.weight, a.entry->clip) < std::pair(b.weight, b.entry->clip);
  });
  std::iter_swap(parts.begin(), heaviest);
  std::erase_if(parts, [target = parts.front().entry->target](const Part& part) {
    return part.entry->target != target;
  });
  double sum = 0;
  for (const Part& part : parts) sum += part.weight;
  for (Part& part : parts)
    part.weight = sum > 0 ? part.weight / sum : 1.0 / static_cast<double>(parts.size());
  return parts;
}

std::vector<MapTimeline::Part> MapTimeline::parts_at(const Rational& pts) const {
  std::vector<Part> parts;
  const Entry *before = nullptr, *after = nullptr;  // nearest clips that do not hold pts
  for (const Entry& entry : entries_) {
    const Rational &begin = entry.pts.front(), &end = entry.pts.back();
    if (end < pts) {
      if (before == nullptr || before->pts.back() < end) before = &entry;
    } else if (pts < begin) {
      if (after == nullptr || begin < after->pts.front()) after = &entry;
    } else {
      const auto right = std::lower_bound(entry.pts.begin(), entry.pts.end(), pts);
      Part part{&entry, 0, right - entry.pts.begin(), 1, 0};
      part.left = std::max<std::int64_t>(0, part.right - 1);
      if (part.left != part.right) {
        part.right_weight = seconds_between(entry.pts[part.left], pts) /
                            seconds_between(entry.pts[part.left], *right);
      }
      // A triangle over the clip: neighbours at half a clip's hop add up to 1 everywhere.
      part.weight = std::min(seconds_between(begin, pts), seconds_between(pts, end));
      parts.push_back(part);
    }
  }
  return parts.empty() ? parts_in_gap(before, after, pts) : parts;
}

/// `before`, `after`: the nearest clips on both sides, or null.
std::vector<MapTimeline::Part> MapTimeline::parts_in_gap(const Entry* before, const Entry* after,
                                                         const Rational& pts) const {
  const auto hold = [](const Entry* entry, bool last, double weight) {
    const std::int64_t t = last ? static_cast<std::int64_t>(entry->pts.size()) - 1 : 0;
    return Part{entry, t, t, 0, weight};
  };
  const double since = before ? seconds_between(before->pts.back(), pts) : 0;
  const double until = after ? seconds_between(pts, after->pts.front()) : 0;
  if (before && after && since + until <= reach_s_)
    return {hold(before, true, until), hold(after, false, since)};
  const bool is_before_near = before && since <= reach_s_;
  const bool is_after_near = after && until <= reach_s_;
  if (is_before_near && (!is_after_near || since <= until)) return {hold(before, true, 1)};
  if (is_after_near) return {hold(after, false, 1)};
  return {};
}

bool MapTimeline::is_final(const Rational& pts, const std::optional<Rational>& next_begin) const {
  if (!next_begin) return true;
  if (*next_begin <= pts) return false;
  const bool is_covered = std::any_of(entries_.begin(), entries_.end(), [&](const Entry& entry) {
    return entry.pts.front() <= pts && pts <= entry.pts.back();
  });
  // In a gap the next clip would be bridged to, or held backwards, as far as the reach.
  return is_covered || seconds_between(pts, *next_begin) > reach_s_;
}

void MapTimeline::forget_before(const Rational& pts) {
  // The nearest clip before a gap is kept: what follows may still be held or blended from it.
  const Entry* before = nullptr;
  bool is_covered = false;
  for (const Entry& entry : entries_) {
    if (entry.pts.back() < pts) {
      if (before == nullptr || before->pts.back() < entry.pts.back()) before = &entry;
    } else if (entry.pts.front() <= pts) {
      is_covered = true;
    }
  }
  std::vector<Entry> kept;
  for (Entry& entry : entries_) {
    const bool ends_before = entry.pts.back() < pts;
    if (!ends_before || (!is_covered && &entry == before)) kept.push_back(std::move(entry));
  }
  entries_ = std::move(kept);
}

std::optional<FrameMap> MapTimeline::take(const Rational& pts) {
  const std::vector<Part> parts = Part::share_out(parts_at(pts));
  if (parts.empty()) {
    forget_before(pts);
    return std::nullopt;
  }
  const Entry& shown = *parts.front().entry;
  FrameMap map;
  map.clip = shown.clip;
  map.source_from_clip = shown.source_from_clip;
  map.values = at::zeros({shown.values.size(1), shown.values.size(2)}, at::kFloat);
  float* out = map.values.mutable_data_ptr<float>();
  const std::int64_t cells = map.values.numel();
  double ranges = 0;
  map.clip_range = map.color_range = {.lo = 0, .hi = 0};
  for (const Part& part : parts) {
    const float* data = part.entry->values.const_data_ptr<float>();
    const float *left = data + part.left * cells, *right = data + part.right * cells;
    const auto right_weight = static_cast<float>(part.weight * part.right_weight);
    const auto left_weight = static_cast<float>(part.weight * (1 - part.right_weight));
    // Weight 0 must not let a value that is not finite through (0 * inf).
    if (left_weight != 0) {
      for (std::int64_t i = 0; i < cells; ++i) out[i] += left[i] * left_weight;
    }
    if (right_weight != 0) {
      for (std::int64_t i = 0; i < cells; ++i) out[i] += right[i] * right_weight;
    }
    if (part.weight > 0 && std::isfinite(part.entry->range.lo)) {
      add_weighted(map.clip_range, part.entry->range, part.weight);
      add_weighted(map.color_range, part.entry->color_range, part.weight);
      ranges += part.weight;
    }
  }
  // Without any finite value 0 / 0: NaN, as promised.
  for (ValueRange* range : {&map.clip_range, &map.color_range}) {
    range->lo = static_cast<float>(range->lo / ranges);
    range->hi = static_cast<float>(range->hi / ranges);
  }
  forget_before(pts);
  return map;
}

}  // namespace praxiscope
