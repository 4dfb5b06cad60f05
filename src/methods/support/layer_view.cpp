// Streams by name, axes by size.
#include "methods/support/layer_view.h"

#include "core/text.h"

#include "praxiscope/error.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

namespace praxiscope::methods {
namespace {

/// "rgb_net" holds "rgb_net", "rgb_net.conv1", "rgb_net[0]" and "rgb_net#2", not "rgb_net2".
bool is_within(std::string_view layer, std::string_view prefix) {
  if (prefix.empty() || !layer.starts_with(prefix)) return false;
  constexpr std::string_view kSeparators = ".[#/";
  return layer.size() == prefix.size() ||
         kSeparators.find(layer[prefix.size()]) != std::string_view::npos;
}

/// Whether cells [t,h,w] can lie on a clip [N,C,T,H,W]: not more of them than the clip has, and as
/// wide for their height as the clip is, up to a factor of 2.
bool can_lie_on(at::IntArrayRef cells, const at::Tensor& clip) {
  for (int axis = 0; axis < 3; ++axis) {
    if (cells[axis] > clip.size(axis + 2)) return false;
  }
  const auto lengths = [](std::int64_t x) { return static_cast<double>(x); };
  const double skew =
      (lengths(cells[2]) * lengths(clip.size(3))) / (lengths(cells[1]) * lengths(clip.size(4)));
  return skew <= 2 && skew >= 0.5;
}

}  // namespace

std::vector<std::size_t> inputs_under(const std::string& layer, const Manifest& manifest,
                                      const std::vector<std::string>& input_names) {
  std::size_t longest = 0;
  std::string stream;
  for (const auto& [name, prefix] : manifest.streams) {
    if (is_within(layer, prefix) && prefix.size() > longest) {
      longest = prefix.size();
      stream = name;
    }
  }
  std::vector<std::size_t> all;
  for (std::size_t i = 0; i < input_names.size(); ++i) {
    if (input_names[i] == stream) return {i};
    all.push_back(i);
  }
  return all;
}

LayerView::LayerView(std::string_view method, const std::string& layer, const at::Tensor& output,
                     const at::Tensor& clip) {
  if (output.dim() != 5 || output.size(0) != clip.size(0) || output.numel() == 0) {
    throw Error(
        ErrorKind::kUsage,
        fmt::format("{}: layer {}: found an output [{}], expected [N,C,T,H,W] with N = {}; "
                    "choose a layer with time and space (see: praxiscope info)",
                    method, in_quotes(layer), fmt::join(output.sizes(), ","), clip.size(0)));
  }
  const at::IntArrayRef sizes = output.sizes();
  has_channels_last_ = !can_lie_on(sizes.slice(2), clip) && can_lie_on(sizes.slice(1, 3), clip);
}

at::Tensor LayerView::operator()(const at::Tensor& tensor) const {
  return has_channels_last_ ? tensor.permute({0, 4, 1, 2, 3}) : tensor;
}

}  // namespace praxiscope::methods
