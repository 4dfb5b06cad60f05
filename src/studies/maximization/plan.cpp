// See plan.h.
#include "studies/maximization/plan.h"

#include "praxiscope/error.h"
#include "praxiscope/text.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

namespace praxiscope::studies {
namespace {

int whole(const OptionValues& options, std::string_view name, std::int64_t least,
          std::int64_t most) {
  const std::int64_t value = options.integer(name);
  if (value >= least && value <= most) return static_cast<int>(value);
  throw Error(ErrorKind::kUsage, fmt::format("maximize: option {}: found {}, expected {} to {}",
                                             name, value, least, most));
}

double within(const OptionValues& options, std::string_view name, double least, double most) {
  const double value = options.number(name);
  if (std::isfinite(value) && value >= least && value <= most) return value;
  throw Error(ErrorKind::kUsage, fmt::format("maximize: option {}: found {}, expected {:g} to {:g}",
                                             name, options.text(name), least, most));
}

std::vector<Speed> speeds_of(const std::string& text) {
  std::vector<Speed> speeds;
  std::vector<std::string> known;
  for (const Speed& speed : kSpeeds) known.emplace_back(speed.name);
  for (const std::string& part : split(text, ',')) {
    const auto* const found = std::find_if(kSpeeds.begin(), kSpeeds.end(), [&](const Speed& one) {
      return one.name == trimmed(part);
    });
    if (found == kSpeeds.end())
      throw Error(ErrorKind::kUsage,
                  fmt::format("maximize: option speed: found {}, expected slow, medium, fast or "
                              "free, several with commas{}",
                              in_quotes(trimmed(part)), did_you_mean(trimmed(part), known)));
    speeds.push_back(*found);
  }
  return speeds;
}

optima::Place place_of(const std::string& text) {
  if (text == "mean") return optima::Place::kMean;
  return text == "strongest" ? optima::Place::kStrongest : optima::Place::kCenter;
}

optima::MaximizeSettings settings_of(const OptionValues& options) {
  optima::MaximizeSettings settings;
  settings.steps = whole(options, "steps", 1, 100'000);
  settings.rate = within(options, "rate", 1e-6, 10);
  settings.ascent = options.text("optimizer") == "adam" ? optima::AscentKind::kAdam
                                                        : optima::AscentKind::kNormalized;
  settings.canvas.kind = options.text("canvas") == "pixels" ? optima::CanvasKind::kPixels
                                                            : optima::CanvasKind::kFourier;
  settings.views = {.shift = within(options, "jitter", 0, 1),
                    .shift_frames = whole(options, "time-jitter", 0, 1000),
                    .scale = within(options, "scale", 0, 1),
                    .turn = within(options, "rotate", 0, 180),
                    .mirror = options.text("mirror") == "on"};
  return settings;
}

}  // namespace

MaximizationPlan plan_maximization(const OptionValues& options) {
  MaximizationPlan plan;
  plan.units = trimmed(options.text("unit"));
  plan.classes = trimmed(options.text("class"));
  plan.directions = trimmed(options.text("direction"));
  if (plan.units.empty() && plan.classes.empty() && plan.directions.empty())
    throw Error(ErrorKind::kUsage,
                "maximize: found nothing to look for, expected --class LABEL, --unit "
                "LAYER:CHANNEL or --direction LAYER:FILE");
  plan.place = place_of(options.text("place"));
  plan.is_rectified = options.text("rectified") == "on";
  plan.has_start_clip = options.text("from") == "clip";
  plan.has_alone = options.text("alone") == "on";
  plan.transfer = trimmed(options.text("transfer"));
  plan.free_stream = trimmed(options.text("stream"));
  plan.speeds = speeds_of(options.text("speed"));
  plan.count = static_cast<std::size_t>(whole(options, "count", 1, 100));
  plan.clips = static_cast<std::size_t>(whole(options, "clips-shown", 0, 20));
  constexpr double kMost = 1e9;
  plan.rgb = {.energy = within(options, "energy", 0, kMost),
              .alpha = within(options, "alpha", 1, 20),
              .l2 = within(options, "l2", 0, kMost),
              .kappa = within(options, "kappa", 0, kMost),
              .chi = within(options, "chi", 0, kMost),
              .bound = 1};
  plan.flow = plan.rgb;
  plan.flow.bound = within(options, "flow-bound", 1e-3, 1);
  plan.settings = settings_of(options);
  plan.settings.diversity = within(options, "diversity", 0, kMost);
  return plan;
}

}  // namespace praxiscope::studies
