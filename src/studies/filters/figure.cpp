// See figure.h.
#include "studies/filters/figure.h"

#include "render/flow_colors.h"
#include "studies/support/add_panel.h"
#include "studies/support/pictures.h"

#include <ATen/ATen.h>
#include <fmt/format.h>

#include <array>
#include <cmath>
#include <utility>

namespace praxiscope::studies {
namespace {

constexpr std::array<std::pair<KernelView, const char*>, 3> kViews{
    {{KernelView::kLoop, "kernels"}, {KernelView::kSliceXT, "x-t"}, {KernelView::kSliceYT, "y-t"}}};

using Value = std::optional<double> KernelNumbers::*;

std::vector<double> values_of(const LayerNumbers& numbers, Value value) {
  std::vector<double> found;
  for (const KernelNumbers& kernel : numbers.kernels)
    if ((kernel.*value).has_value()) found.push_back(*(kernel.*value));
  return found;
}

std::string median_text(std::vector<double> values, bool is_percent) {
  const std::optional<double> middle = median(std::move(values));
  if (!middle) return "\u2013";
  return is_percent ? fmt::format("{:.0f} %", 100 * *middle) : fmt::format("{:.2f}", *middle);
}

std::string sizes(const at::Tensor& kernels) {
  return fmt::format("{}x{}x{}", kernels.size(2), kernels.size(3), kernels.size(4));
}

class Pages {
 public:
  Pages(const std::vector<LookedAt>& layers, const StudyContext& context)
      : layers_(layers), context_(context) {}

  Figure make() {
    figure_.title = "Filters";
    figure_.subtitle = fmt::format("kernels of {}", context_.model.manifest().name);
    figure_.frames_per_second = 4;
    FigureAxis names{"layer", "layer", {}}, views{"view", "view", {}};
    for (const LookedAt& layer : layers_) names.values.push_back(layer.convolution.layer);
    for (const auto& [view, name] : kViews) views.values.emplace_back(name);
    figure_.axes = {names, views};
    // Kernels of one frame are no film: nothing to lay side by side.
    for (const LookedAt& layer : layers_) {
      for (const auto& [view, name] : kViews) has_steps_ |= places_of(layer.shown, view) > 1;
    }
    for (std::size_t l = 0; l < layers_.size(); ++l) add_layer(l);
    drop_unused_views();
    add_about();
    return std::move(figure_);
  }

 private:
  PanelId add(PanelPlace place, PanelContent content, std::string alt) {
    return add_panel(figure_, place, std::move(content), std::move(alt));
  }

  void add_layer(std::size_t l) {
    const LookedAt& layer = layers_[l];
    const std::vector<PanelId> beside{
        add(PanelPlace::kSide, legend(layer), "what the colours stand for"),
        add(PanelPlace::kSide, spread(layer), "kernels by how they vary in time and space"),
        add(PanelPlace::kSide, numbers(layer), "numbers of the layer")};
    for (std::size_t v = 0; v < kViews.size(); ++v) {
      const KernelView view = kViews[v].first;
      if (places_of(layer.shown, view) == 0) continue;
      FigureFilm film = make_kernel_film(layer.shown, view, figure_.pictures);
      film.name = fmt::format("{}, {}", layer.convolution.layer, kViews[v].second);
      const auto id = static_cast<FilmId>(figure_.films.size());
      figure_.films.push_back(std::move(film));
      FigureState state;
      state.choice = {static_cast<int>(l), static_cast<int>(v)};
      state.caption = caption(layer, view);
      state.panels = {
          add(PanelPlace::kMain, PlayerPanel{id, -1, FilmView::kFrame}, "kernels as a loop")};
      if (has_steps_)
        state.panels.push_back(add(PanelPlace::kUnder, StripPanel{id, -1, FilmView::kFrame},
                                   "the steps of the loop side by side"));
      state.panels.insert(state.panels.end(), beside.begin(), beside.end());
      figure_.states.push_back(std::move(state));
    }
  }

