#include "clip/tvl1.h"

#include "praxiscope/error.h"

#include <ATen/ATen.h>
#include <ATen/core/grad_mode.h>

#include <array>
#include <cmath>
#include <limits>
#include <utility>
#include <vector>

namespace praxiscope {
namespace {

constexpr int kCheckedEvery = 5;     // iterations between looks at what is done
constexpr std::int64_t kLeast = 16;  // px of the coarsest scale, as OpenCV has it

/// Half the difference of both neighbours; at borders of the pixel and its one neighbour.
at::Tensor centered_gradient(const at::Tensor& picture, int dim) {
  const std::int64_t size = picture.size(dim);
  const at::Tensor before =
      at::cat({picture.narrow(dim, 0, 1), picture.narrow(dim, 0, size - 1)}, dim);
  const at::Tensor after =
      at::cat({picture.narrow(dim, 1, size - 1), picture.narrow(dim, size - 1, 1)}, dim);
  return (after - before).mul_(0.5);
}

/// Of dual fields [N,2,2,H,W] (component, axis): backward differences. [N,2,H,W]
at::Tensor divergence(const at::Tensor& dual) {
  const at::Tensor across = dual.select(2, 0), down = dual.select(2, 1);
  const std::int64_t height = across.size(2), width = across.size(3);
  at::Tensor sum = across + down;
  sum.narrow(3, 1, width - 1).sub_(across.narrow(3, 0, width - 1));
  sum.narrow(2, 1, height - 1).sub_(down.narrow(2, 0, height - 1));
  return sum;
}

/// Forward differences, 0 at the far borders. [N,2,H,W] to [N,2,2,H,W]
at::Tensor forward_gradient(const at::Tensor& flow) {
  const std::int64_t height = flow.size(2), width = flow.size(3);
  at::Tensor gradient = at::zeros({flow.size(0), 2, 2, height, width}, flow.options());
  gradient.select(2, 0)
      .narrow(3, 0, width - 1)
      .copy_(flow.narrow(3, 1, width - 1) - flow.narrow(3, 0, width - 1));
  gradient.select(2, 1)
      .narrow(2, 0, height - 1)
      .copy_(flow.narrow(2, 1, height - 1) - flow.narrow(2, 0, height - 1));
  return gradient;
}

/// Over 5x5 pixels, borders repeated.
at::Tensor median_filtered(const at::Tensor& flow) {
  const at::Tensor padded = at::replication_pad2d(flow, {2, 2, 2, 2});
  return std::get<0>(padded.unfold(2, 5, 1).unfold(3, 5, 1).flatten(-2).median(-1));
}

/// Weights of the four pixels around a place, `t` beyond the second. Keys' kernel with a = -0.75,
/// as OpenCV has it.
std::array<at::Tensor, 4> cubic_weights(const at::Tensor& t) {
  constexpr double kA = -0.75;
  const auto near = [](const at::Tensor& d) {
    return d.mul(kA + 2).sub_(kA + 3).mul_(d).mul_(d).add_(1);
  };
  const auto far = [](const at::Tensor& d) {
    return d.mul(kA).sub_(5 * kA).mul_(d).add_(8 * kA).mul_(d).sub_(4 * kA);
  };
  const at::Tensor rest = 1 - t;
  return {far(t + 1), near(t), near(rest), far(rest + 1)};
}

/// Values of `pictures` [N,C,H,W] where the flow leads, cubic between pixels, 0 outside. Not by
/// grid_sampler: its coordinates are rounded, and where there is hardly any gradient even the value
/// of a pixel that did not move must come back exactly.
at::Tensor warped(const at::Tensor& pictures, const at::Tensor& flow) {
  const std::int64_t height = flow.size(2), width = flow.size(3);
  const at::Tensor framed = at::constant_pad_nd(pictures, {1, 1, 1, 1}, 0).flatten(2);
  const at::Tensor x = flow.select(1, 0) + at::arange(width, flow.options()),
                   y = flow.select(1, 1) + at::arange(height, flow.options()).unsqueeze(1);
  const at::Tensor left = x.floor(), top = y.floor();
  const auto across = cubic_weights(x - left), down = cubic_weights(y - top);
  // Pixels of the frame of zeros stand for all that lies outside.
  const auto index_of = [](const at::Tensor& first, int step, std::int64_t size) {
    return (first + step).clamp_(0, static_cast<double>(size + 1)).to(at::kLong);
  };
  at::Tensor sum = at::zeros_like(pictures);
  for (int j = 0; j < 4; ++j) {
    const at::Tensor row = index_of(top, j, height).mul_(width + 2);
    for (int i = 0; i < 4; ++i) {
      const at::Tensor index = (row + index_of(left, i, width)).flatten(1).unsqueeze(1);
      const at::Tensor values =
          framed.gather(2, index.expand({-1, pictures.size(1), -1})).view_as(pictures);
      sum.addcmul_(
          values,
          (down[static_cast<std::size_t>(j)] * across[static_cast<std::size_t>(i)]).unsqueeze(1));
    }
  }
  return sum;
}

at::Tensor resized(const at::Tensor& pictures, std::int64_t height, std::int64_t width) {
  return at::upsample_bilinear2d(pictures, {height, width}, false);
}

/// What one warp makes linear: rho(u) = rest + gradient . u.
struct Linear {
  at::Tensor gradient;  ///< of the warped picture, [N,2,H,W]
  at::Tensor square;    ///< its squared length, [N,1,H,W]; infinite where there is none
  at::Tensor rest;      ///< [N,1,H,W]

