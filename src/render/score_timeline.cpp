// ScoreTimeline: class probabilities over time in a bounded number of columns. Knows no pictures.
#include "praxiscope/error.h"
#include "praxiscope/render.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

namespace praxiscope {
namespace {

constexpr std::size_t kMostPoints = 1024, kMostFollowed = 4;
/// Kept when the duration is unknown: the 10 s that are shown, and as the maps trail behind the
/// clips, what a frame drawn that much later still needs.
constexpr double kKeptS = 60;

void merge(ScoreTimeline::Point& into, int into_count, const ScoreTimeline::Point& other,
           int other_count) {
  const double share = static_cast<double>(other_count) / (into_count + other_count);
  into.time_s += (other.time_s - into.time_s) * share;
  for (std::size_t k = 0; k < into.probabilities.size(); ++k) {
    into.probabilities[k] +=
        static_cast<float>((other.probabilities[k] - into.probabilities[k]) * share);
  }
}

}  // namespace

ScoreTimeline::ScoreTimeline(double begin_s, std::optional<double> duration_s,
                             std::vector<std::string> labels, double reach_s)
    : begin_s_(begin_s),
      end_s_(begin_s),
      reach_s_(reach_s),
      duration_s_(duration_s),
      labels_(std::move(labels)) {
  if (duration_s_ && !(*duration_s_ > 0 && std::isfinite(*duration_s_))) duration_s_.reset();
  peaks_.assign(labels_.size(), 0.0F);
  column_s_ = duration_s_.value_or(kKeptS) / static_cast<double>(kMostPoints);
}

void ScoreTimeline::add(double begin_s, double end_s, const std::vector<float>& probabilities) {
  if (probabilities.size() != labels_.size()) {
    throw Error(ErrorKind::kInternal, fmt::format("score timeline: {} probabilities for {} labels",
                                                  probabilities.size(), labels_.size()));
  }
  follow(probabilities);
  const bool is_apart = points_.empty() || begin_s - end_s_ > reach_s_;
  if (is_apart && !points_.empty() && points_.back().time_s < end_s_)
    add_point({end_s_, points_.back().probabilities, true});
  const double middle_s = (begin_s + end_s) / 2;
  if (is_apart && begin_s < middle_s) add_point({begin_s, probabilities, false});
  add_point({middle_s, probabilities, !is_apart || begin_s < middle_s});
  end_s_ = std::max(end_s_, end_s);
}

void ScoreTimeline::add_point(Point point) {
  const double time_s = point.time_s;
  if (!points_.empty() && time_s - column_begin_s_ < column_s_) {
    merge(points_.back(), counts_.back(), point, 1);
    ++counts_.back();
    return;
  }
  if (points_.size() == kMostPoints) {
    if (duration_s_) {
      halve();
    } else {
      points_.erase(points_.begin());
      counts_.erase(counts_.begin());
    }
  }
  points_.push_back(std::move(point));
  counts_.push_back(1);
  column_begin_s_ = time_s;
  if (duration_s_) return;
  // One point beyond the edge stays, so that the line reaches it.
  std::size_t old = 0;
  while (old + 1 < points_.size() && points_[old + 1].time_s < time_s - kKeptS) ++old;
  points_.erase(points_.begin(), points_.begin() + static_cast<std::ptrdiff_t>(old));
  counts_.erase(counts_.begin(), counts_.begin() + static_cast<std::ptrdiff_t>(old));
}

void ScoreTimeline::follow(const std::vector<float>& probabilities) {
  for (std::size_t k = 0; k < probabilities.size(); ++k) {
    if (!(probabilities[k] > peaks_[k])) continue;
    peaks_[k] = probabilities[k];
    if (std::find(followed_.begin(), followed_.end(), k) != followed_.end()) continue;
    if (followed_.size() < kMostFollowed) {
      followed_.push_back(k);
      continue;
    }
    const auto least = std::min_element(followed_.begin(), followed_.end(),
                                        [&](auto a, auto b) { return peaks_[a] < peaks_[b]; });
    if (peaks_[k] > peaks_[*least]) *least = k;
  }
}

void ScoreTimeline::halve() {
  for (std::size_t i = 0; i + 1 < points_.size(); i += 2) {
    merge(points_[i], counts_[i], points_[i + 1], counts_[i + 1]);
    counts_[i / 2] = counts_[i] + counts_[i + 1];
    if (i > 0) points_[i / 2] = std::move(points_[i]);
  }
  points_.resize(points_.size() / 2);
  counts_.resize(points_.size());
  column_s_ *= 2;
}

}  // namespace praxiscope