  /// Networks without kernels over time have one view: no tabs.
  void drop_unused_views() {
    std::vector<std::string>& views = figure_.axes[1].values;
    for (const FigureState& state : figure_.states)
      if (state.choice[1] > 0) return;
    views.resize(1);
  }

  std::string caption(const LookedAt& layer, KernelView view) const {
    const at::Tensor& kernels = layer.convolution.kernels;
    const bool is_few = layer.shown.numbers.size() < static_cast<std::size_t>(kernels.size(0));
    std::string text = fmt::format(
        "{}: {}{} kernels of {} over {} channel{}", layer.convolution.layer,
        is_few ? fmt::format("{} of ", layer.shown.numbers.size()) : "", kernels.size(0),
        sizes(kernels), kernels.size(1), kernels.size(1) == 1 ? "" : "s");
    if (layer.convolution.groups > 1) text += fmt::format(", {} groups", layer.convolution.groups);
    if (view == KernelView::kSliceXT) return text + "; t runs down, x across, the film through y.";
    if (view == KernelView::kSliceYT) return text + "; t runs down, y across, the film through x.";
    if (layer.shown.factor.defined())
      return text + fmt::format(
                        "; {}, large: its {} outputs (down) weigh these kernels (across), "
                        "frame by frame.",
                        layer.shown.factor_name, layer.shown.factor.size(0));
    if (layer.shown.kind == KernelKind::kSigned && kernels.size(1) > 1)
      return text + (kernels.size(2) > 1
                         ? "; in a tile the input channels run down, the kernel's frames across."
                         : "; a tile holds the weights of its input channels, row by row.");
    return text + (kernels.size(2) > 1 ? "; the film runs through their frames." : ".");
  }

  PanelContent legend(const LookedAt& layer) {
    const double reach = reach_of(layer.shown);
    const LayerNumbers& numbers = layer.numbers;
    ScalePanel scale;
    scale.scale.colormap = "blue_red";
    scale.scale.lo = static_cast<float>(-reach), scale.scale.hi = static_cast<float>(reach);
    scale.scale.is_signed = true;
    scale.lo = static_cast<float>(numbers.min), scale.hi = static_cast<float>(numbers.max);
    switch (layer.shown.kind) {
      case KernelKind::kColor:
        return TextPanel{
            "colours",
            {fmt::format("Red, green and blue are the weights of the three channels: mid gray is "
                         "0, black and full colour are \u00b1{}. Raw weights run from {} to {}.",
                         short_number(reach), short_number(numbers.min),
                         short_number(numbers.max))}};
      case KernelKind::kFlow: {
        constexpr int kSide = 160;
        PlatesPanel plates{.title = "direction and strength of flow", .columns = 2, .plates = {}};
        plates.plates.push_back({static_cast<PictureId>(figure_.pictures.size()),
                                 fmt::format("edge: {}", short_number(reach)), -1});
        figure_.pictures.push_back(encode_picture(enlarged(flow_wheel(kSide), kSide, kSide), 92));
        return plates;
      }
      case KernelKind::kSigned:
        scale.title = "weight";
        return scale;
      case KernelKind::kNorm:
        scale.title = "norm over input channels";
        scale.scale = {"inferno", 0, static_cast<float>(reach), false};
        scale.lo = layer.shown.kernels.square().sum(1).sqrt().min().item<float>();
        scale.hi = static_cast<float>(reach);
        return scale;
    }
    return scale;
  }

