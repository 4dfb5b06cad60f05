// FullGrad: the target as a sum over the clip's elements and over everything the network adds on
// the way, drawn layer upon layer.
#include "methods/support/input_method.h"
#include "methods/support/layer_method.h"
#include "methods/support/layer_view.h"
#include "methods/support/target_score.h"
#include "methods/support/upsample.h"

#include <ATen/core/grad_mode.h>
#include <fmt/format.h>
#include <torch/csrc/autograd/function.h>
#include <torch/csrc/autograd/variable.h>

#include <algorithm>
#include <cmath>
#include <unordered_set>

namespace praxiscope::methods {
namespace {

constexpr OptionSpec kOptions[] = {
    {"aggregate", "minmax", "minmax|absolute",
     "rescale every channel's map to 0..1 (paper), or add sizes in the target's unit"},
};

/// Above this share of the score the missing part is told.
constexpr double kGapToTell = 0.05;
/// A channel that varies by less than this part of its size is the same everywhere, but for
/// rounding.
constexpr double kConstant = 1e-5;

/// What the maps of one target are made of, summed up per clip.
struct Parts {
  at::Tensor input;     ///< sum of x df/dx over all inputs, [N] f64
  at::Tensor bias;      ///< sum of b df/db of operators with time and space
  at::Tensor no_place;  ///< the same of linear layers and others without
};

class FullGrad : public Method {
 public:
  FullGrad(InputMethodSettings settings, bool is_rescaled)
      : settings_(std::move(settings)), is_rescaled_(is_rescaled) {}

  MethodNeeds needs() const override {
    return {.taps = {}, .input_gradients = true, .bias_gradients = true};
  }
  MethodResults explain(const MethodInput& input, Progress& progress) const override;

 private:
  at::Tensor coarse_map(const at::Tensor& part) const;
  at::Tensor at_clip(const at::Tensor& coarse, const at::Tensor& clip) const;
  void add_bias(const MethodInput& input, const Bias& bias, const at::Tensor& part,
                const std::vector<std::size_t>& under, std::vector<at::Tensor>& maps) const;
  void measure(const at::Tensor& scores, const Parts& parts, std::size_t k, MethodResults& results,
               Progress& progress) const;

