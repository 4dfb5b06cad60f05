#include "studies/faithfulness/pointing.h"

#include "studies/support/checks.h"

#include "praxiscope/error.h"

#include <ATen/ATen.h>

#include <algorithm>
#include <cmath>
#include <optional>
#include <vector>

namespace praxiscope::studies {
namespace {

constexpr const char* kWhat = "pointing game";

/// Steps of rows and columns to all pixels within the tolerance.
struct Step {
  std::int64_t y = 0;
  std::int64_t x = 0;
};

std::vector<Step> disc(double tolerance_px, std::int64_t height, std::int64_t width) {
  const auto within = [&](std::int64_t side) {
    return static_cast<std::int64_t>(std::min(std::floor(tolerance_px), static_cast<double>(side)));
  };
  std::vector<Step> steps;
  for (std::int64_t y = -within(height); y <= within(height); ++y) {
    for (std::int64_t x = -within(width); x <= within(width); ++x) {
      if (static_cast<double>(y * y + x * x) <= tolerance_px * tolerance_px)
        steps.push_back({y, x});
    }
  }
  return steps;
}

/// One game: maps and truths of the same frames.
class Game {
 public:
  Game(const at::Tensor& map, const at::Tensor& truth, const at::Tensor& is_annotated,
       double tolerance_px)
      : map_(map.detach().to(at::kDouble).contiguous()),
        truth_(truth.contiguous()),
        is_annotated_(is_annotated.contiguous()),
        height_(map.size(1)),
        width_(map.size(2)),
        steps_(disc(tolerance_px, height_, width_)) {}

  bool is_annotated(std::int64_t frame) const {
    return is_annotated_.const_data_ptr<bool>()[frame];
  }

  bool has_truth(std::int64_t frame) const {
    const bool* const begin = truth_.const_data_ptr<bool>() + frame * height_ * width_;
    return std::any_of(begin, begin + height_ * width_, [](bool inside) { return inside; });
  }

  /// The share of the largest voxels of some frames that hit; 0 where all are equal.
  double hits(const std::vector<std::int64_t>& frames) const {
    std::optional<double> least, most;
    for_voxels(frames, [&](std::int64_t, std::int64_t, double value) {
      least = std::min(least.value_or(value), value);
      most = std::max(most.value_or(value), value);
    });
    if (!most || *most == *least) return 0;
    std::int64_t hit = 0, largest = 0;
    for_voxels(frames, [&](std::int64_t frame, std::int64_t pixel, double value) {
      if (value != *most) return;
      ++largest;
      hit += is_near_truth(frame, pixel) ? 1 : 0;
    });
    return static_cast<double>(hit) / static_cast<double>(largest);
  }

 private:
  /// Calls visit(frame, pixel, value) for every finite voxel.
  template <typename Visit>
  void for_voxels(const std::vector<std::int64_t>& frames, const Visit& visit) const {
    for (const std::int64_t frame : frames) {
      const double* const values = map_.const_data_ptr<double>() + frame * height_ * width_;
      for (std::int64_t pixel = 0; pixel < height_ * width_; ++pixel) {
        if (std::isfinite(values[pixel])) visit(frame, pixel, values[pixel]);
      }
    }
  }

  bool is_near_truth(std::int64_t frame, std::int64_t pixel) const {
    const bool* const truth = truth_.const_data_ptr<bool>() + frame * height_ * width_;
    const std::int64_t row = pixel / width_, column = pixel % width_;
    return std::any_of(steps_.begin(), steps_.end(), [&](const Step& step) {
      const std::int64_t y = row + step.y, x = column + step.x;
      return y >= 0 && y < height_ && x >= 0 && x < width_ && truth[y * width_ + x];
    });
  }

  at::Tensor map_, truth_, is_annotated_;
  std::int64_t height_, width_;
  std::vector<Step> steps_;
};

Game make_game(const at::Tensor& map, const at::Tensor& truth, const at::Tensor& is_annotated,
               double tolerance_px) {
  check_map_and_truth(kWhat, map, truth, is_annotated);
  if (!(tolerance_px >= 0)) {
    throw Error(ErrorKind::kInternal, std::string(kWhat) + ": found a tolerance of " +
                                          std::to_string(tolerance_px) + " px, expected 0 or more");
  }
  return Game(map, truth, is_annotated, tolerance_px);
}

}  // namespace

Pointing point_in_clip(const at::Tensor& map, const at::Tensor& truth,
                       const at::Tensor& is_annotated, double tolerance_px) {
  const Game game = make_game(map, truth, is_annotated, tolerance_px);
  std::vector<std::int64_t> frames;
  bool has_truth = false;
  for (std::int64_t t = 0; t < map.size(0); ++t) {
    if (!game.is_annotated(t)) continue;
    frames.push_back(t);
    has_truth = has_truth || game.has_truth(t);
  }
  if (!has_truth) return {};
  return {game.hits(frames), 1};
}

Pointing point_in_frames(const at::Tensor& map, const at::Tensor& truth,
                         const at::Tensor& is_annotated, double tolerance_px) {
  const Game game = make_game(map, truth, is_annotated, tolerance_px);
  Pointing out;
  for (std::int64_t t = 0; t < map.size(0); ++t) {
    if (!game.is_annotated(t) || !game.has_truth(t)) continue;
    out.hits += game.hits({t});
    ++out.counted;
  }
  return out;
}

}  // namespace praxiscope::studies
