// The study filters: what do kernels look like? Loops over their frames, slices through time, the
// factors of (2+1)D networks side by side; how much of them is motion, and how smooth they are.
#include "core/text.h"
#include "studies/filters/figure.h"
#include "studies/support/numbered.h"
#include "studies/support/pictures.h"

#include "praxiscope/error.h"

#include <ATen/ATen.h>
#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include <algorithm>
#include <cmath>

namespace praxiscope::studies {
namespace {

using nlohmann::json;

constexpr OptionSpec kOptions[] = {
    {"layer", "", "text", "convolutions, comma separated; else those that read an input"},
    {"kernels", "top96", "text", "topN by norm, all, or numbers: 3,17,40-47"},
};

struct FilterPlan {
  std::string layers;
  NumberedChoice kernels;
};

std::string names_of(const std::vector<Convolution>& convolutions) {
  std::string names;
  for (std::size_t i = 0; i < convolutions.size() && i < 6; ++i)
    names += (i == 0 ? "" : ", ") + in_quotes(convolutions[i].layer);
  if (convolutions.size() > 6) names += fmt::format(" and {} more", convolutions.size() - 6);
  return names;
}

bool is_temporal_factor(const Convolution& one) {
  return one.kernels.size(2) > 1 && one.kernels.size(3) == 1 && one.kernels.size(4) == 1;
}

bool is_spatial_factor(const Convolution& one) {
  return one.kernels.size(2) == 1 && (one.kernels.size(3) > 1 || one.kernels.size(4) > 1);
}

class Look {
 public:
  Look(const FilterPlan& plan, const StudyContext& context)
      : plan_(plan), context_(context), all_(context.model.convolutions()) {
    if (all_.empty())
      throw Error(ErrorKind::kModel,
                  fmt::format("filters: model {}: found no convolution, expected one at least: "
                              "there are no kernels to show",
                              in_quotes(context.model.manifest().name)));
  }

  Findings run() {
    std::vector<LookedAt> layers;
    for (const Convolution* one : chosen()) {
      context_.progress.check_cancelled();
      layers.push_back(look_at(*one));
    }
    Findings findings;
    json told_layers = json::array();
    for (const LookedAt& layer : layers) {
      json entry = told(layer.convolution, layer.numbers);
      entry["kind"] = word_of(layer.shown.kind);
      entry["shown"] = layer.shown.numbers;
      entry["reach"] = reach_of(layer.shown);
      entry["temporal_factor"] =
          layer.shown.factor.defined() ? json(layer.shown.factor_name) : json();
      told_layers.push_back(std::move(entry));
      findings.text += text_of(layer);
    }
    findings.json =
        json{{"layers", told_layers}}.dump(-1, ' ', false, json::error_handler_t::replace);
    if (context_.wants_figure) findings.figure = filter_figure(layers, context_);
    return findings;
  }

 private:
  /// The temporal factor that reads `spatial` alone; null: none.
  const Convolution* factor_of(const Convolution& spatial) const {
    if (!is_spatial_factor(spatial)) return nullptr;
    for (const Convolution& one : all_) {
      if (is_temporal_factor(one) && one.reads == std::vector<std::string>{spatial.layer} &&
          one.groups == 1 && one.kernels.size(1) == spatial.kernels.size(0))
        return &one;
    }
    return nullptr;
  }

  std::vector<const Convolution*> chosen() const {
    std::vector<const Convolution*> found;
    const auto add = [&](const Convolution* one) {
      if (std::find(found.begin(), found.end(), one) == found.end()) found.push_back(one);
    };
    for (const std::string& part : split(plan_.layers, ',')) {
      if (!trimmed(part).empty()) add(&named(trimmed(part)));
    }
    if (!found.empty()) return found;
    for (const Convolution& one : all_) {
      const bool reads_input =
          std::any_of(one.reads.begin(), one.reads.end(),
                      [](const auto& from) { return from.starts_with("input:"); });
      if (!reads_input) continue;
      add(&one);
      if (const Convolution* factor = factor_of(one)) add(factor);
    }
    if (found.empty()) add(&all_.front());  // inputs that pass other operators with weights first
    return found;
  }

  /// The convolution that a user means: itself, or the only one in a module.
  const Convolution& named(const std::string& text) const {
    const std::string layer = context_.model.find_layer(text);
    std::vector<Convolution> inside;
    const Convolution* only = nullptr;
    for (const Convolution& one : all_) {
      if (one.layer == layer) return one;
      if (!one.layer.starts_with(layer + ".") && !one.layer.starts_with(layer + "/")) continue;
      inside.push_back(one);
      only = &one;
    }
    if (inside.size() == 1) return *only;
    if (!inside.empty())
      throw Error(
          ErrorKind::kUsage,
          fmt::format("filters: layer {}: found {} convolutions, expected one; name one: {}",
                      in_quotes(layer), inside.size(), names_of(inside)));
    throw Error(ErrorKind::kUsage,
                fmt::format("filters: layer {}: found no kernels, expected a convolution; take one "
                            "of {}",
                            in_quotes(layer), names_of(all_)));
  }

