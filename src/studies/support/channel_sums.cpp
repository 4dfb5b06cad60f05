// See channel_sums.h.
#include "studies/support/channel_sums.h"

#include "studies/support/checks.h"

#include "praxiscope/error.h"

#include <ATen/ATen.h>
#include <fmt/format.h>

#include <cmath>

namespace praxiscope::studies {
namespace {

using nlohmann::json;

at::Tensor on_cpu(const at::Tensor& tensor) { return tensor.to(at::kCPU, at::kDouble); }

void add_to(at::Tensor& sum, const at::Tensor& more) {
  sum = sum.defined() ? sum + on_cpu(more) : on_cpu(more);
}

std::vector<std::int64_t> places_of(const at::Tensor& mask) {
  const at::Tensor places = mask.nonzero().flatten().contiguous();
  return {places.const_data_ptr<std::int64_t>(),
          places.const_data_ptr<std::int64_t>() + places.numel()};
}

json number(double value) { return std::isfinite(value) ? json(value) : json(); }

}  // namespace

void ChannelSums::add(const at::Tensor& activations) {
  if (activations.dim() != 5 || (channels() > 0 && activations.size(1) != channels()))
    throw Error(ErrorKind::kInternal,
                fmt::format("activations: found {}, expected [N,C,T,H,W] with {} channels",
                            shape_text(activations), channels()));
  // [N,C,T,HW]: one pass a number; sums of many f32 are kept in f64.
  const at::Tensor values = activations.detach().flatten(3);
  const std::vector<std::int64_t> all{0, 2, 3};
  add_to(zeros_, (values == 0).sum(all));
  add_to(not_positive_, (values <= 0).sum(all));
  const at::Tensor least = values.amin({2, 3}), most = values.amax({2, 3});  // [N,C]
  add_to(dead_clips_, ((least == 0) & (most == 0)).sum(0));
  const at::Tensor lowest = on_cpu(least.amin(0)), highest = on_cpu(most.amax(0));
  least_ = least_.defined() ? at::minimum(least_, lowest) : lowest;
  most_ = most_.defined() ? at::maximum(most_, highest) : highest;
  const at::Tensor in_time = values.mean(3, false, at::kDouble).sum(0);  // [C,T']
  const auto cells = values.size(3);
  add_to(sum_, in_time.sum(1) * cells);
  add_to(sum_of_magnitudes_,
         values.abs().mean(3, false, at::kDouble).sum(at::IntArrayRef{0, 2}) * cells);
  if (clips_ == 0 || (curve_.defined() && curve_.size(1) == in_time.size(1))) {
    add_to(curve_, in_time);
  } else {
    curve_ = at::Tensor();
  }
  clips_ += values.size(0);
  cells_ += values.size(0) * values.size(2) * cells;
}

at::Tensor ChannelSums::per_cell(const at::Tensor& sum) const {
  return sum / static_cast<double>(cells_);
}
at::Tensor ChannelSums::zero_share() const { return per_cell(zeros_); }
at::Tensor ChannelSums::not_positive_share() const { return per_cell(not_positive_); }
at::Tensor ChannelSums::mean() const { return per_cell(sum_); }
at::Tensor ChannelSums::mean_magnitude() const { return per_cell(sum_of_magnitudes_); }
at::Tensor ChannelSums::dead_rate() const { return dead_clips_ / static_cast<double>(clips_); }
at::Tensor ChannelSums::curve() const {
  return curve_.defined() ? curve_ / static_cast<double>(clips_) : at::Tensor();
}

std::vector<std::int64_t> ChannelSums::dead() const { return places_of(dead_clips_ == clips_); }
std::vector<std::int64_t> ChannelSums::never_positive() const { return places_of(most_ <= 0); }

bool ChannelSums::is_rectified() const {
  return least_.min().item<double>() >= 0 && zeros_.sum().item<double>() > 0;
}

json ChannelSums::summary() const {
  return {{"channels", channels()},
          {"zero_share", number(zero_share().mean().item<double>())},
          {"not_positive_share", number(not_positive_share().mean().item<double>())},
          {"dead", dead().size()},
          {"never_positive", never_positive().size()},
          {"min", number(least_.min().item<double>())},
          {"max", number(most_.max().item<double>())}};
}

json numbers_of(const at::Tensor& values) {
  const at::Tensor flat = values.detach().to(at::kCPU, at::kDouble).contiguous().flatten();
  json list = json::array();
  for (std::int64_t i = 0; i < flat.size(0); ++i)
    list.push_back(number(flat.const_data_ptr<double>()[i]));
  return list;
}

}  // namespace praxiscope::studies