  /// Each kernel a point.
  ScatterPanel spread(const LookedAt& layer) const {
    const bool has_time = !values_of(layer.numbers, &KernelNumbers::temporal_share).empty();
    const bool has_space = !values_of(layer.numbers, &KernelNumbers::smoothness_space).empty();
    ScatterPanel panel;
    panel.title = "each kernel";
    panel.x_label = has_time ? "share that varies in time" : "norm";
    panel.y_label = has_space ? "smoothness in space" : has_time ? "norm" : "mean weight";
    for (std::size_t k = 0; k < layer.numbers.kernels.size(); ++k) {
      const KernelNumbers& kernel = layer.numbers.kernels[k];
      const std::optional<double> x = has_time ? kernel.temporal_share : kernel.norm;
      const std::optional<double> y = has_space  ? kernel.smoothness_space
                                      : has_time ? kernel.norm
                                                 : kernel.mean;
      if (!x || !y) continue;
      panel.points.push_back({*x, *y, 0, fmt::format("kernel {}", k), -1, false});
    }
    return panel;
  }

  TablePanel numbers(const LookedAt& layer) const {
    const LayerNumbers& numbers = layer.numbers;
    std::vector<double> norms;
    for (const KernelNumbers& kernel : numbers.kernels) norms.push_back(kernel.norm);
    TablePanel table{.title = "numbers of all kernels of the layer",
                     .columns = {"", "value"},
                     .rows = {},
                     .is_number = {false, true}};
    const auto row = [&](const char* name, std::string value) {
      table.rows.push_back({name, std::move(value)});
    };
    row("shape", fmt::format("{}", fmt::join(layer.convolution.kernels.sizes(), " x ")));
    row("mean of the weights", short_number(numbers.mean));
    row("deviation of the weights", short_number(numbers.std));
    row("least, largest weight",
        fmt::format("{}, {}", short_number(numbers.min), short_number(numbers.max)));
    row("norm, median", short_number(median(norms).value_or(NAN)));
    row("varies in time, median",
        median_text(values_of(numbers, &KernelNumbers::temporal_share), true));
    row("smoothness in space, median",
        median_text(values_of(numbers, &KernelNumbers::smoothness_space), false));
    row("smoothness in time, median",
        median_text(values_of(numbers, &KernelNumbers::smoothness_time), false));
    return table;
  }

  void add_about() {
    figure_.about.push_back(
        {.title = "How to read this figure",
         .paragraphs = {
             "Every tile is one kernel: what an output channel weighs its input with. Kernels of "
             "several frames are shown as a loop over them, and cut through time (x-t, y-t): an "
             "edge that moves is a slanted line there, one that stands still a vertical one.",
             "Under a tile stand the kernel's number and its norm. All kernels of a layer share "
             "one "
             "scale. Kernels that read the three colours are "
             "shown in colour around mid gray; those that read flow by the wheel, hue for "
             "direction; those of one channel from blue to red around white; of all others the "
             "norm over their input channels is shown, which hides signs.",
             "Where a network splits a kernel in a spatial and a temporal factor, both stand side "
             "by side. Between them there may be a normalisation and a rectifier, so they are not "
             "multiplied here."}});
    figure_.about.push_back(
        {.title = "Numbers",
         .paragraphs = {
             "Share that varies in time: of a kernel's sum of squares, the part that is left when "
             "its mean over time is taken away. 0 %: the same in every frame; 100 %: blind to what "
             "stands still.",
             "Smoothness: 1 minus the mean squared difference of neighbouring weights over twice "
             "their mean square (von Neumann's ratio around 0). 1: constant; 0: as independent "
             "random weights have it on average; below 0: signs alternate. First layers that have "
             "learnt are smooth; noise says that training was too short or weakly regularised."}});
  }

  const std::vector<LookedAt>& layers_;
  const StudyContext& context_;
  bool has_steps_ = false;
  Figure figure_;
};

}  // namespace

std::string word_of(KernelKind kind) {
  constexpr std::array<const char*, 4> kWords{"colour", "flow", "signed", "norm"};
  return kWords[static_cast<std::size_t>(kind)];
}

Figure filter_figure(const std::vector<LookedAt>& layers, const StudyContext& context) {
  Figure figure = Pages(layers, context).make();
  check_figure(figure);
  return figure;
}

}  // namespace praxiscope::studies