  LookedAt look_at(const Convolution& one) const {
    LookedAt layer{.convolution = one, .numbers = layer_numbers(one), .shown = {}};
    bool reads_picture = false, reads_flow = false;
    for (const InputSpec& input : context_.model.manifest().inputs) {
      if (std::find(one.reads.begin(), one.reads.end(), "input:" + input.name) == one.reads.end())
        continue;
      (input.kind == InputKind::kFlow ? reads_flow : reads_picture) = true;
      layer.shown.is_bgr = layer.shown.is_bgr || input.preparation.bgr;
    }
    layer.shown.kernels = one.kernels;
    layer.shown.kind = kind_of(one, reads_picture, reads_flow);
    if (const Convolution* factor = factor_of(one)) {
      layer.shown.factor = factor->kernels;
      layer.shown.factor_name = factor->layer;
    }
    std::vector<double> norms;
    for (const KernelNumbers& kernel : layer.numbers.kernels) norms.push_back(kernel.norm);
    layer.shown.numbers = choose_numbered(
        plan_.kernels, norms, fmt::format("filters: layer {}: kernels", in_quotes(one.layer)));
    return layer;
  }

  static std::string text_of(const LookedAt& layer) {
    const LayerNumbers& numbers = layer.numbers;
    std::vector<double> norms, shares, space, time;
    for (const KernelNumbers& kernel : numbers.kernels) {
      norms.push_back(kernel.norm);
      shares.push_back(kernel.temporal_share.value_or(NAN));
      space.push_back(kernel.smoothness_space.value_or(NAN));
      time.push_back(kernel.smoothness_time.value_or(NAN));
    }
    const auto line = [](const char* name, std::vector<double> values, double factor) {
      const std::optional<double> middle = median(values);
      if (!middle) return fmt::format("  {:<30}  {:>8}  {:>8}  {:>8}\n", name, "-", "-", "-");
      std::erase_if(values, [](double value) { return std::isnan(value); });
      const auto [least, most] = std::minmax_element(values.begin(), values.end());
      return fmt::format("  {:<30}  {:>8}  {:>8}  {:>8}\n", name, short_number(factor * *middle),
                         short_number(factor * *least), short_number(factor * *most));
    };
    const at::IntArrayRef shape = layer.convolution.kernels.sizes();
    std::string text = fmt::format(
        "{}: {} kernels of {}x{}x{} over {} channel{}{}\n",
        without_controls(layer.convolution.layer), shape[0], shape[2], shape[3], shape[4], shape[1],
        shape[1] == 1 ? "" : "s",
        layer.convolution.groups > 1 ? fmt::format(", {} groups", layer.convolution.groups) : "");
    text += fmt::format("  weights: mean {}, deviation {}, {} to {}\n", short_number(numbers.mean),
                        short_number(numbers.std), short_number(numbers.min),
                        short_number(numbers.max));
    if (layer.shown.factor.defined())
      text += fmt::format("  temporal factor: {}\n", without_controls(layer.shown.factor_name));
    text +=
        fmt::format("  {:<30}  {:>8}  {:>8}  {:>8}\n", "of each kernel", "median", "least", "most");
    text += line("norm", norms, 1);
    text += line("varies in time, % of energy", shares, 100);
    text += line("smoothness in space", space, 1);
    text += line("smoothness in time", time, 1);
    return text + "\n";
  }

  const FilterPlan& plan_;
  const StudyContext& context_;
  std::vector<Convolution> all_;
};

class Filters final : public Study {
 public:
  explicit Filters(FilterPlan plan) : plan_(std::move(plan)) {}
  Findings run(const StudyContext& context) const override { return Look(plan_, context).run(); }

 private:
  FilterPlan plan_;
};

std::unique_ptr<Study> make(const OptionValues& options, const std::vector<std::string>& inputs,
                            Progress& progress) {
  if (!inputs.empty()) progress.warn("filters looks at the network alone; the inputs are not read");
  return std::make_unique<Filters>(FilterPlan{
      options.text("layer"), parse_numbered("filters: option kernels", options.text("kernels"))});
}

}  // namespace

extern const StudyInfo filters{
    .id = "filters",
    .command = "filters",
    .title = "Filters",
    .summary = "what kernels look like: loops, slices, factors",
    .question =
        "Shows the kernels of convolutions (those that read an input, or --layer): as loops over\n"
        "their frames, cut through time, in colour where they read colours, on a colour wheel\n"
        "where they read flow; the factors of (2+1)D networks side by side. Counts how much of\n"
        "each kernel varies in time, and how smooth it is. Takes no inputs.\n",
    .source = "Zeiler and Fergus, ECCV 2014; Tran et al., CVPR 2018; Karpathy, CS231n",
    .needs_inputs = false,
    .takes_inputs = false,
    .clips = "center",
    .options = kOptions,
    .make = &make,
};

}  // namespace praxiscope::studies
