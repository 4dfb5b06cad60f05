// A preparation in words and as JSON: what `info`, `list presets` and every .json say of it.
#include "praxiscope/preparation.h"

#include <fmt/format.h>
#include <nlohmann/json.hpp>

namespace praxiscope {
namespace {

using nlohmann::json;

std::string_view word_of(Layout layout) {
  switch (layout) {
    case Layout::kNCTHW:
      return "NCTHW";
    case Layout::kNTCHW:
      return "NTCHW";
    case Layout::kNTHWC:
      return "NTHWC";
  }
  return "";
}

std::string_view word_of(Interpolation interpolation) {
  return interpolation == Interpolation::kBicubic ? "bicubic" : "bilinear";
}

std::string_view word_of(FlowAlgorithm algorithm) {
  return algorithm == FlowAlgorithm::kDis ? "dis" : "tvl1";
}

/// Null for inputs that read pictures.
json flow_json(const InputSpec& input) {
  if (input.kind != InputKind::kFlow) return {};
  return {{"algorithm", word_of(input.flow.algorithm)},
          {"bound_px", input.flow.bound},
          {"rescale", input.flow.is_rescaled}};
}

std::string_view word_of_order(const InputSpec& input) {
  if (input.kind == InputKind::kFlow) return input.preparation.bgr ? "yx" : "xy";
  return input.preparation.bgr ? "bgr" : "rgb";
}

json size_json(const std::optional<Size>& size) {
  return size ? json{{"height", size->height}, {"width", size->width}} : json();
}

}  // namespace

std::string describe(const InputSpec& input) {
  const Preparation& how = input.preparation;
  std::string text = fmt::format("{} frames", input.frames);
  if (input.stride != 1) text += fmt::format(" every {}", input.stride);
  if (input.fps) text += fmt::format(" at {} fps", input.fps->to_string());
  if (how.short_side) text += fmt::format(", shorter side {}", *how.short_side);
  if (how.exact) text += fmt::format(", {}x{}", how.exact->height, how.exact->width);
  if (how.short_side || how.exact) {
    text += fmt::format(" ({}{})", word_of(how.interpolation), how.antialias ? ", antialias" : "");
  }
  if (how.crop) text += fmt::format(", crop {}x{}", how.crop->height, how.crop->width);
  text += fmt::format(", range {:.5g}..{:.5g}, mean {:.5g}, std {:.5g}", how.range[0], how.range[1],
                      fmt::join(how.mean, " "), fmt::join(how.std, " "));
  if (how.bgr) text += input.kind == InputKind::kFlow ? ", yx" : ", bgr";
  if (input.kind == InputKind::kFlow)
    text += fmt::format(", flow {} to {:.5g} px", word_of(input.flow.algorithm), input.flow.bound);
  if (input.layout != Layout::kNCTHW) text += fmt::format(", {}", word_of(input.layout));
  return text;
}

std::string to_json(const InputSpec& input) {
  const Preparation& how = input.preparation;
  return json{{"name", input.name},
              {"kind", input.kind == InputKind::kFlow ? "flow" : "rgb"},
              {"frames", input.frames},
              {"stride", input.stride},
              {"spacing", input.spacing == Spacing::kEven ? "even" : "spread"},
              {"frames_of", input.frames_of.empty() ? json() : json(input.frames_of)},
              {"fps", input.fps ? json(input.fps->to_string()) : json()},
              {"short_side", how.short_side ? json(*how.short_side) : json()},
              {"exact", size_json(how.exact)},
              {"interpolation", word_of(how.interpolation)},
              {"antialias", how.antialias},
              {"crop", size_json(how.crop)},
              {"range", how.range},
              {"mean", how.mean},
              {"std", how.std},
              {"channel_order", word_of_order(input)},
              {"flow", flow_json(input)},
              {"layout", word_of(input.layout)}}
      .dump(-1, ' ', false, json::error_handler_t::replace);
}

}  // namespace praxiscope