  Linear(at::Tensor slope, at::Tensor constant)
      : gradient(std::move(slope)), rest(std::move(constant)) {
    const at::Tensor length = gradient.square().sum(1, true);
    square = length.masked_fill(length < 1.2e-7, std::numeric_limits<float>::infinity());
  }
  Linear chosen(const at::Tensor& rows) const {
    Linear part = *this;
    part.gradient = gradient.index_select(0, rows);
    part.square = square.index_select(0, rows);
    part.rest = rest.index_select(0, rows);
    return part;
  }
};

/// Flow and its dual field while a warp is worked on.
struct State {
  at::Tensor flow;  ///< u, [N,2,H,W]
  at::Tensor dual;  ///< p, [N,2,2,H,W]
};

/// One iteration of the primal-dual scheme; gives the sum of squares of the change, [N].
at::Tensor iterate(const Linear& linear, State& state, const Tvl1Options& options) {
  const double most = options.lambda * options.theta;
  // v = u - clamp(rho / |grad|^2, -lambda theta, lambda theta) grad: the thresholding step.
  const at::Tensor rho = (linear.gradient * state.flow).sum(1, true).add_(linear.rest);
  const at::Tensor step = rho.div_(linear.square).clamp_(-most, most);
  at::Tensor next = state.flow - step * linear.gradient;
  next.add_(divergence(state.dual), options.theta);
  const at::Tensor change = (next - state.flow).square_().sum({1, 2, 3});
  state.flow = std::move(next);
  const double rate = options.tau / options.theta;
  const at::Tensor gradient = forward_gradient(state.flow);
  const at::Tensor length = gradient.square().sum(2, true).sqrt_();
  state.dual.add_(gradient, rate).div_(length.mul_(rate).add_(1));
  return change;
}

/// Iterates every pair until it is done. Pairs that are done leave the batch, so that neither their
/// flow nor the time depends on those that need longer.
void relax(const Linear& whole, State& whole_state, const Tvl1Options& options) {
  const at::Tensor& flow = whole_state.flow;
  const double enough = options.epsilon * options.epsilon * static_cast<double>(flow.size(2)) *
                        static_cast<double>(flow.size(3));
  at::Tensor rows = at::arange(flow.size(0), flow.options().dtype(at::kLong));
  State state{flow.clone(), whole_state.dual.clone()};
  Linear linear = whole;
  const auto put_back = [&](const at::Tensor& from, const at::Tensor& to) {
    whole_state.flow.index_copy_(0, to, state.flow.index_select(0, from));
    whole_state.dual.index_copy_(0, to, state.dual.index_select(0, from));
  };
  for (int outer = 0; outer < options.median_filterings; ++outer) {
    state.flow = median_filtered(state.flow);
    for (int inner = 1; inner <= options.iterations; ++inner) {
      const at::Tensor change = iterate(linear, state, options);
      if (inner % kCheckedEvery != 0 && inner != options.iterations) continue;
      const at::Tensor is_done = change <= enough;
      const at::Tensor done = is_done.nonzero().flatten();
      if (done.numel() == 0) continue;
      put_back(done, rows.index_select(0, done));
      if (done.numel() == rows.numel()) return;
      const at::Tensor left = is_done.logical_not().nonzero().flatten();
      rows = rows.index_select(0, left);
      state = {state.flow.index_select(0, left), state.dual.index_select(0, left)};
      linear = linear.chosen(left);
    }
  }
  put_back(at::arange(rows.numel(), rows.options()), rows);
}

void solve_scale(const at::Tensor& from, const at::Tensor& to, at::Tensor& flow,
                 const Tvl1Options& options) {
  State state{flow, at::zeros({flow.size(0), 2, 2, flow.size(2), flow.size(3)}, flow.options())};
  const at::Tensor target = at::cat({to, centered_gradient(to, 3), centered_gradient(to, 2)}, 1);
  for (int warp = 0; warp < options.warps; ++warp) {
    const at::Tensor seen = warped(target, state.flow);
    const at::Tensor gradient = seen.narrow(1, 1, 2).contiguous();
    const at::Tensor rest = seen.narrow(1, 0, 1) - (gradient * state.flow).sum(1, true) - from;
    relax(Linear(gradient, rest), state, options);
  }
  flow = state.flow;
}

}  // namespace

at::Tensor tvl1_flow(const at::Tensor& from, const at::Tensor& to, const Tvl1Options& options) {
  if (from.dim() != 3 || from.sizes() != to.sizes() || from.size(1) < 2 || from.size(2) < 2)
    throw Error(ErrorKind::kInternal, "TV-L1 flow is of two batches of pictures [N,H,W]");
  const at::NoGradGuard no_gradients;
  std::vector<std::pair<at::Tensor, at::Tensor>> pyramid = {
      {from.unsqueeze(1).to(at::kFloat), to.unsqueeze(1).to(at::kFloat)}};
  while (static_cast<int>(pyramid.size()) < options.scales) {
    const auto& [first, second] = pyramid.back();
    const std::int64_t height =
                           std::lround(options.scale_step * static_cast<double>(first.size(2))),
                       width = std::lround(options.scale_step * static_cast<double>(first.size(3)));
    if (height < kLeast || width < kLeast) break;
    pyramid.emplace_back(resized(first, height, width), resized(second, height, width));
  }
  const at::Tensor& coarsest = pyramid.back().first;
  at::Tensor flow =
      at::zeros({coarsest.size(0), 2, coarsest.size(2), coarsest.size(3)}, coarsest.options());
  for (auto scale = pyramid.rbegin(); scale != pyramid.rend(); ++scale) {
    const at::Tensor& picture = scale->first;
    if (flow.size(2) != picture.size(2) || flow.size(3) != picture.size(3))
      flow = resized(flow, picture.size(2), picture.size(3)).div_(options.scale_step);
    solve_scale(picture, scale->second, flow, options);
  }
  return flow;
}

}  // namespace praxiscope