  InputMethodSettings settings_;
  bool is_rescaled_;
};

/// Positions of the inputs that an operator's output depends on.
std::vector<std::size_t> inputs_below(const Bias& bias, const std::vector<at::Tensor>& inputs) {
  using torch::autograd::Node;
  std::vector<Node*> open{bias.node.get()};
  std::unordered_set<Node*> seen(open.begin(), open.end());
  while (!open.empty()) {
    const Node* node = open.back();
    open.pop_back();
    for (const auto& edge : node->next_edges()) {
      if (edge.function && seen.insert(edge.function.get()).second)
        open.push_back(edge.function.get());
    }
  }
  std::vector<std::size_t> below;
  for (std::size_t i = 0; i < inputs.size(); ++i) {
    if (seen.contains(torch::autograd::impl::gradient_edge(inputs[i]).function.get()))
      below.push_back(i);
  }
  return below;
}

/// sum_c psi(part_c) before it is enlarged, [N,C,T',H',W'] -> [N,T',H',W']; linear interpolation
/// of the sum is the sum of the interpolations. A channel that is the same everywhere gives 0 under
/// minmax, which looks at differences only. (The authors' program rescales the channels of a layer
/// together, and interpolates corner to corner; the paper's eq. 5 rescales each.)
at::Tensor FullGrad::coarse_map(const at::Tensor& part) const {
  const at::Tensor sizes = part.to(at::kFloat).abs();
  if (!is_rescaled_) return sizes.sum(1);
  const at::Tensor lo = sizes.amin({2, 3, 4}, true), hi = sizes.amax({2, 3, 4}, true);
  const at::Tensor varies = hi - lo > kConstant * hi;
  return at::where(varies, (sizes - lo) / (hi - lo), at::zeros_like(sizes)).sum(1);
}

/// Under absolute a cell's value is shared out among its pixels, so that the map sums to what its
/// layers add up to.
at::Tensor FullGrad::at_clip(const at::Tensor& coarse, const at::Tensor& clip) const {
  const at::Tensor map = upsample(coarse, clip.size(2), clip.size(3), clip.size(4));
  if (is_rescaled_) return map;
  return map * (static_cast<double>(coarse[0].numel()) / static_cast<double>(map[0].numel()));
}

/// Whether there is a map to draw: one cell has no place of its own under minmax, and is all of the
/// clip under absolute.
bool has_place(const at::Tensor& part, std::int64_t clips) {
  return part.dim() == 5 && part.size(0) == clips && part.numel() > 0;
}

void FullGrad::add_bias(const MethodInput& input, const Bias& bias, const at::Tensor& part,
                        const std::vector<std::size_t>& under,
                        std::vector<at::Tensor>& maps) const {
  const LayerView view(settings_.id, bias.path, part, input.run.inputs[under.front()]);
  const at::Tensor coarse = coarse_map(view(part));
  for (const std::size_t i : under) maps[i] += at_clip(coarse, input.run.inputs[i]);
}

/// [N,...] -> [N] f64.
at::Tensor sum_per_clip(const at::Tensor& part, std::int64_t clips) {
  if (part.dim() == 0 || part.size(0) % clips != 0) return part.sum(at::kDouble).expand({clips});
  return part.reshape({clips, -1}).sum(1, false, at::kDouble);
}

/// eq. 3: f(x) = sum x df/dx + sum over all layers of b df/db, with the biases that model.h tells;
/// eq. 5: M = psi(|x df/dx|) + sum_l sum_c psi(|b df/db|_{l,c}), over convolutions, batch norms and
/// all else that has time and space. A layer's map lies on the inputs that the layer depends on.
MethodResults FullGrad::explain(const MethodInput& input, Progress& progress) const {
  MethodResults results = empty_results(input);
  const Run& run = input.run;
  const std::int64_t clips = run.logits.size(0);
  std::vector<std::string> of = input_names(input);
  std::vector<std::vector<std::size_t>> under;
  for (std::size_t l = 0; l < run.biases.size(); ++l) {
    of.push_back(fmt::format("bias:{}", l));
    under.push_back(inputs_below(run.biases[l], run.inputs));
  }
  for (std::size_t k = 0; k < targets_per_clip(input); ++k) {
    progress.check_cancelled();
    const at::Tensor scores = target_scores(input, k);
    std::vector<at::Tensor> gradients = target_gradients(input, scores, k, of);
    const at::NoGradGuard no_recording;
    const at::Tensor zero = at::zeros({clips}, scores.options().dtype(at::kDouble));
    Parts parts{.input = zero.clone(), .bias = zero.clone(), .no_place = zero.clone()};
    std::vector<at::Tensor> maps;
    for (std::size_t i = 0; i < run.inputs.size(); ++i) {
      const at::Tensor part = gradients[i] * run.inputs[i];
      parts.input += sum_per_clip(part, clips);
      maps.push_back(coarse_map(part));
    }
    for (std::size_t l = 0; l < run.biases.size(); ++l) {
      at::Tensor& gradient = gradients[run.inputs.size() + l];
      const at::Tensor part = gradient * run.biases[l].value;
      gradient = at::Tensor();
      const bool is_drawn = has_place(part, clips) && !under[l].empty();
      (is_drawn ? parts.bias : parts.no_place) += sum_per_clip(part, clips);
      if (is_drawn) add_bias(input, run.biases[l], part, under[l], maps);
    }
    for (std::size_t i = 0; i < maps.size(); ++i)
      add_input_maps(settings_, input, k, i, maps[i], results);
    measure(scores.detach().to(at::kDouble), parts, k, results, progress);
  }
  return results;
}

/// In bands, so that a long video does not tell every clip's own number; those are in the .json.
void warn_of_gap(double gap, Progress& progress) {
  if (gap <= kGapToTell) return;
  double band = kGapToTell;
  for (const double higher : {0.1, 0.2, 0.5, 1.0}) {
    if (gap > higher) band = higher;
  }
  progress.warn(fmt::format(
      "full_grad: found a completeness gap above {:.0f} % of the target's score, expected at most "
      "{:.0f} %; the network has operators beside convolutions, linear layers, batch norms, sums, "
      "products and activations, and the map shows nothing of what they add",
      100 * band, 100 * kGapToTell));
}

void FullGrad::measure(const at::Tensor& scores, const Parts& parts, std::size_t k,
                       MethodResults& results, Progress& progress) const {
  constexpr double kTiny = 1e-12;
  const at::Tensor gaps =
      (scores - parts.input - parts.bias - parts.no_place).abs() / scores.abs().clamp_min(kTiny);
  for (std::size_t n = 0; n < results.size(); ++n) {
    const auto of_clip = [clip = static_cast<std::int64_t>(n)](const at::Tensor& values) {
      return values[clip].item<double>();
    };
    for (Attribution& map : results[n][k]) {
      map.measures = {{"completeness gap", of_clip(gaps)},
                      {"score", of_clip(scores)},
                      {"part of the clip", of_clip(parts.input)},
                      {"part of biases", of_clip(parts.bias)},
                      {"part without place", of_clip(parts.no_place)}};
    }
  }
  warn_of_gap(gaps.max().item<double>(), progress);
}

std::unique_ptr<Method> make(const Model&, const std::string&, const OptionValues& options) {
  InputMethodSettings settings{.id = "full_grad",
                               .variant = variant_of(kOptions, options, {"aggregate"}),
                               .is_signed = false};
  return std::make_unique<FullGrad>(std::move(settings), options.text("aggregate") == "minmax");
}

}  // namespace

extern const MethodInfo full_grad{
    .id = "full_grad",
    .title = "FullGrad",
    .summary = "input and bias gradients of all layers, complete",
    .source =
        "Srinivas and Fleuret, NeurIPS 2019, eq. 3 and 5 with implicit biases; over time, height "
        "and width",
    .reading = "finds what all layers add to or take from",
    .is_signed = false,
    .is_layer_based = false,
    .options = kOptions,
    .make = &make,
};

}  // namespace praxiscope::methods
