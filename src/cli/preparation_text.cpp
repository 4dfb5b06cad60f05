#include "cli/preparation_text.h"

#include <fmt/format.h>
#include <nlohmann/json.hpp>

namespace praxiscope::cli {
namespace {

using nlohmann::json;

std::string layout_name(Layout layout) {
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

std::string interpolation_name(Interpolation interpolation) {
  return interpolation == Interpolation::kBicubic ? "bicubic" : "bilinear";
}

json size_as_json(const std::optional<Size>& size) {
  return size ? json{{"height", size->height}, {"width", size->width}} : json();
}

}  // namespace

std::string describe_preparation(const InputSpec& input) {
  const Preparation& how = input.preparation;
  std::string text = fmt::format("{} frames", input.frames);
  if (input.stride != 1) text += fmt::format(" every {}", input.stride);
  if (input.fps) text += fmt::format(" at {} fps", input.fps->to_string());
  if (how.short_side) text += fmt::format(", shorter side {}", *how.short_side);
  if (how.exact) text += fmt::format(", {}x{}", how.exact->height, how.exact->width);
  if (how.short_side || how.exact) {
    text += fmt::format(" ({}{})", interpolation_name(how.interpolation),
                        how.antialias ? ", antialias" : "");
  }
  if (how.crop) text += fmt::format(", crop {}x{}", how.crop->height, how.crop->width);
  text += fmt::format(", range {:.5g}..{:.5g}, mean {:.5g}, std {:.5g}", how.range[0], how.range[1],
                      fmt::join(how.mean, " "), fmt::join(how.std, " "));
  if (how.bgr) text += ", bgr";
  if (input.layout != Layout::kNCTHW) text += ", " + layout_name(input.layout);
  return text;
}

json preparation_as_json(const InputSpec& input) {
  const Preparation& how = input.preparation;
  return {{"name", input.name},
          {"kind", input.kind == InputKind::kFlow ? "flow" : "rgb"},
          {"frames", input.frames},
          {"stride", input.stride},
          {"spacing", input.spacing == Spacing::kEven ? "even" : "spread"},
          {"frames_of", input.frames_of.empty() ? json() : json(input.frames_of)},
          {"fps", input.fps ? json(input.fps->to_string()) : json()},
          {"short_side", how.short_side ? json(*how.short_side) : json()},
          {"exact", size_as_json(how.exact)},
          {"interpolation", interpolation_name(how.interpolation)},
          {"antialias", how.antialias},
          {"crop", size_as_json(how.crop)},
          {"range", how.range},
          {"mean", how.mean},
          {"std", how.std},
          {"channel_order", how.bgr ? "bgr" : "rgb"},
          {"layout", layout_name(input.layout)}};
}

}  // namespace praxiscope::cli
