#include "studies/faithfulness/localisation.h"

#include "studies/support/checks.h"

#include <ATen/ATen.h>

namespace praxiscope::studies {
namespace {

double share(std::int64_t part, std::int64_t whole) {
  return static_cast<double>(part) / static_cast<double>(whole);
}

std::int64_t count(const at::Tensor& mask) { return mask.sum().item<std::int64_t>(); }

}  // namespace

std::optional<Localisation> localisation(const at::Tensor& map, const at::Tensor& truth,
                                         const at::Tensor& is_annotated, double delta) {
  check_map_and_truth("localisation", map, truth, is_annotated);
  const at::Tensor known = is_annotated.view({-1, 1, 1});
  const at::Tensor wanted = truth.logical_and(known);
  const at::Tensor found = map.gt(delta).logical_and(known);
  const at::Tensor internal = found.logical_and(wanted).sum({1, 2}).contiguous();
  const at::Tensor either = found.logical_or(wanted).sum({1, 2}).contiguous();
  const at::Tensor true_pixels = wanted.sum({1, 2}).contiguous();
  Localisation out;
  std::int64_t all_internal = 0, all_either = 0;
  double total = 0;
  for (std::int64_t t = 0; t < map.size(0); ++t) {
    const auto inside = internal.const_data_ptr<std::int64_t>()[t];
    const auto in_any = either.const_data_ptr<std::int64_t>()[t];
    all_internal += inside;
    all_either += in_any;
    if (true_pixels.const_data_ptr<std::int64_t>()[t] == 0) continue;
    total += share(inside, in_any);
    ++out.frames;
  }
  if (out.frames == 0) return std::nullopt;
  out.volume = share(all_internal, all_either);
  out.frame_mean = total / static_cast<double>(out.frames);
  return out;
}

at::Tensor temporal_profile(const at::Tensor& map, ProfileKind kind) {
  const at::Tensor pixels = map.detach().to(at::kCPU, at::kDouble).flatten(1);
  const at::Tensor profile = kind == ProfileKind::kMax ? pixels.amax(1) : pixels.mean(1);
  const double largest = profile.max().item<double>();
  return largest > 0 ? profile / largest : at::zeros_like(profile);
}

std::optional<double> temporal_iou(const at::Tensor& profile, const at::Tensor& is_action,
                                   double delta) {
  check_same_shape("temporal overlap", profile, is_action);
  if (count(is_action) == 0) return std::nullopt;
  const at::Tensor found = profile.gt(delta);
  return share(count(found.logical_and(is_action)), count(found.logical_or(is_action)));
}

std::optional<Moment> strongest_moment(const at::Tensor& profile, const at::Tensor& is_action,
                                       const at::Tensor& distances_s) {
  check_same_shape("strongest moment", profile, is_action);
  check_same_shape("strongest moment", profile, distances_s);
  const std::int64_t inside = count(is_action);
  if (inside == 0 || inside == profile.size(0)) return std::nullopt;
  const at::Tensor is_largest = profile.eq(profile.max());
  const std::int64_t largest = count(is_largest);
  if (largest == 0) return Moment{0, distances_s.mean().item<double>()};  // NaN in the profile
  Moment out;
  out.missed_s = distances_s.masked_select(is_largest).mean().item<double>();
  if (largest < profile.size(0))
    out.hits = share(count(is_largest.logical_and(is_action)), largest);
  return out;
}

}  // namespace praxiscope::studies
