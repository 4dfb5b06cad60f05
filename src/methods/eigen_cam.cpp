// Eigen-CAM: what a layer says most of all, whatever the target.
#include "methods/support/layer_method.h"

#include <limits>

namespace praxiscope::methods {
namespace {

constexpr OptionSpec kOptions[] = {
    {"center", "off", "on|off", "subtract each channel's mean first, as PCA does; paper: off"},
};

/// v^T A of one clip's A [C,Z], v its first left singular vector: [Z], up to sign. The eigenvector
/// comes from the smaller of A A^T [C,C] and A^T A [Z,Z], in double: squaring A costs digits.
at::Tensor first_projection(const at::Tensor& activation) {
  const at::Tensor a = activation.to(at::kDouble);
  if (a.size(0) <= a.size(1)) {
    const at::Tensor directions = std::get<1>(at::linalg_eigh(a.matmul(a.t())));
    return directions.select(1, -1).matmul(a);  // eigenvalues ascend
  }
  const auto [values, cells] = at::linalg_eigh(a.t().matmul(a));
  return cells.select(1, -1) * values[-1].clamp_min(0).sqrt();
}

/// Turned so that it grows with the layer's activity, summed over channels. For activations that
/// are nowhere negative and not centred, this makes every value of the map >= 0.
at::Tensor map_of_clip(const at::Tensor& activation, bool is_centered) {
  at::Tensor a = activation.flatten(1);
  if (!at::isfinite(a).all().item<bool>()) {  // then there is no direction
    return at::full(activation.sizes().slice(1), std::numeric_limits<float>::quiet_NaN(),
                    activation.options());
  }
  const at::Tensor activity = a.sum(0);
  if (is_centered) a = a - a.mean(1, /*keepdim=*/true);
  const at::Tensor projection = first_projection(a).to(at::kFloat);
  // A centred projection sums to 0, so its sum cannot choose the sign.
  const at::Tensor along =
      is_centered ? projection.dot(activity - activity.mean()) : projection.sum();
  const at::Tensor turned = along.item<float>() < 0 ? -projection : projection;
  return turned.view(activation.sizes().slice(1));
}

at::Tensor map(const LayerEvidence& at, bool is_centered) {
  std::vector<at::Tensor> maps;
  for (const at::Tensor& clip : at.activation.unbind(0))
    maps.push_back(map_of_clip(clip, is_centered));
  return at::stack(maps);
}

std::unique_ptr<Method> make(const Model&, const std::string& layer, const OptionValues& options) {
  const bool is_centered = options.text("center") == "on";
  LayerMethodSettings settings{.id = "eigen_cam",
                               .layer = layer,
                               .variant = variant_of(kOptions, options),
                               .uses_gradient = false};
  return make_layer_method(std::move(settings),
                           [is_centered](const LayerEvidence& evidence, Progress&) {
                             return map(evidence, is_centered);
                           });
}

}  // namespace

extern const MethodInfo eigen_cam{
    .id = "eigen_cam",
    .title = "Eigen-CAM",
    .summary = "first principal direction of a layer; no class needed",
    .source = "Muhammad and Yeasin, IJCNN 2020; over time, height and width",
    .reading = "finds the layer's main activity, the same for every target, here",
    .is_signed = false,
    .is_layer_based = true,
    .options = kOptions,
    .make = &make,
};

}  // namespace praxiscope::methods
